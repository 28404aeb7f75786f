import { FieldReader } from './field-reader.ts';

/** TWS message numbers. Source: IBKR TWS API `IncomingMessages`. */
const TICK_PRICE = 1;
const TICK_SIZE = 2;
const MARKET_DEPTH = 12;
const MARKET_DEPTH_L2 = 13;
const TICK_STRING = 46;
const TICK_BY_TICK = 99;
/** Tick type of generic tick 233: `price;size;ms since 1970;total volume;VWAP;single trade`. */
const RT_VOLUME = 48;
const TOTAL_VOLUME = 3;
const ZERO = 48;
/** Client versions from 193 on write nothing longer in front of a hot message. */
const NUMBER_DIGITS_MAX = 3;

/** What the hot messages say. NaN is absent. `id`: the request's number. */
export interface TickSink {
  /** `size` is that of the price, in the same message. */
  price(id: number, tickType: number, price: number, size: number): void;
  size(id: number, tickType: number, size: number): void;
  trade(id: number, atSeconds: number, price: number, size: number, venue: string): void;
  bidAsk(id: number, bidPrice: number, askPrice: number, bidSize: number, askSize: number): void;
  depth(id: number, level: number, operation: number, side: number, price: number, size: number, venue: string): void;
  /** The day's volume so far, in shares. */
  volume(id: number, shares: number): void;
  /** A message of this kind did not fit. `id` is NaN where it could not be read either. */
  unreadable(message: 'quote' | 'trade' | 'depth', id: number, bytes: Uint8Array): void;
}

/**
 * Decodes the messages that make up nearly all of the stream from their bytes, as server version 193 writes them:
 * tickPrice, tickSize, tickString, tickByTick, updateMktDepth(L2). A message is told whole or not at all.
 */
export class TickScanner {
  readonly #sink: TickSink;
  readonly #fields = new FieldReader();

  constructor(sink: TickSink) {
    this.#sink = sink;
  }

  /** False when the frame is none of these: the library's to decode. */
  scan(bytes: Uint8Array, from: number, to: number): boolean {
    let at = from;
    let message = 0;
    while (at < to && at - from < NUMBER_DIGITS_MAX && bytes[at] !== 0) {
      message = message * 10 + ((bytes[at] as number) - ZERO);
      at += 1;
    }
    if (bytes[at] !== 0) return false;
    switch (message) {
      case TICK_PRICE:
        this.#price(bytes, at + 1, to);
        return true;
      case TICK_SIZE:
        this.#size(bytes, at + 1, to);
        return true;
      case MARKET_DEPTH_L2:
        this.#depth(bytes, at + 1, to, true);
        return true;
      case MARKET_DEPTH:
        this.#depth(bytes, at + 1, to, false);
        return true;
      case TICK_BY_TICK:
        return this.#tickByTick(bytes, at + 1, to);
      case TICK_STRING:
        this.#string(bytes, at + 1, to);
        return true;
      default:
        return false;
    }
  }

  #whole(): boolean {
    return !this.#fields.bad && this.#fields.atEnd();
  }

  #refuse(message: 'quote' | 'trade' | 'depth', id: number, bytes: Uint8Array, from: number, to: number): void {
    this.#sink.unreadable(message, Number.isSafeInteger(id) ? id : Number.NaN, bytes.subarray(from, to));
  }

  #price(bytes: Uint8Array, from: number, to: number): void {
    const fields = this.#fields;
    fields.open(bytes, from, to);
    fields.skip(); // version
    const id = fields.integer();
    const tickType = fields.integer();
    const price = fields.decimal();
    const size = fields.decimal();
    fields.skip(); // attributes
    if (this.#whole()) this.#sink.price(id, tickType, price, size);
    else this.#refuse('quote', id, bytes, from, to);
  }

  #size(bytes: Uint8Array, from: number, to: number): void {
    const fields = this.#fields;
    fields.open(bytes, from, to);
    fields.skip(); // version
    const id = fields.integer();
    const tickType = fields.integer();
    const size = fields.decimal();
    if (this.#whole()) this.#sink.size(id, tickType, size);
    else this.#refuse('quote', id, bytes, from, to);
  }

  /** Of the texts the day's volume alone is used. It is a check on others, and only believed where it is a number. */
  #string(bytes: Uint8Array, from: number, to: number): void {
    const fields = this.#fields;
    fields.open(bytes, from, to);
    fields.skip(); // version
    const id = fields.integer();
    if (fields.integer() !== RT_VOLUME) return;
    const shares = Number(fields.text().split(';')[TOTAL_VOLUME]);
    if (this.#whole() && shares > 0) this.#sink.volume(id, shares);
  }

  #depth(bytes: Uint8Array, from: number, to: number, second: boolean): void {
    const fields = this.#fields;
    fields.open(bytes, from, to);
    fields.skip(); // version
    const id = fields.integer();
    const level = fields.integer();
    const venue = second ? fields.word() : '';
    const operation = fields.integer();
    const side = fields.integer();
    const price = fields.decimal();
    const size = fields.decimal();
    if (second) fields.skip(); // isSmartDepth
    if (this.#whole()) this.#sink.depth(id, level, operation, side, price, size, venue);
    else this.#refuse('depth', id, bytes, from, to);
  }

  /** 1 last, 2 all last, 3 bid and ask; midpoints are never asked for, and left to the library. */
  #tickByTick(bytes: Uint8Array, from: number, to: number): boolean {
    const fields = this.#fields;
    fields.open(bytes, from, to);
    const id = fields.integer();
    const tickType = fields.integer();
    const atSeconds = fields.integer();
    if (tickType === 1 || tickType === 2) {
      const price = fields.decimal();
      const size = fields.decimal();
      fields.skip(); // past limit, unreported
      const venue = fields.word();
      fields.skip(); // special conditions
      if (this.#whole()) this.#sink.trade(id, atSeconds, price, size, venue);
      else this.#refuse('trade', id, bytes, from, to);
      return true;
    }
    if (tickType !== 3) return false;
    const bidPrice = fields.decimal();
    const askPrice = fields.decimal();
    const bidSize = fields.decimal();
    const askSize = fields.decimal();
    fields.skip(); // past low, past high
    if (this.#whole()) this.#sink.bidAsk(id, bidPrice, askPrice, bidSize, askSize);
    else this.#refuse('quote', id, bytes, from, to);
    return true;
  }
}
