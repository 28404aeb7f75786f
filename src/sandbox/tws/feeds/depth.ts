import type { BookLevel, MarketEvent, SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { message, since } from '../wire/fields.ts';
import { ROUND_LOT, SINCE } from '../wire/versions.ts';

interface Subscription {
  readonly session: Session;
  readonly requestId: number;
  readonly listing: Listing;
  readonly rows: number;
  readonly smart: boolean;
}

/** The subscribers of one symbol and the book as the row operations so far have made it, best row first. */
interface Feed {
  readonly subscriptions: Set<Subscription>;
  /** Index 0 asks, 1 bids: TWS's side numbers. */
  sides: [BookLevel[], BookLevel[]];
}

type DepthEvent = Extract<MarketEvent, { kind: 'depth' }>;
const INSERT = 0;
const DELETE = 2;

/**
 * Market depth in TWS's row language: 0 insert, 1 update, 2 delete at a row. A subscriber of n rows never holds more: an
 * insert is preceded by the deletion of the row it pushes out, a deletion is followed by the row that moves up into view.
 */
export class DepthFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #bySymbol = new Map<string, Feed>();
  readonly #bySession = new Map<Session, Map<number, Subscription>>();

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

  subscribe(session: Session, requestId: number, listing: Listing, rows: number, smart: boolean): void {
    const subscription = { session, requestId, listing, rows, smart };
    const { symbol } = listing;
    const feed = this.#bySymbol.get(symbol) ?? { subscriptions: new Set(), sides: this.#bookOf(symbol) };
    feed.subscriptions.add(subscription);
    this.#bySymbol.set(symbol, feed);
    const own = this.#bySession.get(session) ?? new Map<number, Subscription>();
    own.set(requestId, subscription);
    this.#bySession.set(session, own);
    this.#image(feed, subscription);
  }

  cancel(session: Session, requestId: number): boolean {
    const subscription = this.#bySession.get(session)?.get(requestId);
    if (!subscription) return false;
    this.#bySession.get(session)?.delete(requestId);
    const feed = this.#bySymbol.get(subscription.listing.symbol);
    feed?.subscriptions.delete(subscription);
    if (feed?.subscriptions.size === 0) this.#bySymbol.delete(subscription.listing.symbol);
    return true;
  }

  forget(session: Session): void {
    for (const requestId of [...(this.#bySession.get(session)?.keys() ?? [])]) this.cancel(session, requestId);
    this.#bySession.delete(session);
  }

  /** Tells every client to empty its books (of one symbol, or all), then sends them anew. */
  reset(only: string | null): void {
    const text = 'Market depth data has been RESET. Please empty deep book contents before applying any new entries.';
    for (const [symbol, feed] of this.#bySymbol) {
      if (only !== null && only !== symbol) continue;
      feed.sides = this.#bookOf(symbol);
      for (const subscription of feed.subscriptions) {
        subscription.session.error(subscription.requestId, 317, text);
        this.#image(feed, subscription);
      }
    }
  }

  moved(event: DepthEvent): void {
    const feed = this.#bySymbol.get(event.symbol);
    if (!feed) return;
    const { level, operation, side, venue, price, size } = event;
    const rows = feed.sides[side];
    const rowsBefore = rows.length;
    if (operation === INSERT) rows.splice(level, 0, { price, size, venue });
    else if (operation === DELETE) rows.splice(level, 1);
    else rows[level] = { price, size, venue };
    if (this.#faults.silent('depth', event.symbol)) return;
    for (const subscription of feed.subscriptions) {
      const last = subscription.rows - 1;
      if (level > last) continue;
      if (operation === INSERT && rowsBefore > last) this.#delete(subscription, last, side);
      this.#send(subscription, level, operation, side, { price, size, venue });
      const movedUp = operation === DELETE ? rows[last] : undefined;
      if (movedUp) this.#send(subscription, last, INSERT, side, movedUp);
    }
  }

  #bookOf(symbol: string): [BookLevel[], BookLevel[]] {
    const book = this.#market.book(symbol);
    return [[...(book?.asks ?? [])], [...(book?.bids ?? [])]];
  }

  #image(feed: Feed, subscription: Subscription): void {
    if (this.#faults.silent('depth', subscription.listing.symbol)) return;
    for (const [side, levels] of feed.sides.entries()) {
      for (const [row, level] of levels.slice(0, subscription.rows).entries()) {
        this.#send(subscription, row, INSERT, side, level);
      }
    }
  }

  #delete(subscription: Subscription, row: number, side: number): void {
    this.#send(subscription, row, DELETE, side, { price: 0, size: 0, venue: '' });
  }

  #send(subscription: Subscription, row: number, operation: number, side: number, level: BookLevel): void {
    const { session, requestId, smart } = subscription;
    const { price, size, venue } = level;
    const told = session.version < SINCE.marketDataInShares ? size / ROUND_LOT : size;
    const tail = message(operation, side, price, told);
    session.sendData(
      smart
        ? message(ANSWER.marketDepthL2, 1, requestId, row, venue) + tail + since(session.version, SINCE.smartDepth, 1)
        : message(ANSWER.marketDepth, 1, requestId, row) + tail,
    );
  }
}
