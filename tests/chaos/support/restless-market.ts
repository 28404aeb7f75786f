import type { Random } from '../../../src/engine/testing/random.ts';
import type { SessionClockAnchor } from '../../../src/sandbox/market/session-clock.ts';
import type { ChainRow, MinuteBar } from '../../../src/sandbox/market/types.ts';
import { StoryMarket } from '../../support/story-market.ts';

const MINUTE_MS = 60_000;
const LOWEST = 438.1;
const HIGHEST = 439.7;

/** A story market that writes itself from a seed: trends that make signals, premiums that climb the ladder and fall through stops. */
export class RestlessMarket extends StoryMarket {
  readonly #random: Random;
  readonly #closes = new Map<number, number>();
  #trend = 0.02;
  #drift = 0.002;
  readonly #closesAtMs: number;

  constructor(anchor: SessionClockAnchor, random: Random, closesAtMs: number) {
    super(anchor);
    this.#random = random;
    this.#closesAtMs = closesAtMs;
    const minute = Math.floor(anchor.marketMs / MINUTE_MS);
    for (let back = 1; back <= 10; back++) this.#closes.set(minute - back, LOWEST);
  }

  /** The next moment: a print, quotes, a new premium with a new size on either side. */
  move(): void {
    const random = this.#random;
    if (random.chance(0.03)) this.#drift = (random.next() - 0.5) * 0.03;
    if (this.spot >= HIGHEST) this.#trend = -0.02 - random.next() * 0.02;
    if (this.spot <= LOWEST) this.#trend = 0.02 + random.next() * 0.02;
    this.spot = Number((this.spot + this.#trend).toFixed(2));
    const bid = this.optionBid * (1 + this.#drift + (random.next() - 0.5) * 0.03);
    this.optionBid = Number(Math.min(12, Math.max(0.6, bid)).toFixed(2));
    if (this.optionBid >= 12 || this.optionBid <= 0.6) this.#drift = -this.#drift;
    this.optionAsk = Number((this.optionBid + random.whole(1, 5) / 100).toFixed(2));
    this.optionAskSize = random.whole(0, 8);
    this.optionBidSize = random.whole(0, 8);
    this.#closes.set(Math.floor(this.now() / MINUTE_MS), this.spot);
    if (this.sessionOpen()) this.tick();
  }

  override sessionOpen(): boolean {
    return this.now() < this.#closesAtMs;
  }

  override chain(): readonly ChainRow[] {
    const heavy: Readonly<Record<number, number>> = { 440: 9_000, 438: 6_000 };
    return super.chain().map((row) => ({ ...row, openInterest: heavy[row.contract.strike] ?? 500 }));
  }

  override minuteBars(): readonly MinuteBar[] {
    const now = Math.floor(this.now() / MINUTE_MS);
    return [...this.#closes]
      .filter(([minute]) => minute < now)
      .slice(-20)
      .map(([minute, close]) => ({
        openAt: (minute * MINUTE_MS) as MinuteBar['openAt'],
        open: close,
        high: close,
        low: close,
        close,
        volume: 100,
      }));
  }
}
