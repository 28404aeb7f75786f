import type { ChainColumns } from '../../../core/market/chain.ts';
import type { Instant, SessionDate } from '../../../core/types.ts';
import { PLACEHOLDER, type Refusal, refusal, SENTENCES } from '../body.ts';
import { asciiText, type JsonHandler, JsonReader } from '../json/reader.ts';
import { ChainGatherer } from './columns.ts';
import { ChainRowReader } from './row.ts';

export type ScannedChain =
  | {
      readonly ok: true;
      readonly chain: ChainColumns;
      /** Fields of rows that the schema does not know: read past. */
      readonly unknownFields: number;
    }
  | Refusal;

/** Where in the answer the reader stands. */
const OUTSIDE = 0;
const IN_ANSWER = 1;
const IN_DATA = 2;
const IN_ROW = 3;

const NONE: ReadonlySet<string> = new Set();
const TOLD: ReadonlySet<string> = new Set([...SENTENCES.map(([key]) => key), 'message', 'data']);

/** Reads an answer of REALTIME_OPTIONS or HISTORICAL_OPTIONS as its pieces arrive, straight into columns. */
export class ChainScan implements JsonHandler {
  readonly #reader = new JsonReader(this);
  readonly #underlying: string;
  readonly #row: ChainRowReader;
  readonly #dateDigits: number;
  #gatherer: ChainGatherer;
  #place = OUTSIDE;
  /** Open objects and lists that do not matter. */
  #skipping = 0;
  #key = '';
  #isObject = false;
  #hasData = false;
  readonly #told = new Map<string, string>();

  /** Of an answer about a past day, rows of another are left out. */
  constructor(underlying: string, date: SessionDate | null = null) {
    this.#underlying = underlying;
    this.#dateDigits = date === null ? 0 : Number(date.replaceAll('-', ''));
    this.#row = new ChainRowReader(underlying);
    this.#gatherer = new ChainGatherer(underlying);
  }

  /** The next bytes of the answer. Takes time in proportion: hand over some 24 KB at a time. */
  push(piece: Uint8Array): void {
    this.#reader.push(piece);
  }

  /**
   * Once the answer is over. Rows whose identity is doubtful are left out, single figures that cannot be true are absent.
   * Fields that no row has are a changed schema, but for those that were not asked for.
   */
  finish(receivedAt: Instant, notAskedFor = NONE): ScannedChain {
    const damage = this.#reader.end();
    if (damage) return refusal(damage.beganAsJson ? 'truncated-json' : 'not-json', damage.problem);
    if (!this.#isObject) return refusal('unexpected-shape', 'expected a JSON object');
    for (const [key, kind] of SENTENCES) {
      const sentence = this.#told.get(key);
      if (sentence !== undefined) return refusal(kind, sentence);
    }
    const message = this.#told.get('message');
    if (message !== undefined && PLACEHOLDER.test(message)) return refusal('premium-placeholder', message);
    if (!this.#hasData) return refusal('unexpected-shape', 'expected an array under "data"');
    return this.#columns(receivedAt, notAskedFor);
  }

  #columns(receivedAt: Instant, notAskedFor: ReadonlySet<string>): ScannedChain {
    const { offered, rejected } = this.#gatherer;
    if (offered === 0) return refusal('empty-answer', 'the chain holds no rows');
    if (this.#gatherer.rowCount === 0)
      return refusal('unexpected-shape', `none of ${offered} rows could be taken: ${JSON.stringify(rejected)}`);
    const missing = this.#gatherer.missingColumns().filter((name) => !notAskedFor.has(name));
    if (missing.length > 0)
      return refusal('unexpected-shape', `expected the fields ${missing.join(', ')}, which no row of ${offered} has`);
    return { ok: true, chain: this.#gatherer.finish(receivedAt), unknownFields: this.#row.unknownFields };
  }

  openObject(): void {
    this.#enter(true);
  }
  openArray(): void {
    this.#enter(false);
  }

  #enter(isObject: boolean): void {
    if (this.#skipping > 0) this.#skipping += 1;
    else if (this.#place === OUTSIDE && isObject) {
      this.#isObject = true;
      this.#place = IN_ANSWER;
    } else if (this.#place === IN_ANSWER && this.#key === 'data' && !isObject) this.#beginData();
    else if (this.#place === IN_DATA && isObject) {
      this.#row.begin();
      this.#place = IN_ROW;
    } else {
      this.#value(isObject ? '[object Object]' : '[array]');
      if (this.#place === IN_ROW) this.#row.nested();
      this.#skipping = 1;
    }
  }

  #beginData(): void {
    this.#hasData = true;
    this.#gatherer = new ChainGatherer(this.#underlying);
    this.#row.unknownFields = 0;
    this.#place = IN_DATA;
  }

  closeObject(): void {
    if (this.#skipping > 0) this.#skipping -= 1;
    else if (this.#place === IN_ROW) {
      if (this.#dateDigits === 0 || this.#row.date === this.#dateDigits) this.#gatherer.add(this.#row);
      else this.#gatherer.leaveOut('date-disagrees');
      this.#place = IN_DATA;
    } else this.#place -= 1;
  }
  closeArray(): void {
    if (this.#skipping > 0) this.#skipping -= 1;
    else this.#place -= 1;
  }

  key(bytes: Uint8Array, start: number, end: number): void {
    if (this.#skipping > 0) return;
    if (this.#place === IN_ROW) this.#row.key(bytes, start, end);
    else this.keyText(asciiText(bytes, start, end));
  }
  keyText(text: string): void {
    if (this.#skipping > 0) return;
    if (this.#place === IN_ROW) this.#row.keyText(text);
    else this.#key = text;
  }

  string(bytes: Uint8Array, start: number, end: number): void {
    if (this.#skipping > 0) return;
    if (this.#place === IN_ROW) this.#row.string(bytes, start, end);
    else this.#value(asciiText(bytes, start, end), true);
  }
  stringText(text: string): void {
    if (this.#skipping > 0) return;
    if (this.#place === IN_ROW) this.#row.text(text);
    else this.#value(text, true);
  }
  number(bytes: Uint8Array, start: number, end: number): void {
    if (this.#skipping > 0) return;
    const text = asciiText(bytes, start, end);
    if (this.#place === IN_ROW) this.#row.number(Number(text));
    else this.#value(text);
  }
  literal(value: boolean | null): void {
    if (this.#skipping > 0) return;
    if (this.#place === IN_ROW) this.#row.literal(value);
    else this.#value(String(value));
  }

  /** A value outside of rows: a sentence of the vendor's, or an item of the data that is no row. */
  #value(text: string, isString = false): void {
    if (this.#place === IN_DATA) {
      this.#gatherer.leaveOut('not-an-object');
    } else if (this.#place === IN_ANSWER && TOLD.has(this.#key)) {
      if (this.#key === 'data') this.#hasData = false;
      else if (this.#key === 'message' && !isString) this.#told.delete('message');
      else this.#told.set(this.#key, text);
    }
  }
}
