import { DEFAULT_LIMITS } from '../../src/engine/core/limits.ts';
import { instant, type SessionDate } from '../../src/engine/core/types.ts';
import type { EngineView, Figure, ModuleSummary, SourcesView, SymbolView } from '../../src/engine/index.ts';
import { exampleSignal } from '../../src/engine/testing/example-signal.ts';

const at = instant(Date.parse('2026-11-20T15:32:10Z'));
const figure = (value: number): Figure => ({ value, asOf: at });
const absent = (reason: string): Figure => ({ value: null, reason });

const analytics: readonly ModuleSummary[] = [
  {
    module: 'spread',
    level: 2,
    cadence: 'quote',
    warmUp: 'one two-sided quote',
    ageMsMax: 5_000,
    at,
    beats: 61_377,
    state: 'live',
    figures: [
      { name: 'quoted', figure: { value: 0.02, asOf: at, basis: 'quotes', confidence: 1 } },
      { name: 'effective', figure: { value: null, reason: 'no-signed-trades', basis: 'trades' } },
    ],
  },
  {
    module: 'positioning',
    level: 3,
    cadence: 'new-chain',
    warmUp: 'one chain',
    ageMsMax: 120_000,
    at,
    beats: 12,
    state: 'stale',
    figures: [
      {
        name: 'scopes.all.openInterest.gex',
        figure: { value: 1_455_000_000, asOf: at, basis: 'open-interest', confidence: 0.98 },
      },
    ],
  },
];

const spy: SymbolView = {
  symbol: 'SPY',
  role: 'traded',
  lastPrice: figure(440.12),
  bidPrice: figure(440.11),
  askPrice: figure(440.13),
  bar: { openAt: at, open: 440.02, high: 440.2, low: 439.98, close: 440.12, volume: 182_400, trades: 912 },
  trades: 48_213,
  vpin: { ...figure(0.3127), buckets: 50, classifier: 'tick-rule', bucketShares: 1000 },
  bookImbalance: figure(-0.214),
  exposure: {
    asOf: at,
    basis: 'open-interest',
    spot: 440.1,
    contracts: 4_182,
    rejected: { 'gamma-zero': 12, 'open-interest-missing': 3 },
    gex: figure(1_482_000_000),
    gexOwn: figure(1_455_000_000),
    gammaFlip: figure(437.42),
    callWall: figure(445),
    putWall: figure(435),
    absoluteGammaStrike: figure(440),
  },
  analytics,
};
const qqq: SymbolView = {
  ...spy,
  symbol: 'QQQ',
  lastPrice: figure(372.4),
  vpin: { ...absent('31 of 50 buckets'), buckets: 31, classifier: 'tick-rule', bucketShares: 1000 },
  bookImbalance: absent('book older than 5 s'),
  bar: null,
  exposure: null,
};

const sources: SourcesView = {
  streams: [
    { feed: 'ibkr.depth', symbol: 'IWM', state: 'dead', reason: 'no line: 3 of 3 taken', since: at },
    { feed: 'ibkr.quotes', symbol: 'QQQ', state: 'live', reason: null, since: at },
    { feed: 'ibkr.quotes', symbol: 'SPY', state: 'frozen', reason: 'market data type 2', since: at },
  ],
  pricing: {
    primary: 'ibkr',
    since: at,
    budget: {
      ageMs: 4_000,
      latencyP50Ms: 840,
      latencyP95Ms: 2_610,
      slowSince: at,
      tokens: 12.5,
      budgetPerMinute: 600,
      callsLastMinute: 412,
      streams: [{ name: 'options SPY', asked: 12, dropped: 2, answered: 10 }],
    },
  },
  calendar: {
    date: '2026-11-27' as SessionDate,
    openAt: instant(Date.parse('2026-11-27T14:30:00Z')),
    closeAt: instant(Date.parse('2026-11-27T18:00:00Z')),
    earlyClose: true,
    isOpen: false,
    gatewayClosedUntil: null,
    expirations: [{ symbol: 'SPY', dates: ['2026-11-27', '2026-11-30'] as SessionDate[] }],
    exceptions: [{ date: '2026-12-09', kind: 'closed', reason: 'National day of mourning' }],
  },
  agreement: [
    {
      symbol: 'SPY',
      minutesCompared: 61,
      minutesDisagreed: 2,
      indicatorsCompared: 14,
      indicatorsDisagreed: 1,
      historyBars: 640,
    },
  ],
  macro: [{ series: 'CPI', date: '2026-10-01' as SessionDate, value: 321.4, unit: 'index 1982-1984=100' }],
  stateStore: { state: 'live', written: 48_213, lost: 3 },
};

/** A busy moment: two symbols, one protected position, one order, a refusal and an anomaly. */
export const exampleView = (changes: Partial<EngineView> = {}): EngineView => ({
  runId: 'run-1',
  seq: 91_244,
  marketAt: at,
  sessionDate: '2026-11-20' as SessionDate,
  sessionOpen: true,
  mode: 'simulated',
  control: 'automatic',
  kill: { engaged: false, by: null, reason: null, since: null, flat: false },
  broker: { connected: true, synced: true, account: 'DU1234567', netLiquidation: 250_412.33, buyingPower: 1_000_000 },
  feeds: [
    { feed: 'ibkr.session', state: 'live', reason: null, ageMs: 120, received: 88_214, refused: {} },
    { feed: 'ibkr.quotes', state: 'live', reason: null, ageMs: 240, received: 61_377, refused: { 'crossed-quote': 4 } },
    {
      feed: 'alphavantage.options',
      state: 'degraded',
      reason: 'rate-limited',
      ageMs: 9_400,
      received: 412,
      refused: { note: 3, 'all-gammas-zero': 1 },
    },
    { feed: 'ibkr.depth', state: 'down', reason: 'no entitlement', ageMs: null, received: 0, refused: {} },
  ],
  sources,
  limits: DEFAULT_LIMITS,
  exposure: { netDelta: figure(212), netGamma: figure(38.4), netThetaPerDay: absent('greeks absent for one contract') },
  symbols: [spy, qqq],
  crossAsset: [],
  orders: [
    {
      clientOrderId: 'run-1-91',
      purpose: 'protective-stop',
      contractId: 'SPY261120C00440000',
      side: 'SELL',
      type: 'STP',
      quantity: 5,
      filled: 0,
      price: 2.1,
      status: 'PreSubmitted',
    },
  ],
  positions: [
    {
      contractId: 'SPY261120C00440000',
      signalId: 'signal-1',
      quantity: 5,
      averagePrice: 2.5,
      markPrice: 2.81,
      unrealised: 155,
      realised: -3.25,
      stopPrice: 2.1,
      stopQuantity: 5,
    },
  ],
  realisedToday: -12.4,
  openSignals: [exampleSignal()],
  lastDenials: [{ at, symbol: 'QQQ', denials: [{ code: 'stale-book', facts: { ageMs: 5_820, limitMs: 5_000 } }] }],
  anomalies: [{ at, name: 'crossed-quote', facts: { symbol: 'SPY', bid: 440.2, ask: 440.1 } }],
  ...changes,
});
