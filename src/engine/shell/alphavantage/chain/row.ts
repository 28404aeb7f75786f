import { type OptionContract, parseContractId } from '../../../core/market/contract.ts';
import type { ContractId } from '../../../core/types.ts';
import { figure } from '../fields.ts';
import { asciiText } from '../json/reader.ts';

/** The columns of figures, in the vendor's names; `strike` belongs to the contract's identity. */
export const FIGURES = [
  'bid',
  'ask',
  'last',
  'volume',
  'open_interest',
  'implied_volatility',
  'delta',
  'gamma',
  'theta',
  'vega',
  'strike',
] as const;
export const STRIKE = FIGURES.indexOf('strike');
const CONTRACT_ID = FIGURES.length;
const SYMBOL = CONTRACT_ID + 1;
const EXPIRATION = CONTRACT_ID + 2;
const TYPE = CONTRACT_ID + 3;
const DATE = CONTRACT_ID + 6;
/** Known and not used. */
const OTHER = CONTRACT_ID + 4;
const UNKNOWN = CONTRACT_ID + 5;

const NAMES: readonly (readonly [string, number])[] = [
  ...FIGURES.map((name, index) => [name, index] as const),
  ['contractID', CONTRACT_ID],
  ['symbol', SYMBOL],
  ['expiration', EXPIRATION],
  ['type', TYPE],
  ['mark', OTHER],
  ['bid_size', OTHER],
  ['ask_size', OTHER],
  ['date', DATE],
  ['rho', OTHER],
];
const WORDS = NAMES.map(([name]) => new TextEncoder().encode(name));
const FIELD_OF_WORD = NAMES.map(([, field]) => field);
const FIELD_OF_NAME: ReadonlyMap<string, number> = new Map(NAMES);

const ABSENT = 0;
export const READ = 1;
export const UNREADABLE = 2;
export const MISSING = 3;

const POWERS = Float64Array.from({ length: 19 }, (_, i) => 10 ** i);
const EXACT_MAX = 2 ** 53;
const OSI_TAIL = 15;

const equals = (bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean => {
  if (end - start !== word.length) return false;
  for (let k = 0; k < word.length; k++) if (bytes[start + k] !== word[k]) return false;
  return true;
};

/** The whole number of `count` digits at `start`; -1 when one of them is none. */
const digits = (bytes: Uint8Array, start: number, count: number): number => {
  let value = 0;
  for (let k = 0; k < count; k++) {
    const digit = (bytes[start + k] as number) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
};

/** `YYYY-MM-DD` as yyyymmdd; 0 when it is none. */
const dayDigits = (bytes: Uint8Array, start: number, end: number): number => {
  if (end - start !== 10 || bytes[start + 4] !== 45 || bytes[start + 7] !== 45) return 0;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  return year < 0 || month < 0 || day < 0 ? 0 : (year * 100 + month) * 100 + day;
};

const CALL = new TextEncoder().encode('call');
const PUT = new TextEncoder().encode('put');

/** One row as it arrives, field by field in any order; the last value of a name counts. Reused for every row. */
export class ChainRowReader {
  /** What was read for each of `FIGURES`. */
  readonly status = new Uint8Array(FIGURES.length);
  readonly value = new Float64Array(FIGURES.length);
  /** OSI symbol, null when it is none. */
  id: ContractId | null = null;
  /** Whole thousandths of the strike and yyyymmdd, as the symbol has them. */
  thousandths = 0;
  expiryDigits = 0;
  isCall = false;
  /** Length of the symbol's root. */
  rootLength = 0;
  symbolIsUnderlying = false;
  /** As the fields say it: yyyymmdd, 0 when it is no such date; 1 call, 0 put, -1 neither. */
  expiration = 0;
  type = -1;
  /** The day that the row is of: yyyymmdd, 0 when it says none. */
  date = 0;
  unknownFields = 0;
  readonly #underlying: string;
  readonly #underlyingBytes: Uint8Array;
  #field = UNKNOWN;
  /** Which word came after which in the last row: vendors write rows alike. */
  readonly #successor = new Uint8Array(NAMES.length + 1);
  #word = NAMES.length;

  constructor(underlying: string) {
    this.#underlying = underlying;
    this.#underlyingBytes = new TextEncoder().encode(underlying);
  }

  begin(): void {
    this.status.fill(MISSING);
    this.id = null;
    this.symbolIsUnderlying = false;
    this.expiration = 0;
    this.date = 0;
    this.type = -1;
    this.#word = NAMES.length;
  }

  key(bytes: Uint8Array, start: number, end: number): void {
    const guess = this.#successor[this.#word] as number;
    const word = equals(bytes, start, end, WORDS[guess] as Uint8Array)
      ? guess
      : WORDS.findIndex((known) => equals(bytes, start, end, known));
    this.#named(word, word < 0 ? UNKNOWN : (FIELD_OF_WORD[word] as number));
  }

  keyText(text: string): void {
    this.#named(-1, FIELD_OF_NAME.get(text) ?? UNKNOWN);
  }

  #named(word: number, field: number): void {
    if (word >= 0) {
      this.#successor[this.#word] = word;
      this.#word = word;
    }
    this.#field = field;
    if (field === UNKNOWN) this.unknownFields += 1;
  }

  string(bytes: Uint8Array, start: number, end: number): void {
    const field = this.#field;
    if (field < CONTRACT_ID) {
      if (!this.#decimal(bytes, start, end, field)) this.text(asciiText(bytes, start, end));
    } else if (field === CONTRACT_ID) {
      if (!this.#plainSymbol(bytes, start, end)) this.text(asciiText(bytes, start, end));
    } else if (field === EXPIRATION) this.expiration = dayDigits(bytes, start, end);
    else if (field === DATE) this.date = dayDigits(bytes, start, end);
    else if (field === SYMBOL) this.symbolIsUnderlying = equals(bytes, start, end, this.#underlyingBytes);
    else if (field === TYPE) this.type = equals(bytes, start, end, CALL) ? 1 : equals(bytes, start, end, PUT) ? 0 : -1;
  }

  text(text: string): void {
    const field = this.#field;
    if (field < CONTRACT_ID) this.#figure(text);
    else if (field === CONTRACT_ID) this.#symbol(parseContractId(text));
    else if (field === EXPIRATION || field === DATE) {
      const bytes = new TextEncoder().encode(text);
      if (field === DATE) this.date = dayDigits(bytes, 0, bytes.length);
      else this.expiration = dayDigits(bytes, 0, bytes.length);
    } else if (field === SYMBOL) this.symbolIsUnderlying = text === this.#underlying;
    else if (field === TYPE) this.type = text === 'call' ? 1 : text === 'put' ? 0 : -1;
  }

  number(value: number): void {
    if (this.#field < CONTRACT_ID) this.#figure(value);
    else this.#noText();
  }

  literal(value: boolean | null): void {
    if (this.#field < CONTRACT_ID) this.#figure(value);
    else this.#noText();
  }

  /** An object or a list where a figure or a text belongs. */
  nested(): void {
    if (this.#field < CONTRACT_ID) this.#figure({});
    else this.#noText();
  }

  #noText(): void {
    if (this.#field === CONTRACT_ID) this.id = null;
    else if (this.#field === EXPIRATION) this.expiration = 0;
    else if (this.#field === DATE) this.date = 0;
    else if (this.#field === SYMBOL) this.symbolIsUnderlying = false;
    else if (this.#field === TYPE) this.type = -1;
  }

  #figure(value: unknown): void {
    let unreadable = false;
    const read = figure(value, () => {
      unreadable = true;
    });
    this.value[this.#field] = read;
    this.status[this.#field] = unreadable ? UNREADABLE : Number.isNaN(read) ? ABSENT : READ;
  }

  /** `-12.345` in so few digits that the division is exact to the last bit (Clinger 1990). False: ask the slow reader. */
  #decimal(bytes: Uint8Array, start: number, end: number, field: number): boolean {
    const negative = bytes[start] === 45;
    let whole = 0;
    let point = -1;
    const first = negative ? start + 1 : start;
    for (let i = first; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte === 46 && point < 0 && i > first) point = i;
      else if (byte >= 48 && byte <= 57) whole = whole * 10 + byte - 48;
      else return false;
    }
    const decimals = point < 0 ? 0 : end - point - 1;
    if (end === first || whole >= EXACT_MAX || decimals > 18) return false;
    const value = decimals === 0 ? whole : whole / (POWERS[decimals] as number);
    this.value[field] = negative ? -value : value;
    this.status[field] = READ;
    return true;
  }

  /** An OSI symbol without padding; false: ask the slow reader. */
  #plainSymbol(bytes: Uint8Array, start: number, end: number): boolean {
    const rootLength = end - start - OSI_TAIL;
    if (rootLength < 1 || rootLength > 6) return false;
    for (let k = 0; k < rootLength; k++) {
      const byte = bytes[start + k] as number;
      if (byte < 65 || byte > 90) return false;
    }
    const tail = start + rootLength;
    const year = digits(bytes, tail, 2);
    const month = digits(bytes, tail + 2, 2);
    const day = digits(bytes, tail + 4, 2);
    const right = bytes[tail + 6];
    const thousandths = digits(bytes, tail + 7, 8);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || thousandths < 0) return false;
    if (right !== 67 && right !== 80) return false;
    this.id = asciiText(bytes, start, end) as ContractId;
    this.rootLength = rootLength;
    this.expiryDigits = ((2000 + year) * 100 + month) * 100 + day;
    this.isCall = right === 67;
    this.thousandths = thousandths;
    return true;
  }

  #symbol(contract: OptionContract | null): void {
    this.id = contract?.id ?? null;
    if (!contract) return;
    this.rootLength = contract.tradingClass.length;
    this.expiryDigits = Number(contract.expiry.replaceAll('-', ''));
    this.isCall = contract.right === 'C';
    this.thousandths = Math.round(contract.strike * 1000);
  }
}
