/** A single late print is a late report of a trade; so many in a row are a feed that lags. */
const LATE_IN_A_ROW = 5;
const ON_TIME_IN_A_ROW = 3;

/**
 * Whether a stream of prints speaks of now: the only stamps that TWS's market data carries are theirs, and what delays
 * them delays quotes and books alike. Changes its mind only on several prints in a row.
 */
export class LagWatch {
  readonly #lagMsMax: number;
  #against = 0;
  #latestMs = 0;
  lagging = false;

  constructor(lagMsMax: number) {
    this.#lagMsMax = lagMsMax;
  }

  /** Milliseconds of market time by which the last print was late. */
  get lagMs(): number {
    return this.#latestMs;
  }

  /** The first print after a break: a backlog is not taken for news. */
  begin(lagMs: number): void {
    this.#latestMs = lagMs;
    this.#against = 0;
    this.lagging = lagMs > this.#lagMsMax;
  }

  /** A print that arrived `lagMs` after its stamp. True when that changed the verdict. */
  heard(lagMs: number): boolean {
    this.#latestMs = lagMs;
    const late = lagMs > this.#lagMsMax;
    this.#against = late === this.lagging ? 0 : this.#against + 1;
    if (this.#against < (late ? LATE_IN_A_ROW : ON_TIME_IN_A_ROW)) return false;
    this.#against = 0;
    this.lagging = late;
    return true;
  }
}
