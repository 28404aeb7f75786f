import type { EngineView } from '../../core/view.ts';
import type { StateStore } from '../../ports/store.ts';
import { type Moment, stampNow, stampOf } from './stamp.ts';

const STALE_MS = 10_000;
const HOUR_MS = 3_600_000;

const feedOf = (view: EngineView, name: string) => view.feeds.find(({ feed }) => feed === name);

const json = (value: object) => ({ kind: 'json', text: JSON.stringify(value) }) as const;
const text = (value: string | number) => ({ kind: 'text', text: String(value) }) as const;

/** Signs of life are given while their source is alive, and left to run out when it is not. */
const putHealth = (store: StateStore, view: EngineView, moment: Moment): void => {
  const now = stampNow(moment);
  const connected = view.broker.connected && feedOf(view, 'ibkr.session')?.state === 'live';
  store.put('ibkr:connected', text(connected ? 1 : 0), now);
  store.put('heartbeat:engine', text(moment.wallNow), now);
  const alive = (feeds: readonly EngineView['feeds'][number][]): number | null => {
    const ages = feeds.flatMap(({ state, ageMs }) => (state === 'live' && ageMs !== null ? [ageMs] : []));
    return ages.length === 0 ? null : Math.min(...ages);
  };
  const vendors = { ibkr_ingestion: 'ibkr.', alpha_vantage: 'alphavantage.' } as const;
  for (const [part, prefix] of Object.entries(vendors)) {
    const ageMs = alive(view.feeds.filter(({ feed }) => feed.startsWith(prefix)));
    if (ageMs === null) continue;
    const stamp = stampOf(moment, moment.marketAt - ageMs);
    store.put(`heartbeat:${part}`, text(Math.round(stamp.wallTs)), stamp);
  }
  const alphaVantage = view.feeds.filter(({ feed }) => feed.startsWith('alphavantage.'));
  store.put('monitoring:alpha_vantage:metrics', json({ feeds: alphaVantage }), now);
  const ages = view.symbols.map(({ symbol, bidPrice }) => ({
    symbol,
    ageMs: bidPrice.value === null ? null : (moment.marketAt - bidPrice.asOf) / moment.speed,
  }));
  const stale = ages.filter(({ ageMs }) => ageMs === null || ageMs > STALE_MS);
  store.put('monitoring:data:stale', json({ count: stale.length, symbols: stale }), now);
};

const putRisk = (store: StateStore, view: EngineView, moment: Moment): void => {
  const now = stampNow(moment);
  store.put('risk:limits', json(view.limits), now);
  store.put('risk:exposure', json({ ...view.exposure, realisedToday: view.realisedToday }), now);
  store.put('risk:kill', json(view.kill), now);
  const recent = view.lastDenials.filter(({ at }) => (moment.marketAt - at) / moment.speed <= HOUR_MS);
  store.put('risk:breaches', json({ count: recent.length, newest: recent.slice(-10) }), now);
  store.put('execution:mode', text(view.control), now);
};

/** Account, orders, risk and health: whole, at every call, so that what is gone is gone. */
export const createAccountMirror = (store: StateStore) => {
  let account: string | null = null;
  return (view: EngineView, moment: Moment): void => {
    const now = stampNow(moment);
    putHealth(store, view, moment);
    putRisk(store, view, moment);
    if (account !== null && view.broker.account !== null && account !== view.broker.account)
      store.remove(`positions:open:${account}`);
    account = view.broker.account ?? account;
    const byId = <T>(items: readonly T[], idOf: (item: T) => string) =>
      ({ kind: 'hash', fields: Object.fromEntries(items.map((item) => [idOf(item), JSON.stringify(item)])) }) as const;
    if (account !== null)
      store.put(
        `positions:open:${account}`,
        byId(view.positions, ({ contractId }) => contractId),
        now,
      );
    store.put(
      'orders:pending',
      byId(view.orders, ({ clientOrderId }) => clientOrderId),
      now,
    );
    for (const { symbol } of view.symbols) {
      const items = view.openSignals
        .filter((signal) => signal.contract.underlying === symbol)
        .map((signal) => JSON.stringify(signal));
      store.put(`signals:execution:${symbol}`, { kind: 'list', items }, now);
    }
    const { runId, seq, marketAt, mode, sessionDate, sessionOpen } = view;
    const run = { runId, seq, mode, sessionDate, sessionOpen, marketAt, speed: moment.speed };
    store.put('engine:run', json(run), now);
  };
};
