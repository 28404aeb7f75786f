import type { ForecastRecord } from './forecast-record.ts';

/** One forecast for the ledger: what was foretold, when, and what came. Null is absent; a settled one without truth is void. */
export interface ToldForecast {
  readonly madeAt: number;
  readonly dueAt: number;
  readonly value: number;
  readonly naive: number;
  readonly level: number | null;
  readonly truth: number | null;
}

interface Counts {
  readonly logged: number;
  readonly settled: number;
  readonly scored: number;
  readonly voided: number;
  readonly lastScoredAt: number | null;
}

/** What has changed in a record since it was told last. Plain JSON. */
export interface RecordNews extends Counts {
  readonly waiting: readonly ToldForecast[];
  readonly settledNow: readonly ToldForecast[];
}

/** Value, naive, level, truth. */
type ScoredRow = readonly [number, number, number | null, number];

/** A record as it outlives a run. Plain JSON. */
export interface KeptRecord extends Counts {
  readonly waiting: readonly ToldForecast[];
  /** The last scored ones, oldest first. */
  readonly rows: readonly ScoredRow[];
  /** When the newest forecast was made; null before the first. */
  readonly madeAt: number | null;
}

/** As many as any record looks back over. */
const ROWS_MAX = 512;

export const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;
export const orNaN = (value: number | null | undefined): number => value ?? Number.NaN;

const toldAt = (record: ForecastRecord, index: number): ToldForecast => {
  const slot = index % record.capacity;
  return {
    madeAt: record.pendingMadeAt[slot] ?? Number.NaN,
    dueAt: record.pendingDueAt[slot] ?? Number.NaN,
    value: record.pendingValue[slot] ?? Number.NaN,
    naive: record.pendingNaive[slot] ?? Number.NaN,
    level: orNull(record.pendingLevel[slot]),
    truth: index < record.settled ? orNull(record.pendingTruth[slot]) : null,
  };
};

const toldBetween = (record: ForecastRecord, from: number, to: number): ToldForecast[] => {
  const told: ToldForecast[] = [];
  // What is older than the ring has been written over.
  for (let index = Math.max(from, record.logged - record.capacity); index < to; index++)
    told.push(toldAt(record, index));
  return told;
};

/** Null when nothing was logged or settled since; what is told is told once. */
export const takeRecordNews = (record: ForecastRecord): RecordNews | null => {
  const { logged, settled, scored, voided, lastScoredAt, toldLogged, toldSettled } = record;
  if (logged === toldLogged && settled === toldSettled) return null;
  const news = {
    logged,
    settled,
    scored,
    voided,
    lastScoredAt: orNull(lastScoredAt),
    waiting: toldBetween(record, settled, logged),
    settledNow: toldBetween(record, toldSettled, settled),
  };
  record.toldLogged = logged;
  record.toldSettled = settled;
  return news;
};

/** What is kept of a record once it has told its news. */
export const foldRecordNews = (kept: KeptRecord | null, news: RecordNews): KeptRecord => {
  const { waiting, settledNow, ...counts } = news;
  const rows = settledNow.flatMap(({ value, naive, level, truth }): ScoredRow[] =>
    truth === null ? [] : [[value, naive, level, truth]],
  );
  const newest = waiting.at(-1) ?? settledNow.at(-1);
  return {
    ...counts,
    waiting,
    rows: [...(kept?.rows ?? []), ...rows].slice(-ROWS_MAX),
    madeAt: newest?.madeAt ?? kept?.madeAt ?? null,
  };
};

/**
 * Puts a kept record into a new one. What waited goes on waiting where its truth can still be told (`canWait`), else it is
 * void: told, and counted, as any other. A record that does not fit begins anew.
 */
export const restoreRecord = (record: ForecastRecord, kept: KeptRecord, canWait: boolean): void => {
  const { capacity } = record;
  const sample = Math.min(kept.scored, capacity);
  const { rows, waiting } = kept;
  if (rows.length < sample || waiting.length !== kept.logged - kept.settled || waiting.length > capacity) return;
  record.logged = record.toldLogged = kept.logged;
  record.settled = record.toldSettled = kept.settled;
  record.scored = kept.scored;
  record.voided = kept.voided;
  record.lastScoredAt = orNaN(kept.lastScoredAt);
  rows.slice(rows.length - sample).forEach(([value, naive, level, truth], i) => {
    const slot = (kept.scored - sample + i) % capacity;
    record.scoredValue[slot] = value;
    record.scoredNaive[slot] = naive;
    record.scoredLevel[slot] = orNaN(level);
    record.scoredTruth[slot] = truth;
  });
  waiting.forEach((forecast, i) => {
    const slot = (kept.settled + i) % capacity;
    record.pendingMadeAt[slot] = forecast.madeAt;
    record.pendingDueAt[slot] = forecast.dueAt;
    record.pendingValue[slot] = forecast.value;
    record.pendingNaive[slot] = forecast.naive;
    record.pendingLevel[slot] = orNaN(forecast.level);
    record.pendingTruth[slot] = Number.NaN;
  });
  if (canWait) return;
  record.settled = kept.logged;
  record.voided += waiting.length;
};
