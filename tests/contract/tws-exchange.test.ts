import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Directory, type Listing } from '../../src/sandbox/tws/directory.ts';
import { Exchange } from '../../src/sandbox/tws/exchange/exchange.ts';
import type { ExchangeListener } from '../../src/sandbox/tws/exchange/listener.ts';
import { DEFAULT_RULES } from '../../src/sandbox/tws/exchange/rules.ts';
import { StateFile } from '../../src/sandbox/tws/exchange/state.ts';
import type { OrderTerms } from '../../src/sandbox/tws/exchange/types.ts';
import { CALL_ID, TinyMarket } from '../support/tiny-market.ts';

const SEED = 20_260_102;
const CLIENT = 1;

const quiet: ExchangeListener = {
  orderChanged: () => {},
  statusChanged: () => {},
  executed: () => {},
  orderError: () => {},
  positionChanged: () => {},
};

const open = (split: number | null = null) => {
  const market = new TinyMarket();
  const directory = new Directory(market);
  const state = new StateFile(null, market, DEFAULT_RULES).load();
  const faults = { takeRejection: () => null, takeSplit: () => split };
  const exchange = new Exchange({ market, directory, rules: DEFAULT_RULES, state, listener: quiet, faults });
  market.listen((event) => exchange.marketMoved(event.symbol));
  const listing = directory.optionsOf('SPX').find(({ option }) => option?.id === CALL_ID);
  if (!listing) throw new Error('the tiny market has no call');
  return { market, exchange, listing };
};

const terms = (more: Partial<OrderTerms>): OrderTerms => ({
  action: 'SELL',
  totalQuantity: 1,
  orderType: 'LMT',
  limitPrice: null,
  auxPrice: null,
  timeInForce: 'DAY',
  ocaGroup: '',
  ocaType: 1,
  orderRef: '',
  transmit: true,
  parentId: 0,
  triggerMethod: 0,
  outsideRth: false,
  openClose: '',
  trailStopPrice: null,
  trailingPercent: null,
  ...more,
});

type Exit = { kind: 'LMT' | 'STP' | 'MKT'; price: number; quantity: number };
type Move = { bid: number; bidSize: number; waitMs: number; change: number | null; cancel: number | null };

const exit: fc.Arbitrary<Exit> = fc.record({
  kind: fc.constantFrom('LMT', 'STP', 'MKT'),
  price: fc.integer({ min: 30, max: 70 }).map((tenths) => tenths / 10),
  quantity: fc.integer({ min: 1, max: 5 }),
});
const move: fc.Arbitrary<Move> = fc.record({
  bid: fc.integer({ min: 30, max: 70 }).map((tenths) => tenths / 10),
  bidSize: fc.integer({ min: 0, max: 4 }),
  waitMs: fc.constantFrom(0, 400, 1_500),
  change: fc.option(fc.integer({ min: 1, max: 5 })),
  cancel: fc.option(fc.nat({ max: 5 })),
});

const exitTerms = ({ kind, price, quantity }: Exit, ocaGroup: string): OrderTerms =>
  terms({
    orderType: kind,
    totalQuantity: quantity,
    limitPrice: kind === 'LMT' ? price : null,
    auxPrice: kind === 'STP' ? price : null,
    ocaGroup,
  });

/** Buys `held`, then lets the exits of one OCA group loose on random quotes. */
const run = (held: number, exits: readonly Exit[], moves: readonly Move[], split: number | null) => {
  const { market, exchange, listing } = open(split);
  market.setOption(CALL_ID, 4.9, 10, 5, 10);
  exchange.place(CLIENT, 1, listing, 'SMART', terms({ action: 'BUY', totalQuantity: held, limitPrice: 5 }));
  for (let i = 0; i < 6; i++) {
    market.advance(1_000);
    exchange.tick();
  }
  const bought = exchange.account.position(listing.conId)?.quantity;
  for (const [i, one] of exits.entries()) {
    exchange.place(
      CLIENT,
      i + 2,
      listing,
      'SMART',
      exitTerms({ ...one, quantity: Math.min(one.quantity, held) }, 'exit'),
    );
  }
  for (const { bid, bidSize, waitMs, change, cancel } of moves) {
    market.advance(waitMs);
    market.setOption(CALL_ID, bid, bidSize, bid + 0.2, 10);
    exchange.tick();
    const target = exits[0];
    if (change !== null && target) {
      exchange.place(CLIENT, 2, listing, 'SMART', exitTerms({ ...target, quantity: Math.min(change, held) }, 'exit'));
    }
    if (cancel !== null) exchange.cancel(CLIENT, cancel + 2);
  }
  return { exchange, listing, bought };
};

const sold = ({ exchange }: { exchange: Exchange }) =>
  exchange.state.executions.filter(({ side }) => side === 'SLD').reduce((sum, { shares }) => sum + shares, 0);

describe('the exchange under random orders and quotes', () => {
  test('an OCA group of type 1 never sells more than is held', () => {
    console.log(`exchange seed ${SEED}`);
    let sellingRuns = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(exit, { minLength: 2, maxLength: 5 }),
        fc.array(move, { maxLength: 25 }),
        fc.option(fc.integer({ min: 2, max: 3 })),
        (held, exits, moves, split) => {
          const result = run(held, exits, moves, split);
          expect(result.bought).toBe(held);
          if (sold(result) > 0) sellingRuns += 1;
          expect(sold(result)).toBeLessThanOrEqual(held);
          const position = result.exchange.account.position(result.listing.conId)?.quantity ?? 0;
          expect(position).toBe(held - sold(result));
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
    expect(sellingRuns).toBeGreaterThan(200);
  });

  test('cash, positions and P&L follow from the executions alone, and no order fills beyond its size or past its limit', () => {
    console.log(`exchange seed ${SEED + 1}`);
    const orders = fc.array(
      fc.record({
        buy: fc.boolean(),
        price: fc.integer({ min: 40, max: 60 }),
        quantity: fc.integer({ min: 1, max: 4 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(orders, fc.array(move, { maxLength: 20 }), (wanted, moves) => {
        const { market, exchange, listing } = open();
        for (const [i, { buy, price, quantity }] of wanted.entries()) {
          const limitPrice = price / 10;
          const action = buy ? 'BUY' : 'SELL';
          exchange.place(CLIENT, i + 1, listing, 'SMART', terms({ action, totalQuantity: quantity, limitPrice }));
        }
        for (const { bid, bidSize, waitMs } of moves) {
          market.advance(waitMs);
          market.setOption(CALL_ID, bid, bidSize, bid + 0.2, bidSize);
        }
        expectBooksToBalance(exchange, listing);
      }),
      { seed: SEED + 1, numRuns: 300 },
    );
  });
});

const expectBooksToBalance = (exchange: Exchange, listing: Listing): void => {
  let cash = DEFAULT_RULES.startingCash;
  let quantity = 0;
  for (const one of exchange.state.executions) {
    const signed = one.side === 'BOT' ? one.shares : -one.shares;
    cash -= signed * one.price * listing.multiplier + one.commission;
    quantity += signed;
    const order = exchange.state.orders.find(({ permId }) => permId === one.permId);
    const limitPrice = order?.terms.limitPrice ?? Number.NaN;
    expect(one.side === 'BOT' ? one.price <= limitPrice : one.price >= limitPrice).toBe(true);
  }
  for (const order of exchange.state.orders) expect(order.filled).toBeLessThanOrEqual(order.terms.totalQuantity);
  expect(exchange.state.cash).toBeCloseTo(cash, 4);
  const position = exchange.account.position(listing.conId);
  expect(position?.quantity ?? 0).toBe(quantity);
  if (position) {
    expect(exchange.state.cash - DEFAULT_RULES.startingCash + position.quantity * position.averageCost).toBeCloseTo(
      position.realizedPnl,
      2,
    );
  }
};

test('an uncovered sale beyond the account’s means is refused, a covered one is not', () => {
  const { market, exchange, listing } = open();
  const refusals: number[] = [];
  const told = { ...quiet, orderError: (_client: number, _order: number, code: number) => refusals.push(code) };
  const strict = new Exchange({
    market,
    directory: new Directory(market),
    rules: { ...DEFAULT_RULES, startingCash: 1_000 },
    state: { ...exchange.state, cash: 1_000 },
    listener: told,
    faults: { takeRejection: () => null, takeSplit: () => null },
  });
  strict.place(CLIENT, 1, listing, 'SMART', terms({ limitPrice: 6 }));
  expect(refusals).toEqual([201]);
  strict.place(CLIENT, 2, listing, 'SMART', terms({ action: 'BUY', limitPrice: 5 }));
  strict.place(CLIENT, 3, listing, 'SMART', terms({ limitPrice: 6 }));
  strict.place(CLIENT, 4, listing, 'SMART', terms({ limitPrice: 6.1 }));
  expect(refusals).toEqual([201, 201]);
  expect(strict.orders.working().map(({ orderId }) => orderId)).toEqual([3]);
});
