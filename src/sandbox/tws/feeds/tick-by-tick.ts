import type { MarketEvent, SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';

export const TICK_BY_TICK_TYPES = { Last: 1, AllLast: 2, BidAsk: 3, MidPoint: 4 } as const;
export type TickByTickType = keyof typeof TICK_BY_TICK_TYPES;

interface Subscription {
  readonly session: Session;
  readonly requestId: number;
  readonly listing: Listing;
  readonly type: TickByTickType;
}

/** Every trade, or every change of the best quote, one message each and never conflated. Times are epoch seconds. */
export class TickByTickFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #bySymbol = new Map<string, Set<Subscription>>();
  readonly #bySession = new Map<Session, Map<number, Subscription>>();
  readonly #lastQuote = new Map<string, string>();

  constructor(market: SandboxMarket, faults: Faults) {
    this.#market = market;
    this.#faults = faults;
  }

  count(session: Session): number {
    return this.#bySession.get(session)?.size ?? 0;
  }

  has(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.has(requestId) ?? false;
  }

  /** Open requests of a session, of these symbols or of all. */
  requestIds(session: Session, symbols: readonly string[] | null): number[] {
    const own = this.#bySession.get(session) ?? new Map<number, Subscription>();
    return [...own.values()]
      .filter(({ listing }) => symbols === null || symbols.includes(listing.symbol))
      .map(({ requestId }) => requestId);
  }

  subscribe(session: Session, requestId: number, listing: Listing, type: TickByTickType): void {
    const subscription = { session, requestId, listing, type };
    const group = this.#bySymbol.get(listing.symbol) ?? new Set<Subscription>();
    group.add(subscription);
    this.#bySymbol.set(listing.symbol, group);
    const own = this.#bySession.get(session) ?? new Map<number, Subscription>();
    own.set(requestId, subscription);
    this.#bySession.set(session, own);
  }

  cancel(session: Session, requestId: number): boolean {
    const subscription = this.#bySession.get(session)?.get(requestId);
    if (!subscription) return false;
    this.#bySession.get(session)?.delete(requestId);
    const group = this.#bySymbol.get(subscription.listing.symbol);
    group?.delete(subscription);
    if (group?.size === 0) this.#bySymbol.delete(subscription.listing.symbol);
    return true;
  }

  forget(session: Session): void {
    for (const requestId of [...(this.#bySession.get(session)?.keys() ?? [])]) this.cancel(session, requestId);
    this.#bySession.delete(session);
  }

  traded(event: Extract<MarketEvent, { kind: 'trade' }>): void {
    const group = this.#bySymbol.get(event.symbol);
    if (!group || this.#faults.silent('ticks', event.symbol)) return;
    const tail = message(Math.floor(event.at / 1000), event.price, event.size, 0, event.venue, '');
    for (const { session, requestId, type } of group) {
      if (type === 'Last' || type === 'AllLast') {
        session.sendData(`${ANSWER.tickByTick}\0${requestId}\0${TICK_BY_TICK_TYPES[type]}\0${tail}`);
      }
    }
  }

  quoted(symbol: string): void {
    const group = this.#bySymbol.get(symbol);
    const quote = group ? this.#market.quote(symbol) : null;
    if (!group || !quote || this.#faults.silent('ticks', symbol)) return;
    const { bidPrice, askPrice, bidSize, askSize } = quote;
    const time = Math.floor(this.#market.now() / 1000);
    const both = message(
      bidPrice ?? 0,
      askPrice ?? 0,
      bidPrice === null ? 0 : bidSize,
      askPrice === null ? 0 : askSize,
      0,
    );
    if (this.#lastQuote.get(symbol) === both) return;
    this.#lastQuote.set(symbol, both);
    for (const { session, requestId, type } of group) {
      if (type === 'BidAsk') session.sendData(`${ANSWER.tickByTick}\0${requestId}\x003\0${time}\0${both}`);
      if (type === 'MidPoint' && bidPrice !== null && askPrice !== null) {
        session.sendData(message(ANSWER.tickByTick, requestId, 4, time, (bidPrice + askPrice) / 2));
      }
    }
  }
}
