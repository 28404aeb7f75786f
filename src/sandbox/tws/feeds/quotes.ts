import type { SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER, TICK } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';
import { NO_VERSION, optionModelTicks } from './option-model.ts';

interface Subscription {
  readonly session: Session;
  readonly requestId: number;
  readonly feed: Feed;
  readonly wantsTradeStream: boolean;
}

/** What TWS last said of a line; one per contract, shared by all who watch it. */
interface Feed {
  readonly listing: Listing;
  readonly subscriptions: Set<Subscription>;
  image: Image;
}

interface Image {
  bid: number | null;
  bidSize: number;
  ask: number | null;
  askSize: number;
  last: number | null;
  lastSize: number;
  volume: number;
}

const EMPTY: Image = { bid: null, bidSize: 0, ask: null, askSize: 0, last: null, lastSize: 0, volume: 0 };
/** TWS's words for "there is no such price". */
const NO_PRICE = -1;

/** One tick without its request id: `head` before it, `tail` after. Encoded once, sent to everyone. */
interface Tick {
  readonly head: string;
  readonly tail: string;
}

const tick = (answer: number, version: number, ...fields: (string | number)[]): Tick => ({
  head: version === NO_VERSION ? message(answer) : message(answer, version),
  tail: message(...fields),
});

/** Streaming quotes: changes only, after a full image. Options are looked at when their underlying or chain moves. */
export class QuoteFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #byConId = new Map<number, Feed>();
  readonly #bySymbol = new Map<string, Set<Feed>>();
  readonly #bySession = new Map<Session, Map<number, Subscription>>();
  readonly #dirtySymbols = new Set<string>();

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

  subscribe(session: Session, requestId: number, listing: Listing, genericTicks: readonly string[]): void {
    const feed = this.#feed(listing);
    const subscription = { session, requestId, feed, wantsTradeStream: genericTicks.includes('233') };
    feed.subscriptions.add(subscription);
    const own = this.#bySession.get(session) ?? new Map<number, Subscription>();
    own.set(requestId, subscription);
    this.#bySession.set(session, own);
    this.#preamble(session, requestId, listing);
    if (this.#faults.silent('quotes')) return;
    this.#send(subscription, this.#ticks(EMPTY, this.#image(listing), true));
    if (listing.option)
      this.#send(
        subscription,
        optionModelTicks(this.#market, listing).map((fields) => tick(...fields)),
      );
  }

  /** One image and the end mark; nothing is kept. */
  snapshot(session: Session, requestId: number, listing: Listing): void {
    this.#preamble(session, requestId, listing);
    const once = { session, requestId, feed: this.#feed(listing), wantsTradeStream: false };
    this.#send(once, this.#ticks(EMPTY, this.#image(listing), true));
    if (listing.option)
      this.#send(
        once,
        optionModelTicks(this.#market, listing).map((fields) => tick(...fields)),
      );
    session.send(message(ANSWER.tickSnapshotEnd, 1, requestId));
  }

  cancel(session: Session, requestId: number): boolean {
    const subscription = this.#bySession.get(session)?.get(requestId);
    if (!subscription) return false;
    this.#bySession.get(session)?.delete(requestId);
    subscription.feed.subscriptions.delete(subscription);
    if (subscription.feed.subscriptions.size === 0) this.#drop(subscription.feed);
    return true;
  }

  forget(session: Session): void {
    for (const requestId of [...(this.#bySession.get(session)?.keys() ?? [])]) this.cancel(session, requestId);
    this.#bySession.delete(session);
  }

  /** Marks a symbol; `publish` sends what changed. Quotes are conflated to one round per turn of the event loop. */
  touch(symbol: string): void {
    if (this.#bySymbol.has(symbol)) this.#dirtySymbols.add(symbol);
  }

  traded(symbol: string, price: number, size: number, atMs: number): void {
    if (this.#faults.silent('quotes')) return;
    for (const feed of this.#bySymbol.get(symbol) ?? []) {
      if (feed.listing.kind === 'OPT') continue;
      const volume = this.#market.quote(symbol)?.volume ?? 0;
      const stream = tick(ANSWER.tickString, 6, TICK.rtVolume, `${price};${size};${atMs};${volume};${price};true`);
      for (const subscription of feed.subscriptions) {
        if (subscription.wantsTradeStream) this.#send(subscription, [stream]);
      }
    }
  }

  publish(): void {
    for (const symbol of this.#dirtySymbols) {
      for (const feed of this.#bySymbol.get(symbol) ?? []) this.#publishFeed(feed);
    }
    this.#dirtySymbols.clear();
  }

  /** Model ticks follow the chain, not every quote. */
  publishModels(symbol: string): void {
    if (this.#faults.silent('quotes')) return;
    for (const feed of this.#bySymbol.get(symbol) ?? []) {
      if (!feed.listing.option) continue;
      const ticks = optionModelTicks(this.#market, feed.listing).map((fields) => tick(...fields));
      for (const subscription of feed.subscriptions) this.#send(subscription, ticks);
    }
  }

  #publishFeed(feed: Feed): void {
    const image = this.#image(feed.listing);
    if (this.#faults.silent('quotes')) return;
    const ticks = this.#ticks(feed.image, image, false);
    feed.image = image;
    if (ticks.length === 0) return;
    for (const subscription of feed.subscriptions) this.#send(subscription, ticks);
  }

  #preamble(session: Session, requestId: number, listing: Listing): void {
    session.send(message(ANSWER.marketDataType, 1, requestId, 1));
    session.send(message(ANSWER.tickRequestParameters, requestId, 0.01, `${listing.symbol}BBO`, 3));
  }

  #image(listing: Listing): Image {
    const { option } = listing;
    if (option) {
      const quote = this.#market.optionQuote(option.id);
      if (!quote) return EMPTY;
      const { bidPrice, bidSize, askPrice, askSize, lastPrice } = quote;
      return { bid: bidPrice, bidSize, ask: askPrice, askSize, last: lastPrice, lastSize: 0, volume: 0 };
    }
    const quote = this.#market.quote(listing.symbol);
    if (!quote) return EMPTY;
    const { bidPrice, bidSize, askPrice, askSize, lastPrice, lastSize, volume } = quote;
    return { bid: bidPrice, bidSize, ask: askPrice, askSize, last: lastPrice, lastSize, volume };
  }

  /** An index is not bid or offered: TWS sends its last price alone. */
  #ticks(before: Image, after: Image, whole: boolean): Tick[] {
    const ticks: Tick[] = [];
    const price = (
      type: number,
      was: number | null,
      is: number | null,
      size: number,
      sizeWas: number,
      sizeType: number,
    ) => {
      if (is === null && was === null) return;
      if (is !== was)
        ticks.push(tick(ANSWER.tickPrice, 6, type, is ?? NO_PRICE, is === null ? 0 : size, is === null ? 0 : 1));
      else if (size !== sizeWas) ticks.push(tick(ANSWER.tickSize, 6, sizeType, size));
    };
    price(TICK.bid, before.bid, after.bid, after.bidSize, before.bidSize, TICK.bidSize);
    price(TICK.ask, before.ask, after.ask, after.askSize, before.askSize, TICK.askSize);
    price(TICK.last, before.last, after.last, after.lastSize, before.lastSize, TICK.lastSize);
    if (after.volume !== before.volume) ticks.push(tick(ANSWER.tickSize, 6, TICK.volume, after.volume));
    if (after.last !== null && (whole || after.last !== before.last || after.volume !== before.volume)) {
      ticks.push(tick(ANSWER.tickString, 6, TICK.lastTimestamp, Math.floor(this.#market.now() / 1000)));
    }
    return ticks;
  }

  #send(subscription: Subscription, ticks: readonly Tick[]): void {
    for (const { head, tail } of ticks) {
      const garbled = head.startsWith(`${ANSWER.tickPrice}\0`) && this.#faults.takeGarble();
      const sent = garbled ? tail.replace(/\0[^\0]*\0/, '\0x1.2.3\0') : tail;
      subscription.session.send(`${head}${subscription.requestId}\0${sent}`);
    }
  }

  #feed(listing: Listing): Feed {
    const known = this.#byConId.get(listing.conId);
    if (known) return known;
    const feed: Feed = { listing, subscriptions: new Set(), image: this.#image(listing) };
    this.#byConId.set(listing.conId, feed);
    const group = this.#bySymbol.get(listing.symbol) ?? new Set<Feed>();
    group.add(feed);
    this.#bySymbol.set(listing.symbol, group);
    return feed;
  }

  #drop(feed: Feed): void {
    this.#byConId.delete(feed.listing.conId);
    const group = this.#bySymbol.get(feed.listing.symbol);
    group?.delete(feed);
    if (group?.size === 0) this.#bySymbol.delete(feed.listing.symbol);
  }
}
