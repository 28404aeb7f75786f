import { EventName } from '@stoqey/ib';
import { instant } from '../../../core/types.ts';
import type { Quarantine } from '../../../ports/payloads.ts';
import { Trades } from '../prints/trades.ts';
import { effectsOf, LEVELS, UNKNOWN_CODE } from '../wire/code-table.ts';
import type { Link } from '../wire/link.ts';
import type { TickSink } from '../wire/tick-scanner.ts';
import { Auctions } from './auctions.ts';
import { Books } from './books.ts';
import { fiveSecondBar } from './five-second-bar.ts';
import { MarketLines, type MarketLinesOptions } from './lines.ts';
import { FEED_OF, type Stream } from './stream.ts';
import {
  ASK,
  ASK_SIZE,
  AUCTION_IMBALANCE,
  AUCTION_PRICE,
  AUCTION_VOLUME,
  BID,
  BID_SIZE,
  isDelayed,
  LAST,
  REGULATORY_IMBALANCE,
} from './tick-types.ts';

export interface MarketDataOptions extends Omit<MarketLinesOptions, 'onReset' | 'behind'> {
  readonly lagMsMax: number;
  readonly quarantine: Quarantine;
}

/** TWS names exchanges in capitals and digits: `ISLAND`, `T24X`. */
const VENUE = /^[A-Z0-9]*$/;

/** Quotes, prints, depth, bars and auction figures. Whatever cannot be read is absent and counted. */
export class MarketData implements TickSink {
  readonly lines: MarketLines;
  readonly #options: MarketDataOptions;
  readonly #changed: Stream[] = [];
  readonly #auctions: Auctions;
  readonly #trades: Trades;
  readonly #books: Books;
  /** Streams of bid-and-ask ticks by symbol: while one is live, the slower quote of that symbol has nothing to add. */
  readonly #exact = new Map<string, Stream>();
  // Told and reused: whoever hears them copies what it keeps.

  constructor(options: MarketDataOptions) {
    this.#options = options;
    this.lines = new MarketLines({
      ...options,
      onReset: (stream, asked) => {
        if (stream.kind === 'trades' && asked) this.#trades.interrupted(stream.symbol);
        else if (stream.kind === 'depth' && asked) this.#books.restarted(stream);
        else if (stream.kind === 'depth') this.#books.emptied(stream);
      },
      behind: (symbol) => this.#trades.behind(symbol),
    });
    this.#books = new Books(options, this.lines);
    this.#trades = new Trades({
      ...options,
      streamOf: (symbol) => this.lines.find('trades', symbol),
    });
    this.#auctions = new Auctions(options, () => this.lines.forgetAuctions());
  }

  attach(link: Link): void {
    this.#changed.length = 0;
    this.#auctions.clear();
    this.#exact.clear();
    this.lines.attach(link);
    this.#trades.attach(link);
    link.on(EventName.realtimeBar, (id: number, seconds: number, ...figures: number[]) =>
      this.#onBar(id, seconds, figures),
    );
    link.on(EventName.marketDataType, (id: number, type: number) => {
      const stream = this.lines.get(id);
      if (stream) this.lines.dataType(stream, type);
    });
  }

  detach(reason: string): void {
    this.lines.detach(reason);
    this.#trades.detach();
  }

  /** About once a second. */
  beat(): void {
    this.lines.beat();
    this.#books.beat();
    this.#trades.beat();
  }

  /**
   * Emits the quotes that the last message changed: price and size of one message come as one change. TWS sends bid and
   * ask in messages of their own, so a quote that looks crossed in between waits for the rest of the read.
   */
  flush(which: 'settled' | 'all'): void {
    const changed = this.#changed;
    if (changed.length > 0) {
      let kept = 0;
      for (let i = 0; i < changed.length; i += 1) {
        const stream = changed[i] as Stream;
        const { quote } = stream;
        if (!quote) continue;
        if (which === 'settled' && quote.bidPrice > quote.askPrice) changed[kept++] = stream;
        else this.#options.emit(quote);
      }
      changed.length = kept;
    }
    if (which === 'settled') return;
    this.#auctions.flush();
    this.#trades.beat();
  }

  /** An error about one of our requests. False when the id is not ours. */
  onError(id: number, code: number, message: string): boolean {
    const stream = this.lines.get(id);
    if (!stream) return this.#trades.onError(id, code, message);
    const known = effectsOf(code);
    const { line: effect, operator } = known ?? UNKNOWN_CODE;
    const { kind, symbol } = stream;
    if (known === null) this.#options.health.refuse(FEED_OF[kind], `code-${code}`);
    this.#options.log(LEVELS[operator], 'TWS about a stream', { kind, symbol, code, message, effect });
    const reason = `${code}: ${message}`.slice(0, 200);
    switch (effect) {
      case 'notice':
        break;
      case 'book-reset':
        if (kind === 'depth') {
          this.#books.restarted(stream);
          this.#options.emit({ kind: 'depth.reset', symbol });
        }
        break;
      case 'delayed':
        this.lines.trouble(stream, 'delayed', reason, 'never');
        break;
      case 'competing':
        this.lines.trouble(stream, 'dead', reason, 'later');
        break;
      case 'lost':
      case 'too-soon':
        this.lines.trouble(stream, 'dead', reason, 'soon');
        break;
      case 'full':
        this.lines.bar(stream, reason, true);
        break;
      case 'dead':
      case 'no-data':
        this.lines.bar(stream, reason, false);
        break;
    }
    return true;
  }

  /** Ticks of a line that has just been cancelled still arrive, and ticks not of now are not read. */
  #streamOf(id: number): Stream | null {
    const stream = this.lines.get(id);
    if (stream === undefined) return null;
    stream.heard = true;
    if (stream.state === 'live') return stream;
    return this.lines.alive(stream) ? stream : null;
  }

  #delayed(id: number): void {
    const stream = this.lines.get(id);
    if (!stream) return;
    this.#options.health.refuse('ibkr.quotes', 'delayed-tick');
    stream.heard = true;
    this.lines.trouble(stream, 'delayed', 'delayed ticks: not of now, and not read', 'never');
  }

  #touch(stream: Stream): void {
    if (!this.#changed.includes(stream)) this.#changed.push(stream);
  }

  /** What the stream of bid-and-ask ticks says is newer. */
  #overruled(stream: Stream): boolean {
    if (this.#exact.size === 0) return false;
    const exact = this.#exact.get(stream.symbol);
    return exact !== undefined && exact.state === 'live' && exact.id !== 0;
  }

  price(id: number, tickType: number, price: number, size: number): void {
    if (isDelayed(tickType)) {
      this.#delayed(id);
      return;
    }
    const stream = this.#streamOf(id);
    const quote = stream?.quote;
    if (!stream || !quote) return;
    // IB says "none" as -1, and as 0 where there is neither price nor size.
    const known = price > 0 ? price : Number.NaN;
    const knownSize = size >= 0 ? size : Number.NaN;
    if (tickType === BID && !this.#overruled(stream)) {
      if (Object.is(quote.bidPrice, known) && Object.is(quote.bidSize, knownSize)) return;
      quote.bidPrice = known;
      quote.bidSize = knownSize;
    } else if (tickType === ASK && !this.#overruled(stream)) {
      if (Object.is(quote.askPrice, known) && Object.is(quote.askSize, knownSize)) return;
      quote.askPrice = known;
      quote.askSize = knownSize;
    } else if (tickType === LAST && quote.kind === 'quote.seen') {
      if (Object.is(quote.lastPrice, known)) return;
      quote.lastPrice = known;
    } else {
      if (tickType === AUCTION_PRICE) this.#auctions.set(stream, 'referencePrice', known);
      return;
    }
    this.#touch(stream);
  }

  size(id: number, tickType: number, size: number): void {
    if (isDelayed(tickType)) {
      this.#delayed(id);
      return;
    }
    const stream = this.#streamOf(id);
    const quote = stream?.quote;
    if (!stream || !quote) return;
    const known = size >= 0 ? size : Number.NaN;
    if (tickType === BID_SIZE && !this.#overruled(stream)) {
      if (Object.is(quote.bidSize, known)) return;
      quote.bidSize = known;
    } else if (tickType === ASK_SIZE && !this.#overruled(stream)) {
      if (Object.is(quote.askSize, known)) return;
      quote.askSize = known;
    } else {
      if (tickType === AUCTION_VOLUME) this.#auctions.set(stream, 'pairedShares', known);
      else if (tickType === AUCTION_IMBALANCE) this.#auctions.set(stream, 'imbalanceShares', size);
      else if (tickType === REGULATORY_IMBALANCE) this.#auctions.set(stream, 'regulatoryImbalanceShares', size);
      return;
    }
    this.#touch(stream);
  }

  bidAsk(id: number, bidPrice: number, askPrice: number, bidSize: number, askSize: number): void {
    const exact = this.#streamOf(id);
    const stream = exact && this.lines.find('quote', exact.symbol);
    // Beside a quote that is not well it would say that all is.
    if (exact?.kind !== 'bid-ask' || !stream?.quote || stream.state !== 'live') return;
    this.#exact.set(exact.symbol, exact);
    stream.quote.bidPrice = bidPrice > 0 ? bidPrice : Number.NaN;
    stream.quote.askPrice = askPrice > 0 ? askPrice : Number.NaN;
    stream.quote.bidSize = bidSize >= 0 ? bidSize : Number.NaN;
    stream.quote.askSize = askSize >= 0 ? askSize : Number.NaN;
    this.#touch(stream);
  }

  trade(id: number, atSeconds: number, price: number, size: number, venue: string): void {
    this.#trades.resuming(this.lines.get(id), instant(atSeconds * 1_000));
    const stream = this.#streamOf(id);
    if (stream?.kind !== 'trades') return;
    if (!(price > 0) || !(size > 0) || !(atSeconds > 0) || !VENUE.test(venue)) {
      this.#options.health.refuse('ibkr.trades', 'undecodable');
      this.#trades.interrupted(stream.symbol);
      return;
    }
    this.#trades.print(stream.symbol, { sourceAt: instant(atSeconds * 1_000), price, size, venue });
  }

  volume(id: number, shares: number): void {
    const stream = this.lines.get(id);
    // Without a line for its prints there is nothing to compare with.
    if (stream && this.lines.find('trades', stream.symbol)?.state === 'live')
      this.#trades.volume(stream.symbol, shares);
  }

  depth(id: number, level: number, operation: number, side: number, price: number, size: number, venue: string): void {
    const stream = this.#streamOf(id);
    if (stream?.kind === 'depth') this.#books.row(stream, level, operation, side, price, size, venue);
  }

  unreadable(message: 'quote' | 'trade' | 'depth', id: number, bytes: Uint8Array): void {
    const stream = this.lines.get(id);
    const feed = message === 'quote' ? 'ibkr.quotes' : message === 'trade' ? 'ibkr.trades' : 'ibkr.depth';
    this.#options.health.refuse(feed, 'undecodable');
    this.#options.quarantine.keep(feed, 'undecodable', bytes.slice());
    if (!stream) return;
    this.lines.spoil(stream, 'a message that does not fit');
    // Which figure it would have changed is not known: all of them are.
    if (message === 'quote') this.lines.forget(stream);
    if (message === 'depth') this.#books.spoil(stream, 'unread', 'a row that could not be read');
    if (message === 'trade') this.#trades.interrupted(stream.symbol);
  }

  #onBar(id: number, seconds: number, figures: readonly number[]): void {
    const stream = this.#streamOf(id);
    if (stream?.kind !== 'bars') return;
    const bar = fiveSecondBar(stream.symbol, seconds, figures);
    if (bar) this.#options.emit(bar);
    else {
      this.#options.health.refuse('ibkr.bars', 'undecodable');
      this.lines.spoil(stream, 'a bar that cannot be');
    }
  }
}
