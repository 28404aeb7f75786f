import { EventName, MarketDataType } from '@stoqey/ib';
import { instant } from '../../../core/types.ts';
import type { Log } from '../../../ports/log.ts';
import { lineMeaning } from '../wire/codes.ts';
import type { Link } from '../wire/link.ts';
import { FEED_OF, type Line, MarketLines, type MarketLinesOptions } from './market-lines.ts';

const DEPTH_LEVEL_MAX = 1_000;
type QuoteField = 'bidPrice' | 'askPrice' | 'lastPrice' | 'bidSize' | 'askSize';
/** TWS tick types that make a quote. Source: TWS API, "Available tick types". */
const PRICE_FIELD: Readonly<Record<number, QuoteField>> = { 1: 'bidPrice', 2: 'askPrice', 4: 'lastPrice' };
const SIZE_FIELD: Readonly<Record<number, QuoteField>> = { 0: 'bidSize', 3: 'askSize' };
const isDelayed = (tickType: number): boolean => tickType >= 66 && tickType <= 76;
type QuoteLine = Extract<Line, { readonly quote: unknown }>;

/** Quotes, prints and depth. Whatever cannot be read is absent and counted. */
export class MarketData {
  readonly lines: MarketLines;
  readonly #options: MarketLinesOptions & { readonly log: Log };
  readonly #changed = new Set<number>();

  constructor(options: MarketLinesOptions & { readonly log: Log }) {
    this.#options = options;
    this.lines = new MarketLines(options);
  }

  attach(link: Link): void {
    this.#changed.clear();
    this.lines.attach(link);
    link.on(EventName.tickPrice, (id: number, type: number, price?: number) => this.#onPrice(id, type, price));
    link.on(EventName.tickSize, (id: number, type: number, size?: number) => this.#onSize(id, type, size));
    link.on(
      EventName.tickByTickAllLast,
      (id: number, _type: number, time: string, price: number, size: number, _attributes: unknown, venue: string) =>
        this.#onTrade(id, Number(time), price, size, venue),
    );
    link.on(
      EventName.updateMktDepthL2,
      (id: number, level: number, venue: string, operation: number, side: number, price: number, size: number) =>
        this.#onDepth(id, level, venue, operation, side, price, size),
    );
    link.on(
      EventName.updateMktDepth,
      (id: number, level: number, operation: number, side: number, price: number, size: number) =>
        this.#onDepth(id, level, '', operation, side, price, size),
    );
    link.on(EventName.marketDataType, (id: number, type: number) => {
      if (!this.lines.get(id)) return;
      if (type === MarketDataType.REALTIME) this.lines.well(id);
      else this.lines.trouble(id, `market data type ${type}: not live`);
    });
  }

  /**
   * Emits the quotes that the last message changed: price and size of one message come as one change. TWS sends bid and
   * ask in messages of their own, so a quote that looks crossed in between waits for the rest of the read.
   */
  flush(which: 'settled' | 'all'): void {
    for (const id of this.#changed) {
      const line = this.lines.get(id);
      if (line && 'quote' in line) {
        if (which === 'settled' && line.quote.bidPrice > line.quote.askPrice) continue;
        this.#options.emit(line.quote);
      }
      this.#changed.delete(id);
    }
  }

  /** An error about one of our requests. False when the id is not ours. */
  onError(id: number, code: number, message: string): boolean {
    const line = this.lines.get(id);
    if (!line) return false;
    const meaning = lineMeaning(code);
    if (meaning === null) this.#options.health.refuse(FEED_OF[line.stream], `code-${code}`);
    if (meaning === 'notice') return true;
    this.#options.log('warn', 'TWS about a market-data line', { stream: line.stream, code, message });
    this.lines.emptyBook(line);
    if (meaning === 'book-reset') return true;
    this.lines.trouble(id, `${code}: ${message}`.slice(0, 200));
    if (meaning === 'lost') this.lines.renewSoon(id);
    return true;
  }

  #quoteLine(id: number, tickType: number): QuoteLine | null {
    const line = this.lines.get(id);
    // Ticks of a line that has just been cancelled still arrive.
    if (!line || !('quote' in line)) return null;
    if (!isDelayed(tickType)) return line;
    this.#options.health.refuse('ibkr.quotes', 'delayed-tick');
    this.lines.trouble(id, 'delayed data: not live, and not read');
    return null;
  }

  #set(id: number, line: QuoteLine, field: QuoteField, value: number): void {
    const quote: Partial<Record<QuoteField, number>> = line.quote;
    if (!(field in quote) || Object.is(quote[field], value)) return;
    quote[field] = value;
    this.#changed.add(id);
  }

  #onPrice(id: number, tickType: number, price: number | undefined): void {
    const line = this.#quoteLine(id, tickType);
    const field = PRICE_FIELD[tickType];
    if (!line || !field) return;
    if (Number.isNaN(price)) this.#options.health.refuse('ibkr.quotes', 'undecodable');
    // IB says "none" as -1, and as 0 where there is neither price nor size.
    this.#set(id, line, field, price !== undefined && price > 0 ? price : Number.NaN);
  }

  #onSize(id: number, tickType: number, size: number | undefined): void {
    const line = this.#quoteLine(id, tickType);
    const field = SIZE_FIELD[tickType];
    if (!line || !field) return;
    if (Number.isNaN(size)) this.#options.health.refuse('ibkr.quotes', 'undecodable');
    this.#set(id, line, field, size !== undefined && size >= 0 ? size : Number.NaN);
  }

  #onTrade(id: number, seconds: number, price: number | undefined, size: number | undefined, venue: string): void {
    const line = this.lines.get(id);
    if (line?.stream !== 'trades') return;
    if (!(price !== undefined && price > 0) || !(size !== undefined && size > 0) || !Number.isFinite(seconds)) {
      this.#options.health.refuse('ibkr.trades', 'undecodable');
      return;
    }
    const { symbol } = line.underlying;
    this.#options.emit({ kind: 'trade.seen', symbol, price, size, venue, sourceAt: instant(seconds * 1_000) });
  }

  #onDepth(
    id: number,
    level: number,
    venue: string,
    operation: number,
    side: number,
    price: number | undefined,
    size: number | undefined,
  ): void {
    const line = this.lines.get(id);
    if (line?.stream !== 'depth') return;
    const knownOperation = operation === 0 || operation === 1 || operation === 2;
    const knownPlace = (side === 0 || side === 1) && level >= 0 && level < DEPTH_LEVEL_MAX;
    const figures = operation === 2 || (price !== undefined && price > 0 && size !== undefined && size >= 0);
    if (!knownOperation || !knownPlace || !figures) {
      // One lost row makes every later one wrong: empty the book and ask for it anew.
      this.#options.health.refuse('ibkr.depth', 'undecodable');
      this.lines.renew(id);
      return;
    }
    this.#options.emit({
      kind: 'depth.seen',
      symbol: line.underlying.symbol,
      operation,
      side,
      level,
      price: price ?? Number.NaN,
      size: size ?? Number.NaN,
      venue,
    });
  }
}
