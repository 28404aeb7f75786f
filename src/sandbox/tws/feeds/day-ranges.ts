import type { SandboxMarket } from '../../market/types.ts';
import { sessionDateOf } from '../market-clock.ts';

interface DayRange {
  readonly date: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
}

/** A session has 390 minutes; more bars than that are not today's. */
const SESSION_MINUTES = 390;

/** Open, high and low of today and the close of the session before, per symbol: read once a day, then kept by last prices. */
export class DayRanges {
  readonly #market: SandboxMarket;
  readonly #bySymbol = new Map<string, DayRange>();

  constructor(market: SandboxMarket) {
    this.#market = market;
  }

  /** The range of today with `last` taken in. */
  of(symbol: string, last: number | null): Pick<DayRange, 'open' | 'high' | 'low' | 'close'> {
    const date = sessionDateOf(this.#market.now());
    const known = this.#bySymbol.get(symbol);
    const range = known?.date === date ? known : this.#read(symbol, date);
    if (last !== null) {
      range.open ??= last;
      range.high = range.high === null ? last : Math.max(range.high, last);
      range.low = range.low === null ? last : Math.min(range.low, last);
    }
    const { open, high, low, close } = range;
    return { open, high, low, close };
  }

  #read(symbol: string, date: string): DayRange {
    const range: DayRange = { date, open: null, high: null, low: null, close: null };
    for (const bar of this.#market.minuteBars(symbol, SESSION_MINUTES)) {
      if (sessionDateOf(bar.openAt) !== date) continue;
      range.open ??= bar.open;
      range.high = range.high === null ? bar.high : Math.max(range.high, bar.high);
      range.low = range.low === null ? bar.low : Math.min(range.low, bar.low);
    }
    range.close = this.#market.dailyBars?.(symbol, 1).at(-1)?.close ?? null;
    this.#bySymbol.set(symbol, range);
    return range;
  }
}
