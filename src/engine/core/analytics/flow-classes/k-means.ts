/** A clustering of `count` rows of `dims` standardised figures. Rows and centroids lie flat, row after row. */
export interface KMeansFit {
  readonly centroids: Float64Array;
  /** Cluster of each row. */
  readonly labels: Uint8Array;
  readonly sizes: Uint32Array;
  /** Share of the total variance that lies between clusters, 0 … 1. */
  readonly explained: number;
  /** Mean over rows of (b − a) / max(a, b), with a and b the distances to the own and the next centroid. */
  readonly silhouette: number;
}

const ROUNDS_MAX = 50;

const squaredDistance = (a: Float64Array, i: number, b: Float64Array, j: number, dims: number): number => {
  let sum = 0;
  for (let d = 0; d < dims; d++) sum += ((a[i * dims + d] ?? 0) - (b[j * dims + d] ?? 0)) ** 2;
  return sum;
};

/** Farthest-point seeding: the row farthest from the middle, then whichever is farthest from all chosen. No chance in it. */
const seed = (rows: Float64Array, count: number, dims: number, clusters: number): Float64Array => {
  const centroids = new Float64Array(clusters * dims);
  for (let i = 0; i < count; i++)
    for (let d = 0; d < dims; d++) centroids[d] = (centroids[d] ?? 0) + (rows[i * dims + d] ?? 0) / count;
  for (let chosen = 0; chosen < clusters; chosen++) {
    let farthest = 0;
    let distance = -1;
    for (let i = 0; i < count; i++) {
      let nearest = squaredDistance(rows, i, centroids, 0, dims);
      for (let c = 1; c < chosen; c++) nearest = Math.min(nearest, squaredDistance(rows, i, centroids, c, dims));
      if (nearest > distance) {
        distance = nearest;
        farthest = i;
      }
    }
    centroids.set(rows.subarray(farthest * dims, (farthest + 1) * dims), chosen * dims);
  }
  return centroids;
};

/** Nearest centroid of row `i`; of equals the first. */
export const nearestCentroid = (
  rows: Float64Array,
  i: number,
  centroids: Float64Array,
  clusters: number,
  dims: number,
): number => {
  let best = 0;
  let distance = Infinity;
  for (let c = 0; c < clusters; c++) {
    const candidate = squaredDistance(rows, i, centroids, c, dims);
    if (candidate < distance) {
      distance = candidate;
      best = c;
    }
  }
  return best;
};

/** (b − a) / max(a, b) of one row: 1 sits on its centroid, 0 lies half way to another. */
export const silhouetteOf = (
  rows: Float64Array,
  i: number,
  centroids: Float64Array,
  clusters: number,
  dims: number,
): number => {
  let own = Infinity;
  let next = Infinity;
  for (let c = 0; c < clusters; c++) {
    const distance = Math.sqrt(squaredDistance(rows, i, centroids, c, dims));
    if (distance < own) {
      next = own;
      own = distance;
    } else if (distance < next) next = distance;
  }
  return next > 0 ? (next - own) / next : 0;
};

/** A cluster that lost its rows keeps its centroid, and may win rows again. */
const moveCentroids = (rows: Float64Array, labels: Uint8Array, centroids: Float64Array, dims: number): Uint32Array => {
  const clusters = centroids.length / dims;
  const sizes = new Uint32Array(clusters);
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  for (let c = 0; c < clusters; c++) if ((sizes[c] ?? 0) > 0) centroids.fill(0, c * dims, (c + 1) * dims);
  for (let i = 0; i < labels.length; i++) {
    const c = labels[i] ?? 0;
    for (let d = 0; d < dims; d++)
      centroids[c * dims + d] = (centroids[c * dims + d] ?? 0) + (rows[i * dims + d] ?? 0) / (sizes[c] ?? 1);
  }
  return sizes;
};

const qualityOf = (
  rows: Float64Array,
  labels: Uint8Array,
  sizes: Uint32Array,
  centroids: Float64Array,
  dims: number,
): KMeansFit => {
  const clusters = centroids.length / dims;
  const count = labels.length;
  const middle = new Float64Array(dims);
  for (let i = 0; i < count; i++)
    for (let d = 0; d < dims; d++) middle[d] = (middle[d] ?? 0) + (rows[i * dims + d] ?? 0) / count;
  let within = 0;
  let total = 0;
  let silhouette = 0;
  for (let i = 0; i < count; i++) {
    within += squaredDistance(rows, i, centroids, labels[i] ?? 0, dims);
    total += squaredDistance(rows, i, middle, 0, dims);
    silhouette += silhouetteOf(rows, i, centroids, clusters, dims) / count;
  }
  return { centroids, labels, sizes, explained: total > 0 ? 1 - within / total : 0, silhouette };
};

/** Lloyd's algorithm from farthest-point seeds, or from `from`; the same rows always give the same clusters. */
export const kMeans = (
  rows: Float64Array,
  count: number,
  dims: number,
  clusters: number,
  from: Float64Array | null = null,
): KMeansFit => {
  const centroids = from?.slice() ?? seed(rows, count, dims, clusters);
  const labels = new Uint8Array(count);
  let sizes: Uint32Array = new Uint32Array(clusters);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let moved = round === 0;
    for (let i = 0; i < count; i++) {
      const label = nearestCentroid(rows, i, centroids, clusters, dims);
      if (label !== labels[i]) moved = true;
      labels[i] = label;
    }
    if (!moved) break;
    sizes = moveCentroids(rows, labels, centroids, dims);
  }
  return qualityOf(rows, labels, sizes, centroids, dims);
};
