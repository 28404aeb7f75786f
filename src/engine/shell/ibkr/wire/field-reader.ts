const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;
/** Integers up to here are exact in a double, and so are powers of ten up to 22: one division rounds once. */
const EXACT_DIGITS = 15;
/** So many always fit 32 bits. */
const SHORT_DIGITS = 9;
const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
const NUMBER = /^-?\d+(\.\d*)?([eE][+-]?\d+)?$/;
/** Letters that fit a double's integer, 8 bits each. */
const PACKED_LETTERS = 6;
/** Far more than there are venues: only garbage gets there. */
const WORDS_MAX = 1_024;

/** Reads the NUL-terminated fields of one frame from its bytes, without making strings of numbers. */
export class FieldReader {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #end = 0;
  readonly #words = new Map<number, string>();
  /** A field was missing, or was not what it had to be. */
  bad = false;

  open(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.bad = false;
  }

  /** True when every field has been read: anything else is a message that we do not know. */
  atEnd(): boolean {
    return this.#at === this.#end;
  }

  skip(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < this.#end && bytes[at] !== 0) at += 1;
    this.#close(at);
  }

  /** Digits with an optional sign; an empty field is 0, as everywhere in this protocol. */
  integer(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const first = at;
    // Nine digits fit an integer of the machine; whatever has more goes on in floating point.
    const short = Math.min(end, at + SHORT_DIGITS);
    let whole = 0;
    let digit = 0;
    while (at < short) {
      digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      whole = (Math.imul(whole, 10) + digit) | 0;
      at += 1;
    }
    let value = whole;
    if (at === short) {
      while (at < end) {
        digit = (bytes[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
        at += 1;
      }
    }
    if (at - first > EXACT_DIGITS || (negative && at === first)) this.bad = true;
    this.#close(at);
    return negative ? -value : value;
  }

  /** NaN for an empty field and for the largest double, which both say "none"; NaN and `bad` for what is no number. */
  decimal(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at;
    let at = start;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const first = at;
    const short = Math.min(end, at + SHORT_DIGITS);
    let whole = 0;
    let point = -1;
    while (at < short) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= NINE) whole = (Math.imul(whole, 10) + (byte - ZERO)) | 0;
      else if (byte === POINT && point < 0) point = at;
      else break;
      at += 1;
    }
    let mantissa = whole;
    if (at === short) {
      while (at < end) {
        const byte = bytes[at] as number;
        if (byte >= ZERO && byte <= NINE) mantissa = mantissa * 10 + (byte - ZERO);
        else if (byte === POINT && point < 0) point = at;
        else break;
        at += 1;
      }
    }
    const digits = at - first - (point < 0 ? 0 : 1);
    if (at >= end || bytes[at] !== 0 || digits > EXACT_DIGITS || digits === 0) return this.#slowDecimal(start);
    this.#at = at + 1;
    const value = point < 0 ? mantissa : mantissa / (POWERS[at - 1 - point] as number);
    return negative ? -value : value;
  }

  /** Short words, such as venues, are made into a string once. */
  word(): string {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let packed = 0;
    while (at < this.#end && bytes[at] !== 0) {
      packed = packed * 256 + (bytes[at] as number);
      at += 1;
    }
    this.#close(at);
    if (at - start > PACKED_LETTERS) return this.#text(start, at);
    const known = this.#words.get(packed);
    if (known !== undefined) return known;
    const word = this.#text(start, at);
    if (this.#words.size >= WORDS_MAX) this.#words.clear();
    this.#words.set(packed, word);
    return word;
  }

  /** Any text. */
  text(): string {
    const start = this.#at;
    let at = start;
    while (at < this.#end && this.#bytes[at] !== 0) at += 1;
    this.#close(at);
    return this.#text(start, at);
  }

  #close(at: number): void {
    if (at < this.#end && this.#bytes[at] === 0) {
      this.#at = at + 1;
      return;
    }
    this.bad = true;
    while (at < this.#end && this.#bytes[at] !== 0) at += 1;
    this.#at = Math.min(at + 1, this.#end);
  }

  #text(from: number, to: number): string {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, to - from).toString('utf8');
  }

  #slowDecimal(start: number): number {
    let at = start;
    while (at < this.#end && this.#bytes[at] !== 0) at += 1;
    const text = this.#text(start, at);
    this.#close(at);
    if (text === '') return Number.NaN;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) this.bad = true;
    return value === Number.MAX_VALUE || !Number.isFinite(value) ? Number.NaN : value;
  }
}
