/** How many figures an imbalance is foretold from. */
export const RIDGE_DIMS = 3;

/**
 * Least squares drawn to `prior` as if it had been seen in `strength` cases: with none learnt it is the prior, with many
 * the data. `products` is Σ x xᵀ (row by row) and `targets` Σ x y; one addition per session.
 */
export interface Ridge {
  readonly prior: Float64Array;
  readonly strength: number;
  readonly products: Float64Array;
  readonly targets: Float64Array;
  cases: number;
}

export const createRidge = (prior: readonly number[], strength: number): Ridge => ({
  prior: Float64Array.from(prior),
  strength,
  products: new Float64Array(RIDGE_DIMS * RIDGE_DIMS),
  targets: new Float64Array(RIDGE_DIMS),
  cases: 0,
});

export const learnRidge = (ridge: Ridge, x: Float64Array, offset: number, y: number): void => {
  for (let i = 0; i < RIDGE_DIMS; i++) {
    const xi = x[offset + i] ?? 0;
    ridge.targets[i] = (ridge.targets[i] ?? 0) + xi * y;
    for (let j = 0; j < RIDGE_DIMS; j++) {
      const at = i * RIDGE_DIMS + j;
      ridge.products[at] = (ridge.products[at] ?? 0) + xi * (x[offset + j] ?? 0);
    }
  }
  ridge.cases++;
};

/** Gaussian elimination; the matrix is positive definite by its `strength` on the diagonal. */
export const ridgeWeights = (ridge: Ridge): Float64Array => {
  const n = RIDGE_DIMS;
  if (ridge.cases === 0) return ridge.prior.slice();
  const matrix = ridge.products.slice();
  const weights = ridge.targets.slice();
  for (let i = 0; i < n; i++) {
    // A case of the prior is as large as those seen; of a figure that never moved, of any size.
    const diagonal = matrix[i * n + i] ?? 0;
    const drawn = diagonal > 0 ? (ridge.strength * diagonal) / ridge.cases : ridge.strength;
    matrix[i * n + i] = diagonal + drawn;
    weights[i] = (weights[i] ?? 0) + drawn * (ridge.prior[i] ?? 0);
  }
  for (let i = 0; i < n; i++)
    for (let row = i + 1; row < n; row++) {
      const factor = (matrix[row * n + i] ?? 0) / (matrix[i * n + i] ?? 1);
      for (let j = i; j < n; j++) matrix[row * n + j] = (matrix[row * n + j] ?? 0) - factor * (matrix[i * n + j] ?? 0);
      weights[row] = (weights[row] ?? 0) - factor * (weights[i] ?? 0);
    }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) weights[i] = (weights[i] ?? 0) - (matrix[i * n + j] ?? 0) * (weights[j] ?? 0);
    weights[i] = (weights[i] ?? 0) / (matrix[i * n + i] ?? 1);
  }
  return weights;
};
