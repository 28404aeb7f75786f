import type { DepthSeen } from '../../../core/inputs.ts';
import { applyDepth, type Book, clearBook, createBook, isCrossed } from '../../../core/market/book.ts';
import { isOrdered } from '../../../core/market/book-order.ts';
import type { MarketLines, MarketLinesOptions } from './lines.ts';
import { renewalWaitMs } from './renewal.ts';
import type { Stream } from './stream.ts';

interface Kept {
  readonly stream: Stream;
  readonly book: Book;
  /** Nothing of it is told until it is sent anew. */
  spoilt: boolean;
  /** It was emptied for another reason: rows that come all the same continue what is gone. */
  emptied: boolean;
  spoils: number;
  /** Not to be asked for before, wall milliseconds. */
  renewFrom: number;
  /** Since when it has been crossed, and out of order on one side; NaN while it is not. */
  crossedSince: number;
  disorderedSince: number;
}

/** Books of several venues cross for moments, and a move of the whole book comes row by row: neither lasts so long. */
const CROSSED_MS_MAX = 3_000;
const DISORDERED_MS_MAX = 1_000;
/** Without trouble for so long, the next is answered at once again. */
const FORGIVEN_MS = 60_000;

/**
 * Book rows on their way to the core, held against a book of our own. A row that is lost, sent twice or out of turn makes
 * every later one wrong, and nothing in the protocol says so: a book that cannot be a market's is emptied and asked for anew.
 */
export class Books {
  readonly #options: Pick<MarketLinesOptions, 'emit' | 'health' | 'now'>;
  readonly #lines: MarketLines;
  readonly #kept = new Map<Stream, Kept>();
  readonly #row: DepthSeen = {
    kind: 'depth.seen',
    symbol: '',
    operation: 0,
    side: 0,
    level: 0,
    price: 0,
    size: 0,
    venue: '',
  };

  constructor(options: Pick<MarketLinesOptions, 'emit' | 'health' | 'now'>, lines: MarketLines) {
    this.#options = options;
    this.#lines = lines;
  }

  /** It is about to be sent from the beginning. */
  restarted(stream: Stream): void {
    const kept = this.#of(stream);
    clearBook(kept.book);
    kept.spoilt = false;
    kept.emptied = false;
    kept.crossedSince = Number.NaN;
    kept.disorderedSince = Number.NaN;
  }

  /** The stream is not to be relied on: whoever finds it well again asks for it anew, or a row of it does. */
  emptied(stream: Stream): void {
    const kept = this.#of(stream);
    kept.spoilt = true;
    kept.emptied = true;
  }

  row(
    stream: Stream,
    level: number,
    operation: number,
    side: number,
    price: number,
    size: number,
    venue: string,
  ): void {
    const kept = this.#of(stream);
    if (kept.spoilt) {
      const now = this.#options.now();
      if (kept.emptied && now >= kept.renewFrom) this.#renew(kept, now);
      return;
    }
    const row = this.#row;
    row.symbol = stream.symbol;
    row.operation = operation as DepthSeen['operation'];
    row.side = side as DepthSeen['side'];
    row.level = level;
    row.price = price;
    row.size = size;
    row.venue = venue;
    if (!applyDepth(kept.book, row)) {
      this.spoil(stream, 'undecodable', 'a row that cannot be');
      return;
    }
    this.#options.emit(row);
    this.#watch(kept);
  }

  /** A row of it could not be read or cannot be: the book is nobody's, until it comes anew. */
  spoil(stream: Stream, refusal: string, reason: string): void {
    const kept = this.#of(stream);
    const now = this.#options.now();
    this.#options.health.refuse('ibkr.depth', refusal);
    this.#lines.spoil(stream, reason);
    if (!kept.spoilt) this.#options.emit({ kind: 'depth.reset', symbol: stream.symbol });
    kept.spoilt = true;
    if (now - kept.renewFrom > FORGIVEN_MS) kept.spoils = 0;
    if (now >= kept.renewFrom) this.#renew(kept, now);
  }

  /** About once a second. */
  beat(): void {
    const now = this.#options.now();
    for (const kept of this.#kept.values()) {
      if (kept.spoilt && !kept.emptied && now >= kept.renewFrom) this.#renew(kept, now);
      else if (now - kept.disorderedSince > DISORDERED_MS_MAX)
        this.spoil(kept.stream, 'book-out-of-order', 'rows that stay out of order');
      else if (now - kept.crossedSince > CROSSED_MS_MAX) this.spoil(kept.stream, 'book-crossed', 'a crossed book');
    }
  }

  #of(stream: Stream): Kept {
    const known = this.#kept.get(stream);
    if (known) return known;
    const kept = {
      stream,
      book: createBook(),
      spoilt: false,
      emptied: false,
      spoils: 0,
      renewFrom: Number.NEGATIVE_INFINITY,
      crossedSince: Number.NaN,
      disorderedSince: Number.NaN,
    };
    this.#kept.set(stream, kept);
    return kept;
  }

  #watch(kept: Kept): void {
    const { book } = kept;
    if (!isCrossed(book)) kept.crossedSince = Number.NaN;
    else if (Number.isNaN(kept.crossedSince)) kept.crossedSince = this.#options.now();
    if (isOrdered(book, 0) && isOrdered(book, 1)) kept.disorderedSince = Number.NaN;
    else if (Number.isNaN(kept.disorderedSince)) kept.disorderedSince = this.#options.now();
  }

  /** The first time at once, then ever more rarely. */
  #renew(kept: Kept, now: number): void {
    kept.renewFrom = now + renewalWaitMs(kept.spoils, 'soon');
    kept.spoils += 1;
    this.#lines.renew(kept.stream);
  }
}
