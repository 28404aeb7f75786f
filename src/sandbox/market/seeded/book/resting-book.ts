import { hash32 } from '../../random.ts';
import type { BookLevel } from '../../types.ts';
import { QUOTING_VENUES, VENUE_CODES } from '../tape/venues.ts';

const BOOK_ROWS = 10;
const LOT = 100;
/** Ticks away from the touch that are looked at for rows. */
const DEPTH_MAX = 400;

/** How thickly a symbol's book is laid. */
export interface BookStyle {
  readonly seed: number;
  readonly lots: number;
  readonly spreadTicks: number;
}

/**
 * Shares that rest at one price on one venue before anybody takes them: a function of place and time, so that a book needs
 * no history. Orders there come and go every ten to forty seconds. `step` counts the session's quarter seconds; `depth`
 * ticks from the touch, where the first venue always shows something. `lean` above 0 makes the side heavier.
 */
export const restingShares = (
  style: BookStyle,
  side: 0 | 1,
  tick: number,
  venue: number,
  step: number,
  depth: number,
  lean: number,
): number => {
  const place = hash32(style.seed, tick * 2 + side, venue);
  const period = 40 + (place & 127);
  const hash = hash32(place, Math.floor((step + (place >>> 8)) / period));
  const sparse = 1 + 0.3 * (style.spreadTicks - 1);
  const shown = (hash & 255) < (170 - 18 * venue) / sparse || (depth === 0 && venue === 0);
  if (!shown) return 0;
  const lots = 1 + ((hash >>> 8) % (4 + 3 * Math.min(depth, 4)));
  return LOT * Math.ceil(lots * style.lots * (lean > 0 ? 0.9 : 0.5));
};

/** Ten best rows of one side over all venues; `taken` is what has been eaten at the touch, by venue. */
export const sideRows = (
  style: BookStyle,
  side: 0 | 1,
  touch: number,
  step: number,
  lean: number,
  taken: Int32Array,
): BookLevel[] => {
  const away = side === 0 ? 1 : -1;
  const rows: BookLevel[] = [];
  for (let depth = 0; rows.length < BOOK_ROWS && depth < DEPTH_MAX; depth++) {
    const tick = touch + away * depth;
    if (tick <= 0) break;
    for (let venue = 0; venue < QUOTING_VENUES && rows.length < BOOK_ROWS; venue++) {
      const resting = restingShares(style, side, tick, venue, step, depth, lean);
      const size = depth === 0 ? resting - (taken[venue] as number) : resting;
      if (size > 0) rows.push({ price: tick / 100, size, venue: VENUE_CODES[venue] as string });
    }
  }
  return rows;
};
