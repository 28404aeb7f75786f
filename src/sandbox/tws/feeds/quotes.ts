import type { SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER, TICK } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';
import { SINCE } from '../wire/versions.ts';
import type { Activity } from './activity.ts';
import { DayRanges } from './day-ranges.ts';
import { delayedTicks } from './delayed.ts';
import { genericTicks } from './generic-ticks.ts';
import { EMPTY_IMAGE, type Image, imageOf, imageTicks } from './image.ts';
import { optionModelTicks } from './option-model.ts';
import { stringTick, type Tick, tickMessage } from './ticks.ts';

interface Subscription {
  readonly session: Session;
  readonly requestId: number;
  readonly feed: Feed;
  readonly genericNames: ReadonlySet<string>;
  /** What was last told of generic and delayed ticks, by what stands before and at the tick's type. */
  readonly told: Map<string, string>;
  readonly delayed: boolean;
}

/** What TWS last said of a line; one per contract, shared by all who watch it. */
interface Feed {
  readonly listing: Listing;
  readonly subscriptions: Set<Subscription>;
  image: Image;
}

export interface QuoteRequest {
  readonly requestId: number;
  readonly listing: Listing;
  readonly genericNames: ReadonlySet<string>;
  /** Fifteen minutes late, for who may not see it live. */
  readonly delayed: boolean;
}

/** Streaming quotes: changes only, after a full image. Options are looked at when their underlying or chain moves. */
export class QuoteFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #activity: Activity;
  readonly #ranges: DayRanges;
  readonly #byConId = new Map<number, Feed>();
  readonly #bySymbol = new Map<string, Set<Feed>>();
  readonly #bySession = new Map<Session, Map<number, Subscription>>();
  readonly #dirtySymbols = new Set<string>();

  constructor(market: SandboxMarket, faults: Faults, activity: Activity) {
    this.#market = market;
    this.#faults = faults;
    this.#activity = activity;
    this.#ranges = new DayRanges(market);
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
      .filter(({ feed }) => symbols === null || symbols.includes(feed.listing.symbol))
      .map(({ requestId }) => requestId);
  }

  subscribe(session: Session, request: QuoteRequest): void {
    const subscription = this.#subscription(session, request, this.#feed(request.listing));
    subscription.feed.subscriptions.add(subscription);
    const own = this.#bySession.get(session) ?? new Map<number, Subscription>();
    own.set(request.requestId, subscription);
    this.#bySession.set(session, own);
    this.#preamble(subscription);
    // Nobody has been told anything when the silence ends: then everyone gets the whole.
    if (this.#faults.silent('quotes', request.listing.symbol)) subscription.feed.image = EMPTY_IMAGE;
    else this.#whole(subscription);
  }

  /** One image and the end mark; nothing is kept. */
  snapshot(session: Session, request: QuoteRequest): void {
    const { listing } = request;
    const feed = {
      listing,
      subscriptions: new Set<Subscription>(),
      image: imageOf(this.#market, this.#ranges, listing),
    };
    const once = this.#subscription(session, request, feed);
    this.#preamble(once);
    if (!this.#faults.silent('quotes', listing.symbol)) this.#whole(once);
    session.send(message(ANSWER.tickSnapshotEnd, 1, request.requestId));
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

  /** The trade itself, for those who asked for generic tick 233. */
  traded(symbol: string, price: number, size: number, atMs: number): void {
    const feeds = this.#bySymbol.get(symbol);
    if (!feeds || this.#faults.silent('quotes', symbol)) return;
    const volume = this.#market.quote(symbol)?.volume ?? 0;
    const stream = stringTick(TICK.rtVolume, `${price};${size};${atMs};${volume};${price};true`);
    for (const { listing, subscriptions } of feeds) {
      if (listing.kind === 'OPT') continue;
      for (const subscription of subscriptions) {
        if (subscription.genericNames.has('233') && !subscription.delayed) this.#send(subscription, [stream]);
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
    if (this.#faults.silent('quotes', symbol)) return;
    for (const feed of this.#bySymbol.get(symbol) ?? []) {
      if (!feed.listing.option) continue;
      const ticks = optionModelTicks(this.#market, feed.listing);
      for (const subscription of feed.subscriptions) if (!subscription.delayed) this.#send(subscription, ticks);
    }
  }

  /** Generic and delayed ticks of a symbol, as far as they have changed. */
  publishExtras(symbol: string): void {
    if (this.#faults.silent('quotes', symbol)) return;
    for (const { subscriptions } of this.#bySymbol.get(symbol) ?? []) {
      for (const subscription of subscriptions) this.#extras(subscription);
    }
  }

  /** While a line is silent its image stands still, so that what changed meanwhile is told at the end of the silence. */
  #publishFeed(feed: Feed): void {
    if (this.#faults.silent('quotes', feed.listing.symbol)) return;
    const image = imageOf(this.#market, this.#ranges, feed.listing);
    const ticks = this.#ticks(feed.listing, feed.image, image, false);
    feed.image = image;
    if (ticks.length === 0) return;
    for (const subscription of feed.subscriptions) if (!subscription.delayed) this.#send(subscription, ticks);
  }

  #subscription(session: Session, request: QuoteRequest, feed: Feed): Subscription {
    const { requestId, genericNames, delayed } = request;
    return { session, requestId, feed, genericNames, told: new Map(), delayed };
  }

  /** Frozen data is told as such only while the market is closed. */
  #preamble({ session, requestId, feed, delayed }: Subscription): void {
    const { version, marketDataType } = session;
    const frozen = (marketDataType === 2 || marketDataType === 4) && !this.#market.sessionOpen();
    session.send(message(ANSWER.marketDataType, 1, requestId, delayed ? (frozen ? 4 : 3) : frozen ? 2 : 1));
    if (version < SINCE.smartComponents) return;
    session.send(message(ANSWER.tickRequestParameters, requestId, 0.01, `${feed.listing.symbol}BBO`, delayed ? 0 : 3));
  }

  #whole(subscription: Subscription): void {
    const { feed, delayed } = subscription;
    if (!delayed) {
      // The lines' common image may be older by an event that is not published yet: that event is told to all.
      this.#send(subscription, this.#ticks(feed.listing, EMPTY_IMAGE, feed.image, true));
      if (feed.listing.option) this.#send(subscription, optionModelTicks(this.#market, feed.listing));
    }
    this.#extras(subscription);
  }

  #ticks(listing: Listing, before: Image, after: Image, whole: boolean): Tick[] {
    return imageTicks(before, after, whole, listing.kind === 'STK', Math.floor(this.#market.now() / 1000));
  }

  #extras(subscription: Subscription): void {
    const { feed, genericNames, told, delayed } = subscription;
    if (!delayed && genericNames.size === 0) return;
    const ticks = delayed
      ? delayedTicks(this.#market, feed.listing)
      : genericTicks(this.#market, feed.listing, genericNames, this.#activity);
    for (const tick of ticks) {
      const key = tick.head + tick.tail.slice(0, tick.tail.indexOf('\0'));
      if (told.get(key) === tick.tail) continue;
      told.set(key, tick.tail);
      this.#send(subscription, [tick]);
    }
  }

  #send({ session, requestId }: Subscription, ticks: readonly Tick[]): void {
    for (const tick of ticks) {
      const text = tickMessage(tick, session.version, requestId);
      const garbled = tick.head.startsWith(`${ANSWER.tickPrice}\0`) && this.#faults.takeGarble();
      session.sendData(garbled ? spoilPrice(text) : text);
    }
  }

  #feed(listing: Listing): Feed {
    const known = this.#byConId.get(listing.conId);
    if (known) return known;
    const image = imageOf(this.#market, this.#ranges, listing);
    const feed: Feed = { listing, subscriptions: new Set(), image };
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

/** The fifth field of a tick price is its price. */
const spoilPrice = (text: string): string => {
  const fields = text.split('\0');
  fields[4] = 'x1.2.3';
  return fields.join('\0');
};
