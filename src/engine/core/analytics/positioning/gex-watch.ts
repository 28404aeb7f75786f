import { dateInNewYork, sessionAt } from '../../market/calendar.ts';
import type { Instant, SessionDate } from '../../types.ts';

/** A shift of dealer gamma exposure: anomaly `gex`. Dollars of delta per 1 % move, by open interest. */
export interface GexShift {
  readonly from: number;
  readonly fromAt: Instant;
  readonly to: number;
  readonly toAt: Instant;
  /** |to − from| / |from|. */
  readonly share: number;
}

const CAPACITY = 128;

/** Samples of the last minutes of one session, oldest overwritten. `armed` 0 from a shift until things are calm. */
export interface GexWatch {
  readonly at: Float64Array;
  readonly gex: Float64Array;
  readonly contracts: Float64Array;
  next: number;
  count: number;
  armed: 0 | 1;
  date: SessionDate | null;
}

const WINDOW_MS = 5 * 60_000;
const SPACING_MS = WINDOW_MS / (CAPACITY - 8);
const SHIFT = 0.2;
/** Calm again, so that one shift is told once, when nothing in the window differs by more. */
const CALM = 0.1;
/** Another set of contracts is another sum: no comparison across a change of coverage beyond this. */
const COVERAGE = 0.1;
/** Below this share of Σ|contributions| a net figure is the difference of two equal sums. */
const NET_SHARE_MIN = 0.01;

export const createGexWatch = (): GexWatch => ({
  at: new Float64Array(CAPACITY),
  gex: new Float64Array(CAPACITY),
  contracts: new Float64Array(CAPACITY),
  next: 0,
  count: 0,
  armed: 1,
  date: null,
});

const remember = (watch: GexWatch, gex: number, contracts: number, at: Instant): void => {
  const last = (watch.next + CAPACITY - 1) % CAPACITY;
  if (watch.count > 0 && at - (watch.at[last] as number) < SPACING_MS) return;
  watch.at[watch.next] = at;
  watch.gex[watch.next] = gex;
  watch.contracts[watch.next] = contracts;
  watch.next = (watch.next + 1) % CAPACITY;
  watch.count = Math.min(CAPACITY, watch.count + 1);
};

/**
 * The shift that `gex` makes against the last five minutes of this session, told once per episode; null when there is
 * none. `gross` is the sum of absolute contributions, `contracts` how many are in it.
 */
export const onGexWatch = (
  watch: GexWatch,
  gex: number,
  gross: number,
  contracts: number,
  at: Instant,
): GexShift | null => {
  if (!Number.isFinite(gex) || sessionAt(at) === null) return null;
  const date = dateInNewYork(at);
  if (watch.date !== date) {
    watch.date = date;
    watch.count = 0;
    watch.armed = 1;
  }
  let most = 0;
  let place = -1;
  for (let back = 1; back <= watch.count; back++) {
    const i = (watch.next - back + CAPACITY) % CAPACITY;
    if (at - (watch.at[i] as number) > WINDOW_MS) break;
    const before = watch.contracts[i] as number;
    if (Math.abs(contracts - before) > COVERAGE * before) continue;
    const scale = Math.max(Math.abs(watch.gex[i] as number), NET_SHARE_MIN * gross);
    const share = scale > 0 ? Math.abs(gex - (watch.gex[i] as number)) / scale : 0;
    if (share > most) {
      most = share;
      place = i;
    }
  }
  const shift =
    watch.armed === 1 && most > SHIFT
      ? {
          from: watch.gex[place] as number,
          fromAt: watch.at[place] as Instant,
          to: gex,
          toAt: at,
          share: most,
        }
      : null;
  if (shift !== null) watch.armed = 0;
  else if (most <= CALM) watch.armed = 1;
  remember(watch, gex, contracts, at);
  return shift;
};
