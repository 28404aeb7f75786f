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
  /** Strikes in thousandths, twice, and one more for a call: what was taken. */
  readonly taken: Set<number>;
}

/** Rows are gathered in blocks of so many: a growing array would be copied in one long turn. */
const BLOCK_ROWS = 4_096;

interface Block {
  readonly columns: readonly Float64Array[];
  readonly slots: Uint16Array;
  readonly settlesAm: Uint8Array;
  readonly isCall: Uint8Array;
}

const newBlock = (): Block => ({
  columns: FIGURES.map(() => new Float64Array(BLOCK_ROWS)),
  slots: new Uint16Array(BLOCK_ROWS),
  settlesAm: new Uint8Array(BLOCK_ROWS),
  isCall: new Uint8Array(BLOCK_ROWS),
});

const [BID, ASK, LAST, VOLUME, OPEN_INTEREST, IMPLIED_VOLATILITY, DELTA, GAMMA, THETA, VEGA] = FIGURES.keys();
const MAY_BE_NEGATIVE: ReadonlySet<number | undefined> = new Set([DELTA, THETA]);
const SIGNED = Uint8Array.from(FIGURES, (_, index) => (MAY_BE_NEGATIVE.has(index) ? 1 : 0));
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

/** The first `rows` values of the blocks' columns, in one. */
const joined = <T extends Float64Array | Uint16Array | Uint8Array>(into: T, blocks: readonly T[], rows: number): T => {
  blocks.forEach((block, i) => {
    const from = i * BLOCK_ROWS;
    into.set(block.subarray(0, Math.min(BLOCK_ROWS, rows - from)), from);
  });
  return into;
};

/** Within its series. */
const identityOf = (row: ChainRowReader): number => row.thousandths * 2 + (row.isCall ? 1 : 0);

/** Rows of one chain, gathered one by one. */
export class ChainGatherer {
  readonly rejected: Record<string, number> = {};
  /** Rows that were offered, taken or not. */
  offered = 0;
  readonly #underlying: string;
  #rowCount = 0;
  readonly #blocks: Block[] = [];
  #block: Block = newBlock();
  readonly #ids: ContractId[] = [];
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
    const series: Series = { underlying, expiry, isRealDate: real, settlesAm: am, slot: -1, taken: new Set() };
    this.#series.set(name, series);
    return series;
  }

  #doubt(row: ChainRowReader, series: Series): string | null {
    if (series.underlying !== this.#underlying && !row.symbolIsUnderlying) return 'other-underlying';
    if (row.expiration !== row.expiryDigits) return 'expiration-disagrees';
    if (row.status[STRIKE] !== READ || row.value[STRIKE] !== row.thousandths / 1000) return 'strike-disagrees';
    if (row.type !== (row.isCall ? 1 : 0)) return 'type-disagrees';
    return series.taken.has(identityOf(row)) ? 'duplicate' : null;
  }

  #take(row: ChainRowReader, id: ContractId, series: Series): void {
    const i = this.#rowCount % BLOCK_ROWS;
    if (i === 0) {
      this.#block = newBlock();
      this.#blocks.push(this.#block);
    }
    this.#rowCount += 1;
    series.taken.add(identityOf(row));
    this.#ids.push(id);
    if (series.slot < 0) series.slot = this.#slotFor(series.expiry);
    this.#block.slots[i] = series.slot;
    this.#block.settlesAm[i] = series.settlesAm;
    this.#block.isCall[i] = row.isCall ? 1 : 0;
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
    return this.#block.columns[field as number] as Float64Array;
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

  /** Greeks that are zero in every row are a vendor's gap, not a market without any. */
  #blankDropout(columns: readonly Float64Array[]): void {
    if (this.#greeks !== 'zero' || this.#rowCount < DROPOUT_ROWS_MIN) return;
    this.rejected['greeks-dropout'] = this.#rowCount;
    for (const field of [DELTA, GAMMA, THETA, VEGA]) columns[field as number]?.fill(Number.NaN);
    const volatility = columns[IMPLIED_VOLATILITY as number] ?? new Float64Array(0);
    for (let i = 0; i < volatility.length; i++) if (volatility[i] === 0) volatility[i] = Number.NaN;
  }

  /** The columns, cut to size. */
  finish(receivedAt: Instant): ChainColumns {
    const rows = this.#rowCount;
    const blocks = this.#blocks;
    const columns = FIGURES.map((_, field) =>
      joined(
        new Float64Array(rows),
        blocks.map((block) => block.columns[field] as Float64Array),
        rows,
      ),
    );
    this.#blankDropout(columns);
    const expiries = [...this.#expiries].sort();
    const rank = Uint16Array.from(this.#expiries, (expiry) => expiries.indexOf(expiry));
    const expiryIndex = joined(
      new Uint16Array(rows),
      blocks.map(({ slots }) => slots),
      rows,
    );
    for (let i = 0; i < rows; i++) expiryIndex[i] = rank[expiryIndex[i] as number] as number;
    const column = (field: number | undefined): Float64Array => columns[field as number] as Float64Array;
    return {
      underlying: this.#underlying,
      receivedAt,
      vendor: 'alphavantage',
      rowCount: rows,
      contractIds: this.#ids,
      expiries,
      expiryIndex,
      settlesAm: joined(
        new Uint8Array(rows),
        blocks.map((block) => block.settlesAm),
        rows,
      ),
      isCall: joined(
        new Uint8Array(rows),
        blocks.map((block) => block.isCall),
        rows,
      ),
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
