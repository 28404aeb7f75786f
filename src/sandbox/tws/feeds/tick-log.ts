import type { Instant } from '../../../engine/core/types.ts';
import type { MarketEvent, SandboxMarket } from '../../market/types.ts';

export interface LoggedTrade {
  readonly at: Instant;
  readonly price: number;
  readonly size: number;
  readonly venue: string;
}
export interface LoggedQuote {
  readonly at: Instant;
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
}

/** Per symbol: minutes of a loud one. */
const KEPT = 50_000;

/** The newest trades and two-sided quotes per symbol: what requests for historical ticks are answered from. */
export class TickLog {
  readonly #market: SandboxMarket;
  readonly #trades = new Map<string, LoggedTrade[]>();
  readonly #quotes = new Map<string, LoggedQuote[]>();

  constructor(market: SandboxMarket) {
    this.#market = market;
  }

  traded({ symbol, at, price, size, venue }: Extract<MarketEvent, { kind: 'trade' }>): void {
    keep(this.#trades, symbol, { at, price, size, venue });
  }

  quoted(symbol: string, at: Instant): void {
    const quote = this.#market.quote(symbol);
    if (!quote || quote.bidPrice === null || quote.askPrice === null) return;
    const { bidPrice: bid, askPrice: ask, bidSize, askSize } = quote;
    const last = this.#quotes.get(symbol)?.at(-1);
    if (last && last.bid === bid && last.ask === ask && last.bidSize === bidSize && last.askSize === askSize) return;
    keep(this.#quotes, symbol, { at, bid, ask, bidSize, askSize });
  }

  trades(symbol: string): readonly LoggedTrade[] {
    return this.#trades.get(symbol)?.slice(-KEPT) ?? [];
  }

  quotes(symbol: string): readonly LoggedQuote[] {
    return this.#quotes.get(symbol)?.slice(-KEPT) ?? [];
  }
}

/** Trims by halves, so that keeping costs nothing per tick. */
const keep = <T>(log: Map<string, T[]>, symbol: string, tick: T): void => {
  const ticks = log.get(symbol);
  if (!ticks) log.set(symbol, [tick]);
  else if (ticks.push(tick) >= 2 * KEPT) ticks.splice(0, KEPT);
};
