import { DEFAULT_LIMITS } from '../core/limits.ts';
import type { SessionDate } from '../core/types.ts';
import { instant } from '../core/types.ts';
import type { EngineView, SymbolView } from '../core/view.ts';

const absent = (reason: string) => ({ value: null, reason }) as const;

export const symbolView = (overrides: Partial<SymbolView> = {}): SymbolView => ({
  symbol: 'SPY',
  lastPrice: { value: 600.25, asOf: instant(Date.UTC(2026, 10, 20, 20, 59)) },
  bidPrice: absent('no quote yet'),
  askPrice: absent('no quote yet'),
  bar: null,
  trades: 10,
  vpin: {
    value: 0.4125,
    asOf: instant(Date.UTC(2026, 10, 20, 20, 59)),
    buckets: 60,
    classifier: 'tick-rule',
    bucketShares: 1000,
  },
  bookImbalance: absent('no book'),
  exposure: null,
  ...overrides,
});

/** A quiet engine at 16:11 in New York on 2026-11-20. */
export const engineView = (overrides: Partial<EngineView> = {}): EngineView => ({
  runId: 'run-test',
  seq: 1,
  marketAt: instant(Date.UTC(2026, 10, 20, 21, 11)),
  sessionDate: '2026-11-20' as SessionDate,
  sessionOpen: false,
  mode: 'simulated',
  control: 'automatic',
  kill: { engaged: false, by: null, reason: null, since: null, flat: false },
  broker: { connected: true, synced: true, account: 'DU1', netLiquidation: 100_000, buyingPower: 100_000 },
  feeds: [],
  limits: DEFAULT_LIMITS,
  exposure: { netDelta: absent('flat'), netGamma: absent('flat'), netThetaPerDay: absent('flat') },
  symbols: [symbolView()],
  orders: [],
  positions: [],
  realisedToday: 0,
  openSignals: [],
  lastDenials: [],
  anomalies: [],
  ...overrides,
});

/** A door with a view that the test sets. */
export const fakeEngineDoor = (first: EngineView | null) => {
  let current = first;
  const listeners = new Set<(view: EngineView) => void>();
  return {
    set: (view: EngineView): void => {
      current = view;
      for (const listener of listeners) listener(view);
    },
    door: {
      submit: async () => '1',
      view: () => current,
      viewAgeMs: () => (current ? 100 : null),
      status: () => 'running' as const,
      subscribe: (listener: (view: EngineView) => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
};
