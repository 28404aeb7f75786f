import type { Instant } from '../../../engine/core/types.ts';

/** Bars up to this size are the "small bars" of IBKR's limits. */
const SMALL_BAR_SECONDS = 30;
const IDENTICAL_MS = 15_000;
const BURST_MS = 2_000;
const BURST_MAX = 6;
const LONG_MS = 600_000;
const LONG_MAX = 60;

interface Asked {
  readonly at: Instant;
  readonly whole: string;
  readonly contractAndType: string;
  readonly weight: number;
}

/**
 * IBKR's limits for small bars: no identical request within 15 seconds, fewer than six for one contract and type within
 * two, at most sixty within ten minutes, BID_ASK counting twice. One set for the whole gateway, in market time.
 * Source: TWS API, "Historical Data Limitations".
 */
export class HistoryPacing {
  #asked: Asked[] = [];

  /** Counts a request; false when it breaks a limit. `strict` holds every bar size to them. */
  allows(at: Instant, contractAndType: string, rest: string, barSeconds: number, strict: boolean): boolean {
    if (barSeconds > SMALL_BAR_SECONDS && !strict) return true;
    this.#asked = this.#asked.filter((asked) => at - asked.at < LONG_MS && asked.at <= at);
    const whole = `${contractAndType} ${rest}`;
    const weight = contractAndType.endsWith(' BID_ASK') ? 2 : 1;
    const within = (ms: number) => this.#asked.filter((asked) => at - asked.at < ms);
    const weights = (asked: readonly Asked[]) => asked.reduce((sum, one) => sum + one.weight, 0);
    const broken =
      within(IDENTICAL_MS).some((asked) => asked.whole === whole) ||
      weights(within(BURST_MS).filter((asked) => asked.contractAndType === contractAndType)) + weight >= BURST_MAX ||
      weights(this.#asked) + weight > LONG_MAX;
    if (!broken) this.#asked.push({ at, whole, contractAndType, weight });
    return !broken;
  }
}
