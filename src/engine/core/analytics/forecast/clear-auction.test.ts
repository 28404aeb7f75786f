import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { readReference, rowsExpected } from '../../../../../tests/support/reference.ts';
import { type AuctionOrder, clearAuction } from './clear-auction.ts';

interface Expected {
  readonly price: number | null;
  readonly paired: number;
  readonly imbalance: number;
  readonly imbalance_side: string;
  readonly imbalance_ratio?: number;
}
interface Row {
  readonly id: number;
  readonly reference_price: number;
  readonly tick: number;
  readonly orders: readonly { side: 'B' | 'S'; px: number | null; qty: number; book: string }[];
  readonly expected: { readonly far: Expected; readonly near: Expected };
}

const orderOf = (order: Row['orders'][number]): AuctionOrder => ({
  side: order.side,
  price: order.px ?? Number.NaN,
  shares: order.qty,
});

test('every auction of the reference clears at its price, paired shares and imbalance, far and near', () => {
  const rows = readReference('risk/closing_auction.json.gz') as Row[];
  let checked = 0;
  for (const row of rows) {
    for (const which of ['far', 'near'] as const) {
      const orders = row.orders.filter((order) => which === 'near' || order.book === 'auction').map(orderOf);
      const got = clearAuction(orders, row.reference_price, row.tick);
      const want = row.expected[which];
      const ratio = want.imbalance_ratio ?? null;
      const where = `auction ${row.id} ${which}`;
      expect([where, got.price, got.pairedShares, got.imbalanceShares, got.imbalanceSide, got.imbalanceRatio]).toEqual([
        where,
        want.price,
        want.paired,
        want.imbalance,
        want.imbalance_side,
        ratio,
      ]);
      checked++;
    }
  }
  process.stdout.write(`closing auction: ${rows.length} auctions, ${checked} clearings checked\n`);
  expect(checked).toBe(rowsExpected(checked, 300));
});

/** The definition read aloud: every tick in turn. */
const byEveryTick = (orders: readonly AuctionOrder[], reference: number): readonly [number, number, number] => {
  const limits = orders.filter((o) => !Number.isNaN(o.price)).map((o) => Math.round(o.price * 100));
  const home = Math.round(reference * 200) / 2;
  const interest = (side: string, holds: (limit: number) => boolean): number =>
    orders
      .filter((o) => o.side === side && (Number.isNaN(o.price) || holds(Math.round(o.price * 100))))
      .reduce((sum, o) => sum + o.shares, 0);
  const ticks: (readonly [number, number, number])[] = [];
  for (let tick = Math.min(Math.floor(home), ...limits); tick <= Math.max(Math.ceil(home), ...limits); tick++)
    ticks.push([tick, interest('B', (limit) => limit >= tick), interest('S', (limit) => limit <= tick)]);
  ticks.sort(
    (a, b) =>
      Math.min(b[1], b[2]) - Math.min(a[1], a[2]) ||
      Math.abs(a[1] - a[2]) - Math.abs(b[1] - b[2]) ||
      Math.abs(a[0] - home) - Math.abs(b[0] - home) ||
      b[0] - a[0],
  );
  return ticks[0] as readonly [number, number, number];
};

test('the clearing agrees with trying every tick in turn', () => {
  const seed = 20260820;
  const order = fc.record({
    side: fc.constantFrom('B' as const, 'S' as const),
    price: fc.oneof(
      fc.constant(Number.NaN),
      fc.integer({ min: 9950, max: 10050 }).map((cents) => cents / 100),
    ),
    shares: fc.constantFrom(1, 37, 100, 500),
  });
  let paired = 0;
  fc.assert(
    fc.property(fc.array(order, { maxLength: 9 }), fc.integer({ min: 19_880, max: 20_120 }), (orders, halfCents) => {
      const got = clearAuction(orders, halfCents / 200, 0.01);
      const [tick, buy, sell] = byEveryTick(orders, halfCents / 200);
      if (Math.min(buy, sell) === 0) return expect(got.price).toBeNull();
      paired++;
      expect([got.price, got.pairedShares, got.imbalanceShares]).toEqual([tick / 100, Math.min(buy, sell), buy - sell]);
    }),
    { seed, numRuns: 2000 },
  );
  process.stdout.write(`closing auction: seed ${seed}, ${paired} random auctions that pair\n`);
  expect(paired).toBeGreaterThan(500);
});

test('market orders alone clear at the reference', () => {
  const market = (side: 'B' | 'S', shares: number): AuctionOrder => ({ side, price: Number.NaN, shares });
  expect(clearAuction([market('B', 300), market('S', 100)], 450.05, 0.01)).toEqual({
    price: 450.05,
    pairedShares: 100,
    imbalanceShares: 200,
    imbalanceSide: 'B',
    imbalanceRatio: 2 / 3,
  });
});

test('between two ticks as near to the reference the higher one is taken', () => {
  const even = (side: 'B' | 'S'): AuctionOrder => ({ side, price: Number.NaN, shares: 100 });
  expect(clearAuction([even('B'), even('S')], 100.005, 0.01).price).toBe(100.01);
  const limits = [
    { side: 'B' as const, price: 100.05, shares: 100 },
    { side: 'S' as const, price: 99.9, shares: 100 },
  ];
  expect(clearAuction(limits, 100.005, 0.01).price).toBe(100.01);
});

test('no order at all clears nothing and leaves nothing over', () => {
  expect(clearAuction([], 450, 0.01)).toEqual({
    price: null,
    pairedShares: 0,
    imbalanceShares: 0,
    imbalanceSide: 'N',
    imbalanceRatio: null,
  });
});

test('an order without shares, off its tick, or a reference that is no price is refused by name', () => {
  expect(() => clearAuction([{ side: 'B', price: 1, shares: 0 }], 1, 0.01)).toThrow('positive number of shares, got 0');
  expect(() => clearAuction([{ side: 'B', price: 1.005, shares: 1 }], 1, 0.01)).toThrow('got 1.005');
  expect(() => clearAuction([], Number.NaN, 0.01)).toThrow('expected a reference');
});
