import type { Instant } from '../../types.ts';
import type { ModuleInfo } from '../measured.ts';

/** What fails together: a module of its own, or the modules of one noun that are called as one. */
export type Part =
  | 'level-one'
  | 'microstructure'
  | 'vpin'
  | 'flow-classes'
  | 'regime'
  | 'positioning'
  | 'chain-greeks'
  | 'vendor-greeks'
  | 'put-call-parity'
  | 'closing-auction'
  | 'volatility-forecast'
  | 'mean-reversion'
  | 'cross-asset';

/** What modules are worked out on. Instants are NaN before the first; counts are since the start. */
export interface Heartbeats {
  quoteAt: number;
  quotes: number;
  tradeAt: number;
  trades: number;
  bookAt: number;
  books: number;
  /** Minute bars closed. */
  barAt: number;
  bars: number;
  /** A chain worked out: a new one, or the last one again at the spot of then. */
  chainAt: number;
  chains: number;
  auctionAt: number;
  auctions: number;
  timerAt: number;
  timers: number;
  /** The part at work, so that a failure can be laid at its door. */
  working: Part;
  /** Parts that have thrown, with what they said: never called again in this run. */
  readonly failed: Map<Part, string>;
}

export const createHeartbeats = (): Heartbeats => ({
  quoteAt: Number.NaN,
  quotes: 0,
  tradeAt: Number.NaN,
  trades: 0,
  bookAt: Number.NaN,
  books: 0,
  barAt: Number.NaN,
  bars: 0,
  chainAt: Number.NaN,
  chains: 0,
  auctionAt: Number.NaN,
  auctions: 0,
  timerAt: Number.NaN,
  timers: 0,
  working: 'level-one',
  failed: new Map(),
});

/** Names the part about to work; false when it has failed before and is to be left alone. */
export const begin = (hearts: Heartbeats, part: Part): boolean => {
  hearts.working = part;
  return hearts.failed.size === 0 || !hearts.failed.has(part);
};

/** `waiting`: never called yet. `stale`: not called for longer than it may be; what it last said is no longer so. */
export type ModuleState = 'live' | 'waiting' | 'stale' | 'failed';

export interface Heartbeat {
  readonly module: string;
  readonly level: ModuleInfo['level'];
  readonly cadence: ModuleInfo['cadence'];
  readonly warmUp: string;
  readonly ageMsMax: number;
  /** When it was last worked out; null before the first time. */
  readonly at: Instant | null;
  readonly beats: number;
  readonly state: ModuleState;
}

const beatOf = (hearts: Heartbeats, cadence: ModuleInfo['cadence']): readonly [number, number] => {
  switch (cadence) {
    case 'trade':
      return [hearts.tradeAt, hearts.trades];
    case 'quote':
      return [hearts.quoteAt, hearts.quotes];
    case 'book-change':
      return [hearts.bookAt, hearts.books];
    case 'bar-close':
      return [hearts.barAt, hearts.bars];
    case 'new-chain':
      return [hearts.chainAt, hearts.chains];
    case 'auction-tick':
      return [hearts.auctionAt, hearts.auctions];
    case 'timer-30s':
    case 'timer-60s':
      return [hearts.timerAt, hearts.timers];
  }
};

export const heartbeatOf = (hearts: Heartbeats, part: Part, info: ModuleInfo, at: Instant): Heartbeat => {
  const [beatAt, beats] = beatOf(hearts, info.cadence);
  const silent = Number.isNaN(beatAt);
  const alive: ModuleState = silent ? 'waiting' : at - beatAt > info.ageMsMax ? 'stale' : 'live';
  return {
    module: info.name,
    level: info.level,
    cadence: info.cadence,
    warmUp: info.warmUp,
    ageMsMax: info.ageMsMax,
    at: silent ? null : (beatAt as Instant),
    beats,
    state: hearts.failed.has(part) ? 'failed' : alive,
  };
};
