const INVERSE_SQRT_2PI = 0.3989422804014327;

/** Standard normal density. */
export const normalPdf = (x: number): number => INVERSE_SQRT_2PI * Math.exp(-0.5 * x * x);

/** The same beyond 9: Laplace's continued fraction. */
const farTail = (a: number, e: number): number => {
  let fraction = a;
  for (let k = 16; k > 0; k--) fraction = a + k / fraction;
  return (e * INVERSE_SQRT_2PI) / fraction;
};

/**
 * Mass beyond `a` (≥ 0), given `e = exp(-a²/2)` so that callers share the exponential with the density: `e` times a
 * rational approximation (ours: degree 8 over 9, fitted in 60 digits to 1.3e-17) of Mills' ratio up to 9, Laplace's
 * continued fraction beyond. All coefficients are positive: a few ulp of itself however small.
 */
export const upperTail = (a: number, e: number): number => {
  if (a < 9) {
    const p =
      (((((((4.090551429772933e-6 * a + 0.00010594471893149997) * a + 0.0013097756717880252) * a +
        0.010006089246717401) *
        a +
        0.05147658672528248) *
        a +
        0.1827253614571856) *
        a +
        0.439568278705322) *
        a +
        0.6639978143460291) *
        a +
      0.5;
    const q =
      ((((((((1.0253491714288808e-5 * a + 0.0002655640417714608) * a + 0.0032933736548441364) * a +
        0.02534712525728836) *
        a +
        0.13229499837388992) *
        a +
        0.48257905207314944) *
        a +
        1.2243567163464883) *
        a +
        2.075343538725232) *
        a +
        2.125880189494926) *
        a +
      1;
    return (e * p) / q;
  }
  return farTail(a, e);
};

/** Standard normal distribution function; relative error below 1e-14 in the lower tail. */
export const normalCdf = (x: number): number => {
  const a = Math.abs(x);
  const tail = upperTail(a, Math.exp(-0.5 * a * a));
  return x > 0 ? 1 - tail : tail;
};
