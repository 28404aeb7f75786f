import { settlesAm } from '../../../core/market/calendar.ts';
import type { ChainColumns } from '../../../core/market/chain.ts';
import { parseContractId } from '../../../core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../../../core/types.ts';
import { type ChainRowReader, FIGURES, MISSING, READ, STRIKE, UNREADABLE } from './row.ts';

/** What contracts of one root and expiry have in common. */
interface Series {
  /** Ticker of the underlying. */
  readonly underlying: string;
  readonly expiry: SessionDate;
  readonly isRealDate: boolean;
  readonly settlesAm: 0 | 1;
  /** Index into the expiries in order of appearance, once a row was taken; else -1. */
  slot: number;
}

const [BID, ASK, LAST, VOLUME, OPEN_INTEREST, IMPLIED_VOLATILITY, DELTA, GAMMA, THETA, VEGA] = FIGURES.keys();
const MAY_BE_NEGATIVE: ReadonlySet<number | undefined> = new Set([DELTA, THETA]);
const SIGNED = Uint8Array.from(FIGURES, (_, index) => (MAY_BE_NEGATIVE.has(index) ? 1 : 0));
const ROWS_AT_FIRST = 4_096;
/** A dropout blanks a whole chain: a handful of far contracts may well be worth nothing. */
const DROPOUT_ROWS_MIN = 10;
const GREEKS = [DELTA, GAMMA, VEGA] as const;

const isRealDate = (date: string): boolean => {
  try {
    return Temporal.PlainDate.from(date).toString() === date;
  } catch {
    return false;
  }
};

const longer = (column: Float64Array, capacity: number): Float64Array<ArrayBuffer> => {
  const grown = new Float64Array(capacity);
  grown.set(column);
  return grown;
};

/** Rows of one chain, gathered one by one. */
export class ChainGatherer {
  readonly rejected: Record<string, number> = {};
  /** Rows that were offered, taken or not. */
  offered = 0;
  readonly #underlying: string;
  #rowCount = 0;
  #capacity = ROWS_AT_FIRST;
  #columns = FIGURES.map(() => new Float64Array(ROWS_AT_FIRST));
  #slots = new Uint16Array(ROWS_AT_FIRST);
  #settlesAm = new Uint8Array(ROWS_AT_FIRST);
  #isCall = new Uint8Array(ROWS_AT_FIRST);
  readonly #ids: ContractId[] = [];
  readonly #known = new Set<ContractId>();
  readonly #series = new Map<string, Series>();
  readonly #expiries: SessionDate[] = [];
  readonly #slotOf = new Map<SessionDate, number>();
  /** Taken rows that had the field at all. */
  readonly #present = new Uint32Array(FIGURES.length);
  #greeks: 'none' | 'zero' | 'some' = 'none';

  constructor(underlying: string) {
    this.#underlying = underlying;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  #count(reason: string): void {
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
  }

  /** A row that is not even looked at. */
  leaveOut(reason: string): void {
    this.offered += 1;
    this.#count(reason);
  }

  /** Takes the row, or counts why not. */
  add(row: ChainRowReader): void {
    this.offered += 1;
    const series = row.id === null ? null : this.#seriesOf(row.id, row.rootLength);
    if (row.id === null || !series?.isRealDate) this.#count('bad-contract-id');
    else {
      const doubt = this.#doubt(row, series);
      if (doubt !== null) this.#count(doubt);
      else this.#take(row, row.id, series);
    }
  }

  /** Fields that no taken row had. */
  missingColumns(): readonly string[] {
    return FIGURES.filter((_, index) => this.#present[index] === 0);
  }

  #seriesOf(id: ContractId, rootLength: number): Series {
    const name = id.slice(0, rootLength + 6);
    const known = this.#series.get(name);
    if (known) return known;
    const contract = parseContractId(id);
    if (!contract) throw new Error(`alphavantage: ${id} was read as a contract and is none`);
    const { underlying, expiry, tradingClass } = contract;
    const real = isRealDate(expiry);
    const am = real && settlesAm(tradingClass, expiry) ? 1 : 0;
    const series: Series = { underlying, expiry, isRealDate: real, settlesAm: am, slot: -1 };
    this.#series.set(name, series);
    return series;
  }

  #doubt(row: ChainRowReader, series: Series): string | null {
    if (series.underlying !== this.#underlying && !row.symbolIsUnderlying) return 'other-underlying';
    if (row.expiration !== row.expiryDigits) return 'expiration-disagrees';
    if (row.status[STRIKE] !== READ || row.value[STRIKE] !== row.thousandths / 1000) return 'strike-disagrees';
    if (row.type !== (row.isCall ? 1 : 0)) return 'type-disagrees';
    return this.#known.has(row.id as ContractId) ? 'duplicate' : null;
  }

  #take(row: ChainRowReader, id: ContractId, series: Series): void {
    const i = this.#rowCount;
    if (i === this.#capacity) this.#grow();
    this.#rowCount += 1;
    this.#known.add(id);
    this.#ids.push(id);
    if (series.slot < 0) series.slot = this.#slotFor(series.expiry);
    this.#slots[i] = series.slot;
    this.#settlesAm[i] = series.settlesAm;
    this.#isCall[i] = row.isCall ? 1 : 0;
    for (let f = 0; f < FIGURES.length; f++) this.#column(f)[i] = this.#figure(row, f);
    const delta = this.#column(DELTA);
    if (Math.abs(delta[i] as number) > 1) {
      this.#count('delta-out-of-range');
      delta[i] = Number.NaN;
    }
    if ((this.#column(BID)[i] as number) > (this.#column(ASK)[i] as number)) {
      this.#count('crossed-quote');
      this.#column(BID)[i] = Number.NaN;
      this.#column(ASK)[i] = Number.NaN;
    }
    if (this.#greeks !== 'some') this.#watchGreeks(i);
  }

  #column(field: number | undefined): Float64Array {
    return this.#columns[field as number] as Float64Array;
  }

  #figure(row: ChainRowReader, field: number): number {
    const status = row.status[field];
    if (status === MISSING) {
      this.#count('missing-field');
      return Number.NaN;
    }
    (this.#present[field] as number)++;
    if (status === READ) {
      const value = row.value[field] as number;
      if (value >= 0 || SIGNED[field] === 1) return value;
      this.#count('negative-value');
    } else if (status === UNREADABLE) this.#count('unreadable-number');
    return Number.NaN;
  }

  #watchGreeks(i: number): void {
    for (const field of GREEKS) {
      const value = this.#column(field)[i] as number;
      if (value === 0 && this.#greeks === 'none') this.#greeks = 'zero';
      else if (value !== 0 && !Number.isNaN(value)) this.#greeks = 'some';
    }
  }

  #slotFor(expiry: SessionDate): number {
    const known = this.#slotOf.get(expiry);
    if (known !== undefined) return known;
    this.#slotOf.set(expiry, this.#expiries.length);
    return this.#expiries.push(expiry) - 1;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns = this.#columns.map((column) => longer(column, this.#capacity));
    const slots = this.#slots;
    this.#slots = new Uint16Array(this.#capacity);
    this.#slots.set(slots);
    const [am, call] = [this.#settlesAm, this.#isCall];
    this.#settlesAm = new Uint8Array(this.#capacity);
    this.#settlesAm.set(am);
    this.#isCall = new Uint8Array(this.#capacity);
    this.#isCall.set(call);
  }

  /** Greeks that are zero in every row are a vendor's gap, not a market without any. */
  #blankDropout(): void {
    const rows = this.#rowCount;
    if (this.#greeks !== 'zero' || rows < DROPOUT_ROWS_MIN) return;
    this.rejected['greeks-dropout'] = rows;
    for (const field of [DELTA, GAMMA, THETA, VEGA]) this.#column(field).fill(Number.NaN);
    const volatility = this.#column(IMPLIED_VOLATILITY);
    for (let i = 0; i < rows; i++) if (volatility[i] === 0) volatility[i] = Number.NaN;
  }

  /** The columns, cut to size. */
  finish(receivedAt: Instant): ChainColumns {
    this.#blankDropout();
    const rows = this.#rowCount;
    const expiries = [...this.#expiries].sort();
    const rank = Uint16Array.from(this.#expiries, (expiry) => expiries.indexOf(expiry));
    const expiryIndex = this.#slots.slice(0, rows);
    for (let i = 0; i < rows; i++) expiryIndex[i] = rank[expiryIndex[i] as number] as number;
    const column = (field: number | undefined): Float64Array => this.#column(field).slice(0, rows);
    return {
      underlying: this.#underlying,
      receivedAt,
      vendor: 'alphavantage',
      rowCount: rows,
      contractIds: this.#ids,
      expiries,
      expiryIndex,
      settlesAm: this.#settlesAm.slice(0, rows),
      isCall: this.#isCall.slice(0, rows),
      strike: column(STRIKE),
      bid: column(BID),
      ask: column(ASK),
      last: column(LAST),
      volume: column(VOLUME),
      openInterest: column(OPEN_INTEREST),
      impliedVolatility: column(IMPLIED_VOLATILITY),
      delta: column(DELTA),
      gamma: column(GAMMA),
      thetaPerDay: column(THETA),
      vegaPerPoint: column(VEGA),
      rejected: this.rejected,
    };
  }
}
