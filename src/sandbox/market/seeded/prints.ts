import { activityOf } from './levels.ts';
import { type PriceProcess, STEP_MS } from './price-process.ts';
import type { Profile } from './profiles.ts';

/** Venues of the consolidated tape with their share of prints, in IBKR's codes. FINRA stands for trades off exchange. */
const VENUES: readonly { readonly code: string; readonly share: number }[] = [
  { code: 'ARCA', share: 0.2 },
  { code: 'NASDAQ', share: 0.18 },
  { code: 'BATS', share: 0.13 },
  { code: 'NYSE', share: 0.07 },
  { code: 'DRCTEDGE', share: 0.09 },
  { code: 'IEX', share: 0.04 },
  { code: 'MEMX', share: 0.05 },
  { code: 'FINRA', share: 0.24 },
];

/** Venues that show quotes. FINRA reports trades only. */
export const QUOTING_VENUES: readonly string[] = VENUES.slice(0, 7).map(({ code }) => code);

export type TakePrint = (offsetMs: number, price: number, size: number, venue: string) => void;

const pickVenue = (u: number): string => {
  let sum = 0;
  for (const venue of VENUES) {
    sum += venue.share;
    if (u < sum) return venue.code;
  }
  return 'FINRA';
};

const pickSize = (u: number, v: number): number => {
  if (u < 0.4) return 1 + Math.floor(99 * v * v);
  if (u < 0.97) return 100 * (1 + Math.floor(-1.2 * Math.log(1 - v * 0.999)));
  return 1000 + 100 * Math.floor(40 * v * v);
};

const pickCount = (mean: number, u: number): number => {
  let probability = Math.exp(-mean);
  let sum = probability;
  let count = 0;
  while (u > sum && count < 12) {
    count++;
    probability *= mean / count;
    sum += probability;
  }
  return count;
};

/** The prints of one step: mostly at the touch, some inside it off exchange, now and then a sweep over several venues. */
export const printStep = (process: PriceProcess, profile: Profile, progress: number, take: TakePrint): void => {
  const { random } = process;
  const mean =
    ((profile.tradesPerSecond * STEP_MS) / 1000) * activityOf(progress) * Math.exp(0.6 * process.logVolatility);
  const count = pickCount(mean, random.next());
  for (let i = 0; i < count; i++) {
    const offsetMs = Math.floor((STEP_MS * (i + 1)) / (count + 1));
    const buys = random.next() < 0.5 + 0.32 * Math.tanh(process.flow);
    const touch = (buys ? process.askTick : process.bidTick) / 100;
    const size = pickSize(random.next(), random.next());
    const kind = random.next();
    if (kind < 0.06) {
      const first = Math.floor(random.next() * QUOTING_VENUES.length);
      const legs = 2 + Math.floor(random.next() * 3);
      for (let leg = 0; leg < legs; leg++)
        take(offsetMs, touch, Math.max(100, size), QUOTING_VENUES[(first + leg) % QUOTING_VENUES.length] ?? 'ARCA');
      continue;
    }
    const venue = pickVenue(random.next());
    const inside = venue === 'FINRA' && kind > 0.6 && process.askTick - process.bidTick > 1;
    take(offsetMs, inside ? (process.bidTick + process.askTick) / 200 : touch, size, venue);
  }
};
