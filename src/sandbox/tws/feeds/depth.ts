import type { BookLevel, MarketEvent, SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';

interface Subscription {
  readonly session: Session;
  readonly requestId: number;
  readonly listing: Listing;
  readonly rows: number;
  readonly smart: boolean;
}

type DepthEvent = Extract<MarketEvent, { kind: 'depth' }>;

/** Market depth in TWS's row language: 0 insert, 1 update, 2 delete at a row; a client keeps the rows it asked for. */
export class DepthFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #bySymbol = new Map<string, Set<Subscription>>();
  readonly #bySession = new Map<Session, Map<number, Subscription>>();

  constructor(market: SandboxMarket, faults: Faults) {
    this.#market = market;
    this.#faults = faults;
  }

  count(session: Session): number {
    return this.#bySession.get(session)?.size ?? 0;
  }

  subscribe(session: Session, requestId: number, listing: Listing, rows: number, smart: boolean): void {
    const subscription = { session, requestId, listing, rows, smart };
    const group = this.#bySymbol.get(listing.symbol) ?? new Set<Subscription>();
    group.add(subscription);
    this.#bySymbol.set(listing.symbol, group);
    const own = this.#bySession.get(session) ?? new Map<number, Subscription>();
    own.set(requestId, subscription);
    this.#bySession.set(session, own);
    this.#image(subscription);
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

  /** Tells every client to empty its books, then sends them anew. */
  reset(): void {
    for (const [session, own] of this.#bySession) {
      for (const subscription of own.values()) {
        const text =
          'Market depth data has been RESET. Please empty deep book contents before applying any new entries.';
        session.error(subscription.requestId, 317, text);
        this.#image(subscription);
      }
    }
  }

  moved(event: DepthEvent): void {
    const group = this.#bySymbol.get(event.symbol);
    if (!group || this.#faults.silent('depth')) return;
    const { level, operation, side, venue, price, size } = event;
    const smartTail = message(level, venue, operation, side, price, size, 1);
    const plainTail = message(level, operation, side, price, size);
    for (const subscription of group) {
      if (level < subscription.rows) this.#send(subscription, smartTail, plainTail);
      if (operation === 2 && level < subscription.rows) this.#refill(subscription, side);
    }
  }

  /** After a delete the row that moves up into view has not been told yet. */
  #refill(subscription: Subscription, side: 0 | 1): void {
    const book = this.#market.book(subscription.listing.symbol);
    const row = subscription.rows - 1;
    const level = (side === 1 ? book?.bids : book?.asks)?.[row];
    if (level) this.#row(subscription, row, side, level);
  }

  #image(subscription: Subscription): void {
    if (this.#faults.silent('depth')) return;
    const book = this.#market.book(subscription.listing.symbol);
    for (const [side, levels] of [
      [0, book?.asks],
      [1, book?.bids],
    ] as const) {
      for (const [row, level] of (levels ?? []).slice(0, subscription.rows).entries())
        this.#row(subscription, row, side, level);
    }
  }

  #row(subscription: Subscription, row: number, side: 0 | 1, level: BookLevel): void {
    const smart = message(row, level.venue, 0, side, level.price, level.size, 1);
    this.#send(subscription, smart, message(row, 0, side, level.price, level.size));
  }

  #send(subscription: Subscription, smartTail: string, plainTail: string): void {
    const { session, requestId, smart } = subscription;
    const head = smart ? `${ANSWER.marketDepthL2}\x001\0` : `${ANSWER.marketDepth}\x001\0`;
    session.send(`${head}${requestId}\0${smart ? smartTail : plainTail}`);
  }
}
