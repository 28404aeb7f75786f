import type { Instant } from '../../../engine/core/types.ts';
import { sessionDateOf } from '../market-clock.ts';

interface Tally {
  trades: number;
  shares: number;
}

interface Counted {
  date: string;
  today: Tally;
  minute: number;
  thisMinute: Tally;
  lastMinute: Tally;
}

const MINUTE_MS = 60_000;
const NOTHING: Readonly<Tally> = { trades: 0, shares: 0 };

/** Trades and shares per symbol since the server heard of them: of the day, and of the last full minute. */
export class Activity {
  readonly #bySymbol = new Map<string, Counted>();

  traded(symbol: string, at: Instant, shares: number): void {
    const counted = this.#rolled(symbol, at);
    for (const tally of [counted.today, counted.thisMinute]) {
      tally.trades += 1;
      tally.shares += shares;
    }
  }

  today(symbol: string, now: Instant): Readonly<Tally> {
    const counted = this.#bySymbol.get(symbol);
    return counted?.date === sessionDateOf(now) ? counted.today : NOTHING;
  }

  lastMinute(symbol: string, now: Instant): Readonly<Tally> {
    const counted = this.#bySymbol.get(symbol);
    const minute = Math.floor(now / MINUTE_MS);
    if (counted?.minute === minute) return counted.lastMinute;
    return counted?.minute === minute - 1 ? counted.thisMinute : NOTHING;
  }

  #rolled(symbol: string, at: Instant): Counted {
    const minute = Math.floor(at / MINUTE_MS);
    const known = this.#bySymbol.get(symbol);
    if (known?.minute === minute) return known;
    const date = sessionDateOf(at);
    const counted: Counted = {
      date,
      today: known?.date === date ? known.today : { trades: 0, shares: 0 },
      minute,
      thisMinute: { trades: 0, shares: 0 },
      lastMinute: known?.minute === minute - 1 ? known.thisMinute : { trades: 0, shares: 0 },
    };
    this.#bySymbol.set(symbol, counted);
    return counted;
  }
}
