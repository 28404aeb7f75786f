import type { Instant } from '../types.ts';
import type { Figure } from '../view.ts';

export const absent = (reason: string): Figure => ({ value: null, reason });

/** A figure that came out of all numbers has left what any market can mean. */
export const figureOf = (value: number, asOf: Instant): Figure =>
  Number.isFinite(value) ? { value, asOf } : absent('not-finite');

export interface Levels {
  readonly callWall: Figure;
  readonly putWall: Figure;
  readonly absolute: Figure;
}

/** Lowest strike on ties. */
export const levelsOf = (strikes: Float64Array, calls: Float64Array, puts: Float64Array, asOf: Instant): Levels => {
  let call = -1;
  let put = -1;
  let both = -1;
  for (let j = 0; j < strikes.length; j++) {
    const c = calls[j] as number;
    const p = puts[j] as number;
    if (c > (call < 0 ? 0 : (calls[call] as number))) call = j;
    if (p < (put < 0 ? 0 : (puts[put] as number))) put = j;
    if (c - p > (both < 0 ? 0 : (calls[both] as number) - (puts[both] as number))) both = j;
  }
  const at = (j: number, reason: string): Figure => (j < 0 ? absent(reason) : { value: strikes[j] as number, asOf });
  return {
    callWall: at(call, 'no-call-gamma'),
    putWall: at(put, 'no-put-gamma'),
    absolute: at(both, 'no-gamma'),
  };
};
export const absentLevels = (reason: string): Levels => ({
  callWall: absent(reason),
  putWall: absent(reason),
  absolute: absent(reason),
});
