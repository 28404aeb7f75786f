import type { MarketEvent, MarketQuote, SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';

const BAR_SECONDS = 5;

export const BAR_SOURCES = ['TRADES', 'MIDPOINT', 'BID', 'ASK'] as const;
export type BarSource = (typeof BAR_SOURCES)[number];

interface Building {
  /** Epoch seconds of the bar's start. */
  startsAt: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Sum of price × size. */
  notional: number;
  count: number;
}

interface Line {
  readonly listing: Listing;
  readonly source: BarSource;
}

/** Five-second bars of trades or quotes; a bar without any is flat at the last close with volume 0, as TWS sends it. */
export class BarFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #bySession = new Map<Session, Map<number, Line>>();
  /** By `TRADES SPY`. */
  readonly #building = new Map<string, Building>();

  constructor(market: SandboxMarket, faults: Faults) {
    this.#market = market;
    this.#faults = faults;
  }

  /** Open requests of a session, of these symbols or of all. */
  requestIds(session: Session, symbols: readonly string[] | null): number[] {
    return [...(this.#bySession.get(session) ?? [])]
      .filter(([, { listing }]) => symbols === null || symbols.includes(listing.symbol))
      .map(([requestId]) => requestId);
  }

  has(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.has(requestId) ?? false;
  }

  subscribe(session: Session, requestId: number, listing: Listing, source: BarSource): void {
    const own = this.#bySession.get(session) ?? new Map<number, Line>();
    own.set(requestId, { listing, source });
    this.#bySession.set(session, own);
    this.#begin({ listing, source });
  }

  cancel(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.delete(requestId) ?? false;
  }

  forget(session: Session): void {
    this.#bySession.delete(session);
  }

  traded(event: Extract<MarketEvent, { kind: 'trade' }>): void {
    if (this.#bySession.size > 0) this.#add(event.symbol, 'TRADES', event.price, event.size);
  }

  quoted(symbol: string): void {
    if (this.#bySession.size === 0) return;
    const quote = this.#market.quote(symbol);
    for (const source of ['MIDPOINT', 'BID', 'ASK'] as const) {
      const price = quote && priceOf(quote, source);
      // Only what somebody watches has been begun.
      if (price !== null && this.#building.has(`${source} ${symbol}`)) this.#add(symbol, source, price, 0);
    }
  }

  /** Closes bars whose time is over although nothing happens. */
  tick(): void {
    for (const own of this.#bySession.values()) {
      for (const line of own.values()) this.#begin(line);
    }
  }

  #begin({ listing, source }: Line): void {
    const quote = this.#market.quote(listing.symbol);
    const price = quote && priceOf(quote, source);
    if (price !== null) this.#roll(listing.symbol, source, price);
  }

  #add(symbol: string, source: BarSource, price: number, size: number): void {
    this.#roll(symbol, source, price);
    const bar = this.#building.get(`${source} ${symbol}`);
    if (!bar) return;
    if (bar.count === 0) bar.open = bar.high = bar.low = price;
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    bar.volume += size;
    bar.notional += price * size;
    bar.count += 1;
  }

  #roll(symbol: string, source: BarSource, price: number): void {
    const startsAt = Math.floor(this.#market.now() / 1000 / BAR_SECONDS) * BAR_SECONDS;
    const key = `${source} ${symbol}`;
    const bar = this.#building.get(key);
    if (bar && bar.startsAt === startsAt) return;
    if (bar) this.#publish(symbol, source, bar);
    const close = bar ? bar.close : price;
    const fresh = { startsAt, open: close, high: close, low: close, close, volume: 0, notional: 0, count: 0 };
    this.#building.set(key, fresh);
  }

  /** Bars of quotes have neither volume nor count. */
  #publish(symbol: string, source: BarSource, bar: Building): void {
    if (this.#faults.silent('bars', symbol)) return;
    const ofTrades = source === 'TRADES';
    const average = bar.volume === 0 ? bar.close : Math.round((bar.notional / bar.volume) * 1e4) / 1e4;
    const activity = ofTrades ? [bar.volume, average, bar.count] : [-1, -1, -1];
    const tail = message(bar.startsAt, bar.open, bar.high, bar.low, bar.close, ...activity);
    for (const [session, own] of this.#bySession) {
      for (const [requestId, line] of own) {
        if (line.listing.symbol !== symbol || line.source !== source) continue;
        session.sendData(`${ANSWER.realTimeBar}\x003\0${requestId}\0${tail}`);
      }
    }
  }
}

const priceOf = ({ bidPrice, askPrice, lastPrice }: MarketQuote, source: BarSource): number | null => {
  if (source === 'TRADES') return lastPrice;
  if (source === 'BID') return bidPrice;
  if (source === 'ASK') return askPrice;
  return bidPrice === null || askPrice === null ? null : (bidPrice + askPrice) / 2;
};
