import type { SessionDate } from '../types.ts';

/** Shares of an index, with the day they were those of. Weights drift with prices: an old table is a worse one. */
export interface IndexWeights {
  readonly asOf: SessionDate;
  readonly source: string;
  /** 0 … 1, by ticker. */
  readonly weights: Readonly<Record<string, number>>;
}

/**
 * The seven largest names of the S&P 500. Both of Alphabet's classes are under GOOGL: one company, one volatility.
 * Extend by replacing the table as a whole, with the new day.
 */
export const SP500_WEIGHTS: IndexWeights = Object.freeze({
  asOf: '2025-09-24' as SessionDate,
  source: 'Holdings of the SPDR Portfolio S&P 500 ETF (SPLG) as published by TIKR on 24 September 2025',
  weights: Object.freeze({
    AAPL: 0.0664,
    AMZN: 0.0386,
    GOOGL: 0.0257 + 0.0206,
    META: 0.029,
    MSFT: 0.0668,
    NVDA: 0.0783,
    TSLA: 0.0213,
  }),
});

const DAY_MS = 86_400_000;
/** Rebalanced every quarter: up to then a table is as good as new. */
const FRESH_DAYS = 92;
/** After so many more days nothing is left of it. */
const FADING_DAYS = 3 * 365;

/** How far a table of that day can still be believed, 1 … 0; a day to come is not believed at all. */
export const weightsConfidence = ({ asOf }: Pick<IndexWeights, 'asOf'>, at: number): number => {
  const days = (at - Temporal.PlainDate.from(asOf).toZonedDateTime('America/New_York').epochMilliseconds) / DAY_MS;
  if (!(days >= 0)) return 0;
  return Math.max(0, Math.min(1, 1 - (days - FRESH_DAYS) / FADING_DAYS));
};
