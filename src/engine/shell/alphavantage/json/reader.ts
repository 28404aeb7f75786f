/** What a document holds, in its order. Texts without escapes and beyond ASCII come as bytes, others decoded. */
export interface JsonHandler {
  openObject(): void;
  closeObject(): void;
  openArray(): void;
  closeArray(): void;
  /** A key, `bytes` from `start` up to `end`, without its quotes. The bytes may change after the call. */
  key(bytes: Uint8Array, start: number, end: number): void;
  keyText(text: string): void;
  string(bytes: Uint8Array, start: number, end: number): void;
  stringText(text: string): void;
  number(bytes: Uint8Array, start: number, end: number): void;
  literal(value: boolean | null): void;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** What may come next. */
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY_OR_END = 2;
const KEY = 3;
const BEFORE_COLON = 4;
const AFTER_VALUE = 5;
const DONE = 6;

const DEPTH_MAX = 256;
/** Longer texts than this are no answer of a market-data vendor. */
const TOKEN_BYTES_MAX = 1 << 20;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const NOTHING = new Uint8Array(0);

const LITERALS: readonly (readonly [Uint8Array, boolean | null])[] = (
  [
    ['true', true],
    ['false', false],
    ['null', null],
  ] as const
).map(([word, value]) => [new TextEncoder().encode(word), value]);

const isSpace = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;
const continuesNumber = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || byte === 46 || byte === 45 || byte === 43 || byte === 101 || byte === 69;

export const asciiText = (bytes: Uint8Array, start: number, end: number): string => {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
};

/**
 * Reads one JSON document (RFC 8259) from pieces of any size, without ever holding all of it: what breaks off at the end
 * of a piece is carried to the next. Accepts what `JSON.parse` accepts, and refuses bytes that are not UTF-8.
 */
export class JsonReader {
  readonly #handler: JsonHandler;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** 1 for each open object, 0 for each open array. */
  readonly #open = new Uint8Array(DEPTH_MAX);
  #depth = 0;
  #expects = VALUE;
  #carried: Uint8Array = NOTHING;
  #markPassed = false;
  #first = -1;
  #passed = 0;
  #problem: string | null = null;

  constructor(handler: JsonHandler) {
    this.#handler = handler;
  }

  /** Takes the next piece; its bytes are free again afterwards. */
  push(piece: Uint8Array): void {
    if (this.#problem !== null || piece.length === 0) return;
    let from = 0;
    if (this.#carried.length > 0) {
      from = this.#finishCarried(piece);
      if (from < 0) return;
    }
    const used = this.#run(piece, from, piece.length, false);
    if (this.#problem === null && used < piece.length) this.#carry(piece.slice(used));
    this.#passed += piece.length;
  }

  /** Null when the document is whole; else what is wrong with it, and whether it began as an object or a list. */
  end(): { readonly problem: string; readonly beganAsJson: boolean } | null {
    const length = this.#passed;
    // A number alone ends where anything follows.
    if (this.#carried.length > 0) this.push(new Uint8Array([32]));
    if (this.#problem === null && this.#expects !== DONE)
      this.#problem = this.#first < 0 ? 'the answer is empty' : `the answer breaks off after ${length} bytes`;
    if (this.#problem === null) return null;
    return { problem: this.#problem, beganAsJson: this.#first === OPEN_OBJECT || this.#first === OPEN_ARRAY };
  }

  /** Completes the carried token with the head of `piece`; returns where the piece goes on, -1 when it is used up. */
  #finishCarried(piece: Uint8Array): number {
    const before = this.#carried.length;
    for (let take = 64; ; take *= 4) {
      const head = piece.subarray(0, take);
      const joined = new Uint8Array(before + head.length);
      joined.set(this.#carried);
      joined.set(head, before);
      const used = this.#run(joined, 0, joined.length, true);
      if (this.#problem !== null) return -1;
      if (used > 0) {
        this.#carried = NOTHING;
        return used - before;
      }
      if (take < piece.length) continue;
      this.#passed += piece.length;
      this.#carry(joined);
      return -1;
    }
  }

  #carry(bytes: Uint8Array): void {
    this.#carried = bytes;
    if (bytes.length > TOKEN_BYTES_MAX) this.#fail(`a text is longer than ${TOKEN_BYTES_MAX} bytes`);
  }

  #fail(problem: string): number {
    this.#problem ??= problem;
    return -1;
  }

  /** Reads tokens from `i` on, one only if `once`. Returns behind the last token that was whole. */
  #run(bytes: Uint8Array, from: number, end: number, once: boolean): number {
    let i = from;
    while (i < end) {
      const byte = bytes[i] as number;
      if (isSpace(byte)) {
        i++;
        continue;
      }
      let next: number;
      if (byte === QUOTE) next = this.#text(bytes, i, end);
      else if (byte === COMMA || byte === COLON) next = this.#separator(byte, i);
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) next = this.#begin(byte, i);
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) next = this.#close(byte, i);
      else next = this.#word(bytes, byte, i, end);
      if (this.#problem !== null) return end;
      if (next < 0) return i;
      i = next;
      if (once) return i;
    }
    return i;
  }

  #unexpected(byte: number): number {
    if (this.#first < 0) this.#first = byte;
    const what = byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
    return this.#fail(`the answer is no JSON: ${what} within ${this.#passed} and the next bytes`);
  }

  #mayBeValue(byte: number): boolean {
    if (this.#expects !== VALUE && this.#expects !== VALUE_OR_END) return false;
    if (this.#first < 0) this.#first = byte;
    return true;
  }

  #valueEnded(): void {
    this.#expects = this.#depth === 0 ? DONE : AFTER_VALUE;
  }

  #separator(byte: number, i: number): number {
    if (byte === COLON && this.#expects === BEFORE_COLON) this.#expects = VALUE;
    else if (byte === COMMA && this.#expects === AFTER_VALUE) this.#expects = this.#open[this.#depth - 1] ? KEY : VALUE;
    else return this.#unexpected(byte);
    return i + 1;
  }

  #begin(byte: number, i: number): number {
    if (!this.#mayBeValue(byte)) return this.#unexpected(byte);
    if (this.#depth === DEPTH_MAX) return this.#fail(`nested deeper than ${DEPTH_MAX}`);
    const isObject = byte === OPEN_OBJECT;
    this.#open[this.#depth++] = isObject ? 1 : 0;
    this.#expects = isObject ? KEY_OR_END : VALUE_OR_END;
    if (isObject) this.#handler.openObject();
    else this.#handler.openArray();
    return i + 1;
  }

  #close(byte: number, i: number): number {
    const isObject = byte === CLOSE_OBJECT;
    const empty = this.#expects === (isObject ? KEY_OR_END : VALUE_OR_END);
    const matches = this.#depth > 0 && this.#open[this.#depth - 1] === (isObject ? 1 : 0);
    if (!matches || !(empty || this.#expects === AFTER_VALUE)) return this.#unexpected(byte);
    this.#depth -= 1;
    this.#valueEnded();
    if (isObject) this.#handler.closeObject();
    else this.#handler.closeArray();
    return i + 1;
  }

  /** A key or a string. -1 when it does not end in these bytes. */
  #text(bytes: Uint8Array, from: number, end: number): number {
    const isKey = this.#expects === KEY || this.#expects === KEY_OR_END;
    if (!isKey && !this.#mayBeValue(QUOTE)) return this.#unexpected(QUOTE);
    let i = from + 1;
    let plain = true;
    for (; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) break;
      if (byte < 32) return this.#unexpected(byte);
      if (byte === BACKSLASH) {
        plain = false;
        i++;
      } else if (byte > 126) plain = false;
    }
    if (i >= end) return -1;
    if (isKey) this.#expects = BEFORE_COLON;
    else this.#valueEnded();
    if (!plain) return this.#decoded(bytes, from, i + 1, isKey);
    if (isKey) this.#handler.key(bytes, from + 1, i);
    else this.#handler.string(bytes, from + 1, i);
    return i + 1;
  }

  #decoded(bytes: Uint8Array, from: number, end: number, isKey: boolean): number {
    let text: unknown;
    try {
      text = JSON.parse(this.#decoder.decode(bytes.subarray(from, end)));
    } catch {
      return this.#fail('a text holds a broken escape or is not UTF-8');
    }
    if (isKey) this.#handler.keyText(String(text));
    else this.#handler.stringText(String(text));
    return end;
  }

  #word(bytes: Uint8Array, byte: number, from: number, end: number): number {
    if (byte === BYTE_ORDER_MARK[0] && this.#first < 0 && !this.#markPassed) return this.#mark(bytes, from, end);
    if (!this.#mayBeValue(byte)) return this.#unexpected(byte);
    if (byte === 45 || (byte >= 48 && byte <= 57)) return this.#number(bytes, from, end);
    for (const [word, value] of LITERALS) {
      if (word[0] !== byte) continue;
      for (let k = 1; k < word.length; k++) {
        if (from + k >= end) return -1;
        if (bytes[from + k] !== word[k]) return this.#unexpected(bytes[from + k] as number);
      }
      this.#valueEnded();
      this.#handler.literal(value);
      return from + word.length;
    }
    return this.#unexpected(byte);
  }

  #number(bytes: Uint8Array, from: number, end: number): number {
    let i = from + 1;
    while (i < end && continuesNumber(bytes[i] as number)) i++;
    if (i === end) return -1;
    if (!NUMBER.test(asciiText(bytes, from, i))) return this.#unexpected(bytes[from] as number);
    this.#valueEnded();
    this.#handler.number(bytes, from, i);
    return i;
  }

  /** A byte order mark is passed over, at the very start alone. */
  #mark(bytes: Uint8Array, from: number, end: number): number {
    const atStart = from === 0 && this.#passed === this.#carried.length;
    if (!atStart) return this.#unexpected(bytes[from] as number);
    for (let k = 1; k < 3; k++) {
      if (from + k >= end) return -1;
      if (bytes[from + k] !== BYTE_ORDER_MARK[k]) return this.#unexpected(bytes[from] as number);
    }
    this.#markPassed = true;
    return from + 3;
  }
}
