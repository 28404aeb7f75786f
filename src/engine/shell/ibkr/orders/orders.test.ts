import { describe, expect, test } from 'bun:test';
import type { IBApi } from '@stoqey/ib';
import type { BrokerReport } from '../../../core/inputs.ts';
import { parseContractId } from '../../../core/market/contract.ts';
import type { GatewayClosure } from '../../../core/market/gateway-gate.ts';
import type { OrderTicket } from '../../../core/outputs.ts';
import { type ClientOrderId, instant, type SignalId } from '../../../core/types.ts';
import { CODE_TABLE } from '../wire/code-table.ts';
import type { Link } from '../wire/link.ts';
import type { Evidence } from './evidence.ts';
import { Orders } from './orders.ts';

const id = (name: string): ClientOrderId => name as ClientOrderId;
const contract = parseContractId('SPY260320C00600000');
if (!contract) throw new Error('not an option');
const ticket = (name: string, more: Partial<OrderTicket> = {}): OrderTicket => ({
  clientOrderId: id(name),
  signalId: 's' as SignalId,
  purpose: 'entry',
  contract,
  side: 'BUY',
  type: 'LMT',
  quantity: 2,
  limitPrice: 1.05,
  stopPrice: null,
  ocaGroup: null,
  timeInForce: 'DAY',
  ...more,
});

/** Orders on a line that only writes down what would go out. */
const stage = () => {
  const reports: BrokerReport[] = [];
  const written: [string, number, Record<string, unknown>][] = [];
  const counted: string[] = [];
  let asking = false;
  let resyncs = 0;
  let closure: GatewayClosure | null = null;
  const api = {
    placeOrder: (number: number, _contract: unknown, order: Record<string, unknown>) =>
      written.push(['place', number, order]),
    cancelOrder: (number: number) => written.push(['cancel', number, {}]),
    reqIds: () => written.push(['ids', 0, {}]),
  } as unknown as IBApi;
  const link = { send: (_urgency: string, write: (api: IBApi) => void) => write(api) } as unknown as Link;
  const orders = new Orders({
    emit: (report) => reports.push(report),
    health: {
      set: () => {},
      refuse: (_feed, reason) => void counted.push(reason),
      state: () => 'live',
      stop: () => {},
    },
    log: () => {},
    evidence: () => ({ asking: () => asking, lastOf: () => null }) as unknown as Evidence,
    resync: () => {
      resyncs += 1;
    },
    closure: () => closure,
  });
  orders.onNextValidId(10);
  orders.attach(link, 'DU1');
  const kinds = () => reports.map(({ kind }) => kind);
  return {
    orders,
    reports,
    kinds,
    written,
    counted,
    resyncs: () => resyncs,
    ask: (now: boolean) => (asking = now),
    close: (now: GatewayClosure | null) => (closure = now),
  };
};

describe('what goes out', () => {
  test('a limit order, a stop and a market order carry their own prices, our reference, and the group with block', () => {
    const { orders, written } = stage();
    orders.place(ticket('a'));
    orders.place(
      ticket('b', { side: 'SELL', type: 'STP', limitPrice: null, stopPrice: 0.9, ocaGroup: 'g', timeInForce: 'GTC' }),
    );
    orders.place(ticket('c', { side: 'SELL', type: 'MKT', limitPrice: null, ocaGroup: 'g' }));
    expect(written.map(([, number]) => number)).toEqual([10, 11, 12]);
    const common = { account: 'DU1', totalQuantity: 2, outsideRth: false, transmit: true };
    expect(written[0]?.[2]).toMatchObject({
      ...common,
      action: 'BUY',
      orderType: 'LMT',
      lmtPrice: 1.05,
      orderRef: 'a',
      tif: 'DAY',
    });
    expect(written[0]?.[2]).not.toHaveProperty('ocaGroup');
    expect(written[0]?.[2]).not.toHaveProperty('auxPrice');
    expect(written[1]?.[2]).toMatchObject({
      ...common,
      action: 'SELL',
      orderType: 'STP',
      auxPrice: 0.9,
      ocaGroup: 'g',
      ocaType: 1,
      tif: 'GTC',
    });
    expect(written[1]?.[2]).not.toHaveProperty('lmtPrice');
    expect(written[2]?.[2]).toMatchObject({ ...common, orderType: 'MKT', ocaGroup: 'g', ocaType: 1 });
  });

  test('a new order waits for the end of a snapshot, so that its absence there cannot be taken for evidence', () => {
    const { orders, written, kinds, ask } = stage();
    ask(true);
    orders.place(ticket('a'));
    expect(written).toEqual([]);
    ask(false);
    orders.release();
    expect(written).toHaveLength(1);
    expect(kinds()).toEqual(['order-sent']);
  });

  test('a cancel does not wait for a snapshot', () => {
    const { orders, written, ask } = stage();
    orders.place(ticket('a'));
    ask(true);
    orders.cancel(id('a'));
    expect(written.map(([verb]) => verb)).toEqual(['place', 'cancel']);
  });

  test('an order that is cancelled while it waits never leaves, nor does a change of one that works', () => {
    const { orders, written, kinds, ask } = stage();
    orders.place(ticket('works'));
    ask(true);
    orders.place(ticket('waits'));
    orders.change(ticket('works', { quantity: 1 }));
    orders.cancel(id('waits'));
    orders.cancel(id('works'));
    ask(false);
    orders.release();
    expect(written.map(([verb, number]) => [verb, number])).toEqual([
      ['place', 10],
      ['cancel', 10],
    ]);
    // The snapshot under way is what ends it.
    expect(kinds()).toEqual(['order-sent', 'order-unknown']);
  });

  test('an order that waits when the line is lost is unknown, and does not leave later', () => {
    const { orders, written, kinds, ask } = stage();
    ask(true);
    orders.place(ticket('a'));
    orders.detach();
    ask(false);
    orders.release();
    expect(kinds()).toEqual(['order-unknown']);
    expect(written).toEqual([]);
  });

  test('an order written and not heard of since is part of a snapshot of the same line', () => {
    const { orders } = stage();
    orders.place(ticket('a'));
    orders.place(ticket('b'));
    orders.learn(11, id('b'));
    expect(orders.unheard().map(({ clientOrderId, status }) => [clientOrderId, status])).toEqual([
      [id('a'), 'PendingSubmit'],
    ]);
    orders.detach();
    expect(orders.unheard()).toEqual([]);
  });

  test('numbers only go up, whatever TWS says and whoever used them', () => {
    const { orders, written } = stage();
    orders.place(ticket('a'));
    orders.onNextValidId(3);
    orders.learn(50, null);
    orders.place(ticket('b'));
    expect(written.map(([, number]) => number)).toEqual([10, 51]);
  });
});

describe('what comes back about an order', () => {
  test('a refusal of an order that was never acknowledged is final', () => {
    const { orders, reports, resyncs } = stage();
    orders.place(ticket('a'));
    expect(orders.onError(10, 201, 'no')).toBe(true);
    expect(reports.at(-1)).toEqual({ kind: 'order-refused', clientOrderId: id('a'), code: 201, message: 'no' });
    expect(resyncs()).toBe(0);
  });

  test.each([104, 105, 110, 201, 2102, 10148])('%d about an acknowledged order asks the broker what stands', (code) => {
    const { orders, kinds, resyncs } = stage();
    orders.place(ticket('a'));
    orders.learn(10, id('a'));
    orders.change(ticket('a', { quantity: 3 }));
    orders.onError(10, code, 'no');
    expect(kinds()).toEqual(['order-sent', 'order-unknown']);
    expect(resyncs()).toBe(1);
  });

  test('a warning changes nothing', () => {
    const { orders, kinds, counted } = stage();
    orders.place(ticket('a'));
    orders.onError(10, 399, 'will not be placed until the open');
    expect(kinds()).toEqual(['order-sent']);
    expect(counted).toEqual([]);
  });

  test('a code that is in no table is counted, and the order is uncertain', () => {
    const { orders, kinds, counted, resyncs } = stage();
    orders.place(ticket('a'));
    orders.onError(10, 29_999, 'news to us');
    expect(kinds()).toEqual(['order-sent', 'order-unknown']);
    expect(counted).toEqual(['code-29999']);
    expect(resyncs()).toBe(1);
  });

  test('an id that is not one of our orders is left to others', () => {
    expect(stage().orders.onError(4, 201, 'no')).toBe(false);
  });
});

describe("around the gateway's restart", () => {
  const CLOSED: GatewayClosure = { cause: 'daily-restart', from: instant(0), until: instant(600_000) };
  const exit = (name: string, more: Partial<OrderTicket> = {}) =>
    ticket(name, { purpose: 'exit', side: 'SELL', type: 'MKT', limitPrice: null, ...more });
  const stop = (name: string, stopPrice: number) =>
    ticket(name, { purpose: 'protective-stop', side: 'SELL', type: 'STP', limitPrice: null, stopPrice });

  test('an entry is refused here, for certain and with the reason, and is never written', () => {
    const { orders, reports, written, close } = stage();
    close(CLOSED);
    orders.place(ticket('a'));
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ kind: 'order-refused', clientOrderId: id('a'), code: 0 });
    expect(reports[0]?.kind === 'order-refused' && reports[0].message).toContain(
      'daily-restart, until 1970-01-01T00:10',
    );
    close(null);
    orders.release();
    expect(written).toEqual([]);
  });

  test('what reduces risk waits, and leaves once and in order when the gate has opened and the broker has told everything', () => {
    const { orders, kinds, written, close } = stage();
    orders.place(stop('s', 0.9));
    close(CLOSED);
    orders.change(stop('s', 0.95));
    orders.change(stop('s', 1));
    orders.place(exit('x'));
    expect(orders.gated()).toBe(2);
    expect(written).toHaveLength(1);
    orders.release();
    expect(written).toHaveLength(1);
    close(null);
    expect(written).toHaveLength(1);
    orders.release();
    orders.release();
    expect(written.map(([what, number, order]) => [what, number, order['auxPrice'] ?? null])).toEqual([
      ['place', 10, 0.9],
      ['place', 10, 1],
      ['place', 11, null],
    ]);
    expect(kinds()).toEqual(['order-sent', 'order-sent']);
    expect(orders.gated()).toBe(0);
  });

  test('a cancel goes at once, and what is cancelled while it waits never leaves', () => {
    const { orders, kinds, written, close } = stage();
    orders.place(stop('s', 0.9));
    close(CLOSED);
    orders.place(exit('x'));
    orders.cancel(id('s'));
    orders.cancel(id('x'));
    expect(written.at(-1)?.[0]).toBe('cancel');
    close(null);
    orders.release();
    expect(written).toHaveLength(2);
    expect(kinds()).toEqual(['order-sent', 'order-unknown']);
  });

  test('what waits when the line is lost is unknown, not written later: the snapshot will tell that it is not there', () => {
    const { orders, reports, written, close } = stage();
    close(CLOSED);
    orders.place(exit('x'));
    orders.detach();
    expect(reports).toMatchObject([{ kind: 'order-unknown', clientOrderId: id('x') }]);
    close(null);
    orders.release();
    expect(written).toEqual([]);
    expect(orders.gated()).toBe(0);
  });

  test('an order that waited for a snapshot meets a gate that has closed meanwhile', () => {
    const { orders, written, ask, close, kinds } = stage();
    ask(true);
    orders.place(exit('x'));
    orders.place(ticket('a'));
    close(CLOSED);
    ask(false);
    orders.release();
    expect(written).toEqual([]);
    expect(kinds()).toEqual(['order-refused']);
    expect(orders.gated()).toBe(1);
  });
});

describe('103', () => {
  test('about an order never heard of refuses it, asks for a number, and the next one is higher', () => {
    const { orders, kinds, written } = stage();
    orders.place(ticket('a'));
    orders.onError(10, 103, 'Duplicate order id');
    expect(kinds()).toEqual(['order-sent', 'order-refused']);
    expect(written.at(-1)?.[0]).toBe('ids');
    orders.onNextValidId(40);
    orders.place(ticket('b'));
    expect(written.at(-1)?.[1]).toBe(40);
  });
});

describe('every code', () => {
  test.each([...CODE_TABLE])('%d does to an order what its row says', (code, { order: effect }) => {
    const fresh = stage();
    fresh.orders.place(ticket('a'));
    fresh.orders.onError(10, code, 'text');
    const acknowledged = stage();
    acknowledged.orders.place(ticket('a'));
    acknowledged.orders.learn(10, id('a'));
    acknowledged.orders.onError(10, code, 'text');
    const after = ({ kinds, resyncs }: ReturnType<typeof stage>): unknown => [kinds().slice(1), resyncs()];
    const unknown: unknown = [['order-unknown'], 1];
    switch (effect) {
      case 'refused':
      case 'refused-number':
        expect(after(fresh)).toEqual([['order-refused'], 0]);
        expect(after(acknowledged)).toEqual(unknown);
        break;
      case 'notice':
        expect(after(fresh)).toEqual([[], 0]);
        expect(after(acknowledged)).toEqual([[], 0]);
        break;
      case 'cancelled':
      case 'uncertain':
        expect(after(fresh)).toEqual(unknown);
        expect(after(acknowledged)).toEqual(unknown);
        break;
    }
    expect(fresh.counted).toEqual([]);
  });
});
