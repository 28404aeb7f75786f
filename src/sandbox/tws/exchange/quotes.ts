import type { Instant } from '../../../engine/core/types.ts';
import type { SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { OrderAction } from './types.ts';

/** The quote an order meets. `version` grows with each change or refreshment: "consecutive quotes" are versions. */
export interface ObservedQuote {
  bid: number | null;
  bidSize: number;
  ask: number | null;
  askSize: number;
  last: number | null;
  version: number;
  refreshedAt: Instant;
  /** Displayed size already taken by our fills since the last refreshment. */
  takenBid: number;
  takenAsk: number;
}

/** Displayed liquidity per contract: what was taken stays taken until the quote changes or `refreshMs` of market time pass. */
export class QuoteObserver {
  readonly #market: SandboxMarket;
  readonly #refreshMs: number;
  readonly #observed = new Map<number, ObservedQuote>();

  constructor(market: SandboxMarket, refreshMs: number) {
    this.#market = market;
    this.#refreshMs = refreshMs;
  }

  observe(listing: Listing): ObservedQuote | null {
    const { option } = listing;
    const quote = option ? this.#market.optionQuote(option.id) : this.#market.quote(listing.symbol);
    if (!quote) return null;
    const now = this.#market.now();
    const known = this.#observed.get(listing.conId);
    const changed =
      !known ||
      known.bid !== quote.bidPrice ||
      known.ask !== quote.askPrice ||
      known.bidSize !== quote.bidSize ||
      known.askSize !== quote.askSize ||
      known.last !== quote.lastPrice;
    if (known && !changed && now - known.refreshedAt < this.#refreshMs && now >= known.refreshedAt) return known;
    const observed: ObservedQuote = {
      bid: quote.bidPrice,
      bidSize: quote.bidSize,
      ask: quote.askPrice,
      askSize: quote.askSize,
      last: quote.lastPrice,
      version: (known?.version ?? 0) + 1,
      refreshedAt: now,
      takenBid: 0,
      takenAsk: 0,
    };
    this.#observed.set(listing.conId, observed);
    return observed;
  }

  take(conId: number, action: OrderAction, quantity: number): void {
    const observed = this.#observed.get(conId);
    if (!observed) return;
    if (action === 'BUY') observed.takenAsk += quantity;
    else observed.takenBid += quantity;
  }
}

/** Both sides present, positive and not crossed: the only kind of quote that fills anything. */
export const isTradable = (quote: ObservedQuote): boolean =>
  (quote.bid === null || quote.ask === null || quote.bid <= quote.ask) && (quote.bid ?? 0) >= 0 && (quote.ask ?? 1) > 0;
