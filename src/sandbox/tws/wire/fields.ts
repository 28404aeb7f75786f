import { SERVER_VERSION_MAX } from './versions.ts';

/** A request that cannot be read; the server answers error 320 with this text, as TWS does. */
export class MalformedRequest extends Error {}

/** Doubles that mean "not set", as Java and Python clients write them. */
const UNSET_DOUBLE = Number.MAX_VALUE;
const UNSET_INTEGER = 2_147_483_647;
export const UNSET_DOUBLE_TEXT = '1.7976931348623157E308';
export const UNSET_INTEGER_TEXT = '2147483647';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Reads the fields of one request in order. A missing or ill-formed field throws {@link MalformedRequest} naming it. */
export class FieldReader {
  readonly version: number;
  readonly #fields: readonly string[];
  #next = 0;

  /** `version` is the server version its sender agreed to. */
  constructor(fields: readonly string[], version: number = SERVER_VERSION_MAX) {
    this.#fields = fields;
    this.version = version;
  }

  /** Whether the sender's version has what came with `gate`. */
  since(gate: number): boolean {
    return this.version >= gate;
  }

  /** Leaves out `count` fields where the sender's version has them. */
  skipSince(gate: number, count: number): void {
    if (this.since(gate)) this.skip(count);
  }

  get exhausted(): boolean {
    return this.#next >= this.#fields.length;
  }

  text(name: string): string {
    const field = this.#fields[this.#next++];
    if (field === undefined) throw new MalformedRequest(`field ${this.#next} (${name}) is missing`);
    return field;
  }

  /** Null when empty or the "not set" value. */
  numberOrNull(name: string): number | null {
    const field = this.text(name);
    if (field === '' || field === 'undefined' || field === 'null') return null;
    if (!NUMBER.test(field))
      throw new MalformedRequest(`field ${this.#next} (${name}): expected a number, got '${field}'`);
    const value = Number(field);
    return value === UNSET_DOUBLE || value === UNSET_INTEGER ? null : value;
  }

  /** Empty reads as 0, as in IBKR's own decoders. */
  number(name: string): number {
    return this.numberOrNull(name) ?? 0;
  }

  integer(name: string): number {
    const value = this.number(name);
    if (!Number.isInteger(value)) throw new MalformedRequest(`field ${this.#next} (${name}): expected an integer`);
    return value;
  }

  boolean(name: string): boolean {
    const field = this.text(name);
    return field === '1' || field === 'true';
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.text('unused');
  }
}

/** One message as text: every field closed by NUL. Null and undefined are empty fields, booleans 1 and 0. */
export const message = (...fields: readonly (string | number | boolean | null | undefined)[]): string => {
  let text = '';
  for (const field of fields) {
    text += field === null || field === undefined ? '\0' : `${typeof field === 'boolean' ? Number(field) : field}\0`;
  }
  return text;
};

/** The fields where the version has them, nothing where it has not. */
export const since = (version: number, gate: number, ...fields: readonly (string | number | null)[]): string =>
  version >= gate ? message(...fields) : '';

export const doubleField = (value: number | null): string => (value === null ? UNSET_DOUBLE_TEXT : String(value));

/** Since server version 153 text outside ASCII travels as `\uXXXX`. NUL would end the field, so it never passes. */
export const toAscii7 = (text: string): string =>
  text.replace(/[^ -~\n\r\t]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
