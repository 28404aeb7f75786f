const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

/** Of the sample: divided by n - 1. */
export const varianceOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
};

/** Standard error of the mean of independent values. */
export const standardErrorOf = (values: readonly number[]): number => Math.sqrt(varianceOf(values) / values.length);

export const autocorrelationOf = (values: readonly number[], lag: number): number => {
  const mean = meanOf(values);
  let shared = 0;
  for (let i = lag; i < values.length; i++)
    shared += ((values[i] as number) - mean) * ((values[i - lag] as number) - mean);
  return shared / sumOf(values.map((value) => (value - mean) ** 2));
};

export const correlationOf = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [meanOf(x), meanOf(y)];
  const shared = sumOf(x.map((value, i) => (value - mx) * ((y[i] as number) - my)));
  return shared / Math.sqrt(sumOf(x.map((value) => (value - mx) ** 2)) * sumOf(y.map((value) => (value - my) ** 2)));
};

/** Fourth moment over the squared variance: 3 for a normal distribution. */
export const kurtosisOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  const fourth = meanOf(values.map((value) => (value - mean) ** 4));
  return fourth / meanOf(values.map((value) => (value - mean) ** 2)) ** 2;
};
