const INVERSE_SQRT_2PI = 0.3989422804014327;

/** Standard normal density. */
export const normalPdf = (x: number): number => INVERSE_SQRT_2PI * Math.exp(-0.5 * x * x);

/**
 * Mass beyond `a` (≥ 0), given `e = exp(-a²/2)` so that callers share the exponential with the density.
 * Hart (1968) algorithm 5666 as published by West, "Better approximations to cumulative normal functions" (2005);
 * continued fraction beyond 7.07. Within 3e-9 of itself however small.
 */
export const upperTail = (a: number, e: number): number => {
  if (a < 7.07106781186547) {
    const p =
      (((((3.52624965998911e-2 * a + 0.700383064443688) * a + 6.37396220353165) * a + 33.912866078383) * a +
        112.079291497871) *
        a +
        221.213596169931) *
        a +
      220.206867912376;
    const q =
      ((((((8.83883476483184e-2 * a + 1.75566716318264) * a + 16.064177579207) * a + 86.7807322029461) * a +
        296.564248779674) *
        a +
        637.333633378831) *
        a +
        793.826512519948) *
        a +
      440.413735824752;
    return (e * p) / q;
  }
  return (e * INVERSE_SQRT_2PI) / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 5 / (a + 6 / (a + 0.65)))))));
};

/** Standard normal distribution function; absolute error below 1e-15, relative error in the lower tail below 3e-9. */
export const normalCdf = (x: number): number => {
  const a = Math.abs(x);
  const tail = upperTail(a, Math.exp(-0.5 * a * a));
  return x > 0 ? 1 - tail : tail;
};
