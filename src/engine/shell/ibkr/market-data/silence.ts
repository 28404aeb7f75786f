import { dateInNewYork, sessionOn } from '../../../core/market/calendar.ts';
import type { Instant } from '../../../core/types.ts';
import type { StreamKind } from './stream.ts';

/** Parts of a session day in which streams flow at rates of their own. */
export const PHASES = ['pre-open', 'open', 'midday', 'close', 'after'] as const;
export type Phase = (typeof PHASES)[number];

const MINUTE_MS = 60_000;
const EDGE_MS = 30 * MINUTE_MS;
/** Extended trading in New York: 04:00 to 20:00. */
const BEFORE_OPEN_MS = 330 * MINUTE_MS;
const AFTER_CLOSE_MS = 240 * MINUTE_MS;

/** Null when nothing trades. */
export const phaseAt = (at: Instant): Phase | null => {
  const session = sessionOn(dateInNewYork(at));
  if (!session) return null;
  if (at < session.openAt) return at >= session.openAt - BEFORE_OPEN_MS ? 'pre-open' : null;
  if (at < session.openAt + EDGE_MS) return 'open';
  if (at < session.closeAt - EDGE_MS) return 'midday';
  if (at < session.closeAt) return 'close';
  return at < session.closeAt + AFTER_CLOSE_MS ? 'after' : null;
};

/** Silence is a fault only while the exchanges trade. */
export const isJudged = (phase: Phase | null): phase is 'open' | 'midday' | 'close' =>
  phase === 'open' || phase === 'midday' || phase === 'close';

/** A silence this improbable under the learned rate is a fault. */
const IMPROBABLE = 1e-6;
/** What was heard so long ago weighs a third in the learned rate. */
const MEMORY_MS = 300_000;
const OCCUPIED_MAX = 0.999;
const OCCUPIED_MIN = 0.001;
const PRIOR_BEATS = 20;
/** Of one silence before the market opens: more would make every stream look dead. */
const MISSED_MAX = 300;

interface Expected {
  /** Share of seconds with a message, per phase in the order of `PHASES`, before anything is learned. */
  readonly occupied: readonly number[];
  readonly minMs: number;
  readonly maxMs: number;
}

const EXPECTED: Readonly<Record<StreamKind | 'index', Expected>> = {
  quote: { occupied: [0.3, 0.95, 0.8, 0.95, 0.2], minMs: 5_000, maxMs: 60_000 },
  // Cboe disseminates its volatility indices every 15 seconds, SPX every one.
  index: { occupied: [0.05, 0.2, 0.1, 0.2, 0.05], minMs: 5_000, maxMs: 120_000 },
  option: { occupied: [0.02, 0.4, 0.25, 0.4, 0.02], minMs: 15_000, maxMs: 180_000 },
  depth: { occupied: [0.3, 0.95, 0.8, 0.95, 0.2], minMs: 5_000, maxMs: 60_000 },
  trades: { occupied: [0.1, 0.8, 0.5, 0.8, 0.05], minMs: 10_000, maxMs: 120_000 },
  'bid-ask': { occupied: [0.3, 0.95, 0.8, 0.95, 0.2], minMs: 5_000, maxMs: 60_000 },
  // One every five seconds, traded or not.
  bars: { occupied: [0.2, 0.2, 0.2, 0.2, 0.2], minMs: 12_000, maxMs: 15_000 },
};

/**
 * How often a stream speaks: the share of beats (about a second each) in which it did, learned per phase. Messages come
 * in bursts, so that seconds with any are closer to independent than messages are.
 */
export interface Rate {
  readonly occupied: Float64Array;
  /** How many beats each phase's rate rests on. */
  readonly beats: Float64Array;
  readonly minMs: number;
  readonly maxMs: number;
  /** How long it has been silent, in judged phases alone. */
  silentMs: number;
  /** Beats of the silence under way, not learned yet. */
  missed: number;
}

export const createRate = (kind: StreamKind, isIndex: boolean): Rate => {
  const { occupied, minMs, maxMs } = EXPECTED[isIndex && kind === 'quote' ? 'index' : kind];
  return {
    occupied: Float64Array.from(occupied),
    beats: new Float64Array(PHASES.length).fill(PRIOR_BEATS),
    minMs,
    maxMs,
    silentMs: 0,
    missed: 0,
  };
};

/**
 * Milliseconds of silence after which the stream is held to be broken, for beats of that length: so long that it is
 * improbable even if the rate is two standard errors below what was learned.
 */
export const silentAfterMs = (rate: Rate, phase: Phase, beatMs: number): number => {
  const index = PHASES.indexOf(phase);
  const learned = Math.min(OCCUPIED_MAX, rate.occupied[index] ?? 0);
  const doubt = 2 * Math.sqrt((learned * (1 - learned)) / (rate.beats[index] ?? 1));
  const beats = Math.log(IMPROBABLE) / Math.log1p(-Math.max(OCCUPIED_MIN, learned - doubt));
  return Math.min(rate.maxMs, Math.max(rate.minMs, beats * beatMs));
};

const learn = (rate: Rate, index: number, heard: boolean, beatMs: number): void => {
  // What was expected weighs as much as so many beats, and is soon outweighed.
  const rests = Math.min(MEMORY_MS / beatMs, (rate.beats[index] ?? 0) + 1);
  rate.beats[index] = rests;
  const before = rate.occupied[index] ?? 0;
  rate.occupied[index] = before + ((heard ? 1 : 0) - before) / rests;
};

/**
 * One beat of `beatMs`. True when the stream has now been silent for too long. A silence is learned from once it is over
 * and was no fault, or it would in the end be taken for the rule.
 */
export const beat = (rate: Rate, heard: boolean, phase: Phase | null, beatMs: number): boolean => {
  if (phase === null) {
    rate.silentMs = 0;
    rate.missed = 0;
    return false;
  }
  const index = PHASES.indexOf(phase);
  if (heard) {
    for (let i = 0; i < rate.missed; i += 1) learn(rate, index, false, beatMs);
    learn(rate, index, true, beatMs);
    rate.silentMs = 0;
    rate.missed = 0;
    return false;
  }
  rate.silentMs = isJudged(phase) ? rate.silentMs + beatMs : 0;
  const silent = rate.silentMs > 0 && rate.silentMs >= silentAfterMs(rate, phase, beatMs);
  rate.missed = silent ? 0 : Math.min(rate.missed + 1, MISSED_MAX);
  return silent;
};
