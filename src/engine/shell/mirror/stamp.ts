import type { Stamp } from '../../ports/store.ts';

/** What the mirror knows of time at one pulse: the market's now, the wall's, and how fast the one runs by the other. */
export interface Moment {
  readonly marketAt: number;
  readonly wallNow: number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
}

/** When facts of that market instant held by the wall: ages are judged there, at whatever speed the market runs. */
export const stampOf = (moment: Moment, sourceTs: number): Stamp => ({
  sourceTs,
  wallTs: moment.wallNow - (moment.marketAt - sourceTs) / moment.speed,
});

export const stampNow = (moment: Moment): Stamp => ({ sourceTs: moment.marketAt, wallTs: moment.wallNow });
