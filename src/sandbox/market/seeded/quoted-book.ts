import { hash32 } from '../random.ts';
import type { BookLevel, BookSnapshot } from '../types.ts';
import type { PriceProcess } from './price-process.ts';
import { QUOTING_VENUES } from './prints.ts';

const BOOK_ROWS = 10;

/** Sizes lean with the order flow; in steps, so that a book does not change with every breath of it. */
const leanOf = (process: PriceProcess): number => (Math.abs(process.flow) < 0.35 ? 0 : process.flow > 0 ? 1 : -1);

const sideRows = (seed: number, step: number, touchTick: number, away: 1 | -1, lean: number): BookLevel[] => {
  const rows: BookLevel[] = [];
  for (let depth = 0; rows.length < BOOK_ROWS && depth < 40; depth++) {
    const tick = touchTick + away * depth;
    for (let venue = 0; venue < QUOTING_VENUES.length && rows.length < BOOK_ROWS; venue++) {
      const place = hash32(seed, tick * 2 + (away > 0 ? 1 : 0), venue);
      const period = 40 + (place & 127);
      const hash = hash32(place, Math.floor((step + (place >>> 8)) / period));
      const shown = (hash & 255) < 170 - 18 * venue || (depth === 0 && venue === 0);
      if (!shown) continue;
      const lots = 1 + ((hash >>> 8) % (4 + 3 * Math.min(depth, 4)));
      rows.push({
        price: tick / 100,
        size: 100 * Math.ceil(lots * (lean > 0 ? 2 : 1)),
        venue: QUOTING_VENUES[venue] ?? 'ARCA',
      });
    }
  }
  return rows;
};

/** The ten best rows a side over all venues: a function of touch prices and step, so that it needs no history. */
export const bookAt = (seed: number, process: PriceProcess, step: number): BookSnapshot => {
  const lean = leanOf(process);
  return {
    bids: sideRows(seed, step, process.bidTick, -1, lean),
    asks: sideRows(seed, step, process.askTick, 1, -lean),
  };
};
