export type ExerciseStyle = 'european' | 'american';

/** Roots of options that are exercised at expiry alone: Cboe's and Nasdaq's cash-settled index products. */
const EUROPEAN_ROOTS: ReadonlySet<string> = new Set([
  'SPX',
  'SPXW',
  'XSP',
  'XSPW',
  'NANOS',
  'NDX',
  'NDXP',
  'XND',
  'RUT',
  'RUTW',
  'MRUT',
  'VIX',
  'VIXW',
  'DJX',
  'XEO',
]);

/** By OSI root. Stocks and funds (SPY, QQQ, …) can be exercised any day. OEX alone is an American index. */
export const exerciseStyleOf = (root: string): ExerciseStyle => (EUROPEAN_ROOTS.has(root) ? 'european' : 'american');
