import { createCandleScan, onCandleScanBar } from '../src/engine/core/analytics/indicators/candles/scan.ts';
import type { IndicatorBar } from '../src/engine/core/analytics/indicators/definition.ts';
import { createIndicator, INDICATORS, onIndicatorBar } from '../src/engine/core/analytics/indicators/indicator.ts';
import { createIndicatorSet, onIndicatorSetBar } from '../src/engine/core/analytics/level-one/indicator-set.ts';
import { createRandom } from '../src/engine/testing/random.ts';
import type { Bench } from './harness.ts';

const BARS = 2000;
/** Bars that the peer works out again: enough for the longest warm-up among TA-Lib's defaults. */
const WINDOW = 100;
/** The peer takes so much longer that these are enough of it. */
const PEER_BARS = 20;

const SEED = 20_261_125;
const bars = ((): readonly IndicatorBar[] => {
  const random = createRandom(SEED);
  let close = 440;
  return Array.from({ length: BARS }, () => {
    const open = close + random.whole(-20, 20) / 100;
    close = Math.round((open + (random.next() - 0.5) * 3) * 100) / 100;
    const high = Math.max(open, close) + random.whole(0, 80) / 100;
    const low = Math.min(open, close) - random.whole(0, 80) / 100;
    return { open, high, low, close, volume: random.whole(1e5, 1e7) };
  });
})();

const NAMES = Object.keys(INDICATORS);
/** Kept, so that nothing is optimised away. */
let sink = 0;

const nsPerBar = (count: number, work: () => void): number => {
  const from = Bun.nanoseconds();
  work();
  return (Bun.nanoseconds() - from) / count;
};

const fold = (names: readonly string[], from: number, to: number): void => {
  for (const name of names) {
    const indicator = createIndicator(name);
    for (let i = from; i < to; i++) onIndicatorBar(indicator, bars[i] as IndicatorBar);
    sink += indicator.bars;
  }
};

const recompute = (): void => {
  for (let i = 0; i < PEER_BARS; i++) fold(NAMES, i * 90, i * 90 + WINDOW);
};

const scan = (): void => {
  const all = createCandleScan();
  for (const bar of bars) onCandleScanBar(all, bar);
  sink += all.ring.bars;
};

const live = (): void => {
  const set = createIndicatorSet();
  bars.forEach((bar, i) => void onIndicatorSetBar(set, bar, i));
  sink += set.bars;
};

const PATTERNS = NAMES.filter((name) => name.startsWith('cdl'));
const OTHERS = NAMES.filter((name) => !name.startsWith('cdl'));
const parts: Readonly<Record<string, () => void>> = {
  'the 100 without patterns': () => fold(OTHERS, 0, BARS),
  'the 61 patterns, each with candles of its own': () => fold(PATTERNS, 0, BARS),
  'the 61 patterns as one scan': scan,
  'what an interval of the live suite keeps, scan included': live,
};
const seen = new Map<string, number[]>(Object.keys(parts).map((name) => [name, []]));

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export const bench: Bench = {
  name: `all ${NAMES.length} indicators, one bar in and every figure out`,
  peer: `working each out again from the last ${WINDOW} bars`,
  unit: 'ns/bar',
  goal: 'constant per bar: no figure of the performance table',
  run: async () => {
    const ours = nsPerBar(BARS, () => void fold(NAMES, 0, BARS));
    const peer = nsPerBar(PEER_BARS, recompute);
    for (const [name, work] of Object.entries(parts)) seen.get(name)?.push(nsPerBar(BARS, work));
    return { ours, peer };
  },
  notes: () => [
    ...[...seen].map(([name, values]) => `${name}: ${median(values.slice(1)).toFixed(0)} ns/bar`),
    `${sink > 0 ? BARS : 0} bars, seed ${SEED}`,
  ],
};
