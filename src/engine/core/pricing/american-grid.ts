/* A boundary depends on strike and spot by scale alone, so that one per volatility serves every contract of an expiry
 * and side. They are solved on a grid of volatilities, where asked for, and interpolated between. */
export const GRID_PER_OCTAVE = 4;
export const LOWEST_OCTAVE = -10;
const HIGHEST_OCTAVE = 6;
export const GRID = (HIGHEST_OCTAVE - LOWEST_OCTAVE) * GRID_PER_OCTAVE + 1;

/** Decimal per year. */
export const gridVolatility = (j: number): number => 2 ** (j / GRID_PER_OCTAVE + LOWEST_OCTAVE);
