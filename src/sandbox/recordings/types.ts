import type { Instant, SessionDate } from '../../engine/core/types.ts';
import type { ChainRow } from '../market/types.ts';

/**
 * One ticker's day from LOBSTER: message i and book row i belong together. Prices are dollars times 10,000 as in the
 * file; a level that nobody occupies has size 0.
 */
export interface LobsterRecording {
  readonly kind: 'lobster';
  readonly symbol: string;
  readonly date: SessionDate;
  /** Levels a side in the file. */
  readonly fileLevels: number;
  /** Levels a side kept here, ten at most. */
  readonly levels: number;
  readonly rowCount: number;
  /** Milliseconds after midnight, New York, with fractions. */
  readonly afterMidnightMs: Float64Array;
  /** 1 submission, 2 partial and 3 total cancellation, 4 visible and 5 hidden execution, 6 cross, 7 halt indicator. */
  readonly type: Uint8Array;
  readonly size: Float64Array;
  readonly price: Float64Array;
  /** Of the resting order: -1 sell, 1 buy. */
  readonly direction: Int8Array;
  /** Per row and level: ask price, ask size, bid price, bid size. */
  readonly book: Float64Array;
}

/** One export of Cboe's quotedata page: an underlying's whole chain at one moment, figures exactly as in the file. */
export interface CboeRecording {
  readonly kind: 'cboe';
  readonly underlying: string;
  readonly name: string;
  readonly takenAt: Instant;
  /** The session that the figures describe: of the day, or the last one before it when the exchange was closed. */
  readonly sessionDate: SessionDate;
  readonly last: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  /** One per expiration and strike in the file; the chain has two contracts for each. */
  readonly strikeRowCount: number;
  readonly expirationCount: number;
  readonly chain: readonly ChainRow[];
  /** What a lenient reader left out: lines it could not read and figures above the header, worded; options on others. */
  readonly skipped: readonly string[];
  readonly unread: readonly string[];
  readonly strangers: number;
}

export type Recording = LobsterRecording | CboeRecording;

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export const refused = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem });
