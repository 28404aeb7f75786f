import { describe, expect, test } from 'bun:test';
import { type Contract, EventName, type IBApi } from '@stoqey/ib';
import type { BrokerReport } from '../../../core/inputs.ts';
import { type ClientOrderId, instant } from '../../../core/types.ts';
import type { Link } from '../wire/link.ts';
import { Evidence } from './evidence.ts';

const option = {
  conId: 1,
  secType: 'OPT',
  symbol: 'SPY',
  localSymbol: 'SPY   260320C00600000',
  multiplier: 100,
} as Contract;
const order = (name: string) => ({
  action: 'SELL',
  totalQuantity: 1,
  orderType: 'STP',
  auxPrice: 1,
  orderRef: name,
  clientId: 7,
  permId: 9,
  account: 'DU1',
});

/** Evidence on a line whose messages the test speaks. */
const stage = () => {
  const listeners = new Map<EventName, (...args: unknown[]) => void>();
  const reports: BrokerReport[] = [];
  const lost: string[] = [];
  let request = 0;
  const api = {
    reqOpenOrders() {},
    reqAllOpenOrders() {},
    reqPositions() {},
    reqExecutions: (id: number) => (request = id),
  } as unknown as IBApi;
  const link = {
    on: (event: EventName, listener: (...args: unknown[]) => void) => void listeners.set(event, listener),
    send: (_urgency: string, write: (api: IBApi) => void) => write(api),
  } as unknown as Link;
  const evidence = new Evidence({
    emit: (report) => reports.push(structuredClone(report)),
    health: { set: () => {}, refuse: () => {}, state: () => 'live', stop: () => {} },
    clock: { now: () => instant(0) },
    localZone: 'America/New_York',
    nextRequestId: () => 1_000,
    nameOf: () => null,
    onOrderNumber: () => {},
    unheard: () => [],
    onEvidenceLost: (detail) => lost.push(detail),
    onSynced: () => {},
    clientId: 7,
  });
  evidence.attach(link, 'DU1');
  const say = (event: EventName, ...args: unknown[]): void => listeners.get(event)?.(...args);
  const opened = (number: number, name: string): void =>
    say(EventName.openOrder, number, option, order(name), { status: 'PreSubmitted' });
  const end = (): void => {
    say(EventName.openOrderEnd);
    say(EventName.openOrderEnd);
    say(EventName.execDetailsEnd, request);
    say(EventName.positionEnd);
  };
  const synced = () => reports.flatMap((report) => (report.kind === 'synced' ? [report] : [])).at(-1);
  return { evidence, reports, lost, say, opened, end, synced };
};
const id = (name: string): ClientOrderId => name as ClientOrderId;

describe('a snapshot', () => {
  test('is told once all four answers have come, not before', () => {
    const { evidence, synced, say, opened } = stage();
    evidence.ask();
    opened(1, 'a');
    say(EventName.openOrderEnd);
    say(EventName.execDetailsEnd, 1_000);
    say(EventName.positionEnd);
    expect(synced()).toBeUndefined();
    say(EventName.openOrderEnd);
    expect(synced()?.openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual([id('a')]);
  });

  test('an order that ends while it is gathered is told as ended, and is not open', () => {
    const { evidence, reports, synced, say, opened, end } = stage();
    evidence.ask();
    opened(1, 'stop');
    end();
    evidence.ask();
    say(EventName.orderStatus, 1, 'Cancelled', 0, 1, 0, 9, 0, 0, 7);
    end();
    expect(reports.filter((report) => report.kind === 'order-status')).toHaveLength(1);
    expect(reports.filter((report) => report.kind === 'order-unknown')).toEqual([]);
    expect(synced()?.openOrders).toEqual([]);
  });

  test('an order that has gone without a word is uncertain before the snapshot tells its absence', () => {
    const { evidence, reports, opened, end } = stage();
    evidence.ask();
    opened(1, 'stop');
    opened(2, 'other');
    end();
    evidence.ask();
    opened(2, 'other');
    end();
    expect(reports.map((report) => report.kind)).toEqual(['synced', 'order-unknown', 'synced']);
    expect(reports[1]).toMatchObject({ clientOrderId: id('stop') });
  });

  test('an execution that arrives by itself is told at once, and is in the snapshot under way', () => {
    const { evidence, reports, synced, say, end } = stage();
    const execution = {
      execId: 'e.01',
      orderId: 1,
      clientId: 7,
      side: 'BOT',
      shares: 1,
      price: 2,
      acctNumber: 'DU1',
      orderRef: 'a',
      time: '20260320-14:00:00',
    };
    evidence.ask();
    say(EventName.execDetails, -1, option, execution);
    expect(reports.map((report) => report.kind)).toEqual(['executed']);
    end();
    expect(synced()?.executions.map(({ executionId, at }) => [executionId, at])).toEqual([
      ['e.01', instant(Date.UTC(2026, 2, 20, 14))],
    ]);
  });

  test('what belongs to another account is not ours', () => {
    const { evidence, synced, say, end } = stage();
    evidence.ask();
    say(EventName.position, 'DU2', option, 5, 100);
    say(EventName.position, 'DU1', option, 1, 250);
    end();
    expect(synced()?.positions.map(({ quantity, averagePrice }) => [quantity, averagePrice])).toEqual([[1, 2.5]]);
  });

  test.each([
    [EventName.execDetails, [-1, option, { execId: 'e', orderId: 1, side: 'BOT', shares: Number.NaN, price: 2 }]],
    [EventName.orderStatus, [1, 'Sleeping', 0, 1, 0, 9, 0, 0, 7]],
    [EventName.position, ['DU1', option, Number.NaN, 1]],
    [EventName.commissionReport, [{ execId: 'e', commission: Number.NaN, currency: 'USD' }]],
  ] as const)('%s that cannot be read is evidence lost, not a number', (event, args) => {
    const { reports, lost, say } = stage();
    say(event, ...args);
    expect(lost).toHaveLength(1);
    expect(reports).toEqual([]);
  });
});
