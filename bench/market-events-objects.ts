import { EventEmitter } from 'node:events';

/**
 * The peer: an object per event, handed round by an emitter, state in Maps of objects and arrays, sums by `reduce`: how
 * trading programs in this language are commonly written. It computes the same figures and the same gates.
 */
export interface TradeEvent {
  readonly type: 'trade';
  readonly symbol: string;
  readonly at: number;
  readonly price: number;
  readonly size: number;
}
export interface QuoteEvent {
  readonly type: 'quote';
  readonly symbol: string;
  readonly at: number;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}
export interface DepthEvent {
  readonly type: 'depth';
  readonly symbol: string;
  readonly at: number;
  readonly operation: 'insert' | 'update' | 'delete';
  readonly side: 'bid' | 'ask';
  readonly level: number;
  readonly price: number;
  readonly size: number;
}

interface PeerBar {
  minute: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  notional: number;
  trades: number;
}
interface Row {
  readonly price: number;
  readonly size: number;
}
export interface PeerSymbol {
  bars: PeerBar[];
  lastPrice: number | null;
  side: number;
  bucket: { buy: number; sell: number };
  buckets: number[];
  vpin: number | null;
  quote: QuoteEvent | null;
  intervals: { number: number; flow: number }[];
  bids: Row[];
  asks: Row[];
  imbalance: number[];
  passed: number;
}

const BUCKET = 1_000;
const WINDOW = 50;
const KEPT = 1 << 17;

export class ObjectEngine extends EventEmitter {
  readonly symbols = new Map<string, PeerSymbol>();
  /** Halved by copying when full: cheaper than a shift per event. */
  private kept: (TradeEvent | QuoteEvent | DepthEvent)[] = [];

  constructor() {
    super();
    this.on('trade', (event: TradeEvent) => this.onTrade(event));
    this.on('quote', (event: QuoteEvent) => this.onQuote(event));
    this.on('depth', (event: DepthEvent) => this.onDepth(event));
  }

  ingest(event: TradeEvent | QuoteEvent | DepthEvent): void {
    this.kept.push(event);
    if (this.kept.length > KEPT) this.kept = this.kept.slice(KEPT / 2);
    this.emit(event.type, event);
    const known = this.of(event.symbol);
    if (this.gate(known, event.at)) known.passed++;
  }

  private of(symbol: string): PeerSymbol {
    let known = this.symbols.get(symbol);
    if (!known) {
      known = {
        bars: [],
        lastPrice: null,
        side: 0,
        bucket: { buy: 0, sell: 0 },
        buckets: [],
        vpin: null,
        quote: null,
        intervals: [],
        bids: [],
        asks: [],
        imbalance: [],
        passed: 0,
      };
      this.symbols.set(symbol, known);
    }
    return known;
  }

  private onTrade({ symbol, price, size, at }: TradeEvent): void {
    const known = this.of(symbol);
    const minute = Math.floor(at / 60_000);
    const bar = known.bars.at(-1);
    if (bar?.minute === minute) {
      bar.high = Math.max(bar.high, price);
      bar.low = Math.min(bar.low, price);
      bar.close = price;
      bar.volume += size;
      bar.notional += price * size;
      bar.trades++;
    } else {
      const notional = price * size;
      known.bars.push({
        minute,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: size,
        notional,
        trades: 1,
      });
      if (known.bars.length > 512) known.bars.shift();
    }
    if (known.lastPrice !== null && price !== known.lastPrice) known.side = price > known.lastPrice ? 1 : -1;
    known.lastPrice = price;
    for (let left = size; left > 0; ) {
      const poured = Math.min(left, BUCKET - known.bucket.buy - known.bucket.sell);
      known.bucket = {
        buy: known.bucket.buy + (poured * (1 + known.side)) / 2,
        sell: known.bucket.sell + (poured * (1 - known.side)) / 2,
      };
      left -= poured;
      if (known.bucket.buy + known.bucket.sell < BUCKET) continue;
      known.buckets.push(Math.abs(known.bucket.buy - known.bucket.sell) / BUCKET);
      if (known.buckets.length > WINDOW) known.buckets.shift();
      if (known.buckets.length === WINDOW) known.vpin = known.buckets.reduce((sum, value) => sum + value, 0) / WINDOW;
      known.bucket = { buy: 0, sell: 0 };
    }
  }

  private onQuote(quote: QuoteEvent): void {
    const known = this.of(quote.symbol);
    const before = known.quote;
    known.quote = quote;
    if (before === null) return;
    const flow =
      (quote.bid >= before.bid ? quote.bidSize : 0) -
      (quote.bid <= before.bid ? before.bidSize : 0) -
      (quote.ask <= before.ask ? quote.askSize : 0) +
      (quote.ask >= before.ask ? before.askSize : 0);
    const number = Math.floor(quote.at / 10_000);
    const open = known.intervals.at(-1);
    if (open?.number === number) open.flow += flow;
    else {
      known.intervals.push({ number, flow });
      if (known.intervals.length > 361) known.intervals.shift();
    }
  }

  private onDepth({ symbol, operation, side, level, price, size }: DepthEvent): void {
    const known = this.of(symbol);
    const rows = side === 'bid' ? known.bids : known.asks;
    if (operation === 'insert') {
      rows.splice(level, 0, { price, size });
      if (rows.length > 10) rows.pop();
    } else if (operation === 'delete') rows.splice(level, 1);
    else rows[level] = { price, size };
    known.imbalance = [1, 5, 10].map((levels) => {
      const bid = known.bids.slice(0, levels).reduce((sum, row) => sum + row.size, 0);
      const ask = known.asks.slice(0, levels).reduce((sum, row) => sum + row.size, 0);
      return bid > 0 && ask > 0 ? (bid - ask) / (bid + ask) : Number.NaN;
    });
  }

  /** Tight, not toxic, book and flow leaning the same way, and the last bar closing on that side of its VWAP. */
  private gate({ quote, vpin, imbalance, intervals, bars }: PeerSymbol, at: number): boolean {
    const bar = bars.at(-1);
    const open = intervals.at(-1);
    if (!(quote && vpin !== null && bar && open && open.number === Math.floor(at / 10_000))) return false;
    const spreadBps = ((quote.ask - quote.bid) / ((quote.ask + quote.bid) / 2)) * 1e4;
    const leaning = imbalance[1] ?? Number.NaN;
    const drift = bar.close - bar.notional / bar.volume;
    if (!(spreadBps <= 5 && vpin < 0.8)) return false;
    return leaning > 0.1 ? open.flow > 0 && drift > 0 : leaning < -0.1 && open.flow < 0 && drift < 0;
  }
}
