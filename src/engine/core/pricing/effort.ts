/* What pricing has cost, counted in units of work instead of time: whoever shares work out over steps reckons with it, and
 * the same entries do the same work. Totals mean nothing, differences do. */
let solutions = 0;
let points = 0;

/** A boundary solved. */
export const countSolved = (): void => {
  solutions++;
};
/** Points that a premium is summed over. */
export const countPoints = (count: number): void => {
  points += count;
};
/** Boundaries solved in this process. */
export const boundariesSolved = (): number => solutions;

/** As measured by `bench/chain-step.ts`. */
const SOLUTION_NS = 20_000;
const POINT_NS = 60;
/** Nanoseconds spent on early exercise in this process, by that reckoning. */
export const exerciseEffortNs = (): number => solutions * SOLUTION_NS + points * POINT_NS;
