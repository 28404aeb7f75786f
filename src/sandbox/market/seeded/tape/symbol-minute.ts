import { createRandom, hash32, hashText, type Random } from '../../random.ts';
import type { BookSnapshot } from '../../types.ts';
import { type BookStyle, restingShares, sideRows } from '../book/resting-book.ts';
import type { Profile } from '../instruments/profiles.ts';
import { activityOf } from '../volatility/session-noise.ts';
import { type SessionPath, SHOCKED_COMPANY } from '../volatility/session-path.ts';
import { type FairMinute, STEP_MS, STEPS_PER_MINUTE } from './fair-minute.ts';
import { type Arrivals, createArrivals } from './hawkes.ts';
import { OFF_EXCHANGE, pickVenue, QUOTING_VENUES } from './venues.ts';

/** Quotes and books are renewed every other step. */
export const BOOK_EVERY = 2;
/** How far the fair value may leave the touch before the quotes follow, ticks. */
const REACH_TICKS = 0.8;
/** Share of what was eaten at the touch that new orders fill up within a step. */
const REFILL = 0.02;
/** Buyers' share of prints beyond one half when the minute moves by one standard deviation. */
const FLOW_SHARE = 0.22;

export type TakePrint = (offsetMs: number, price: number, size: number, venue: number) => void;

const pickSize = (u: number, v: number, lots: number): number => {
  if (u < 0.4) return 1 + Math.floor(99 * v * v);
  const usual = Math.sqrt(lots);
  if (u < 0.97) return 100 * (1 + Math.floor(-0.8 * usual * Math.log(1 - v * 0.999)));
  return 100 * Math.round(5 * usual) + 100 * Math.floor(20 * usual * v * v);
};

/** Prints, touch and book of one traded symbol within one minute: nothing of it depends on the minute before. */
export class SymbolMinute {
  bidTick = 0;
  askTick = 0;
  /** Steps lived through. */
  step = 0;
  readonly #fair: Float64Array;
  readonly #random: Random;
  readonly #arrivals: Arrivals;
  readonly #style: BookStyle;
  readonly #firstStep: number;
  readonly #spread: number;
  readonly #lots: number;
  readonly #buyShare: number;
  readonly #lean: number;
  /** Shares eaten at the touch, by venue; asks and bids. */
  readonly #taken = [new Int32Array(QUOTING_VENUES), new Int32Array(QUOTING_VENUES)] as const;
  /** Whether anything is eaten at all: most steps nothing is. */
  readonly #eaten: [boolean, boolean] = [false, false];
  #nextAt: number;
  #bought = true;

  constructor(profile: Profile, path: SessionPath, fair: FairMinute, seed: number) {
    const { minute } = fair;
    const progress = (minute + 0.5) / path.minutes;
    const companyIndex = path.own.findIndex((driver) => driver.hedged === profile.symbol && driver.hedged !== null);
    const own = path.own[companyIndex] ?? path.market;
    const { scenario, sinceOnset } = path.scenarioAt(minute);
    const logVolatility = 0.5 * ((path.market.logVolatility[minute] as number) + (own.logVolatility[minute] as number));
    const stress = path.stress[minute] as number;
    const shocked =
      scenario.companyJump !== 0 && sinceOnset >= 0 && sinceOnset < 30 && profile.symbol === SHOCKED_COMPANY;
    const busy = (sinceOnset >= 0 ? scenario.activity : 1) * (shocked ? 5 : 1);
    const rate = (profile.tradesPerSecond / 1000) * activityOf(progress) * Math.exp(0.8 * logVolatility) * busy;
    this.#random = createRandom(hash32(seed, hashText(profile.symbol), minute));
    this.#fair = fair.of(profile.symbol);
    this.#style = {
      seed: hash32(seed, hashText(profile.symbol), 5),
      lots: profile.lots,
      spreadTicks: profile.spreadTicks,
    };
    this.#lots = profile.lots;
    this.#firstStep = minute * STEPS_PER_MINUTE;
    const opening = 1 + 1.2 * Math.exp(-progress * 40);
    this.#spread =
      (profile.spreadTicks - 0.9) * Math.exp(1.2 * logVolatility + stress) * opening +
      0.06 * Math.exp(2 * (logVolatility + stress)) * opening;
    const move = Math.log((this.#fair[STEPS_PER_MINUTE] as number) / (this.#fair[0] as number));
    const deviation = Math.hypot(path.market.deviations[minute] as number, own.deviations[minute] as number);
    const flow = Math.tanh(move / deviation);
    this.#buyShare = 0.5 + FLOW_SHARE * flow;
    this.#lean = Math.abs(flow) < 0.4 ? 0 : Math.sign(flow);
    this.#arrivals = createArrivals(this.#random, rate, 60_000);
    this.#nextAt = this.#arrivals.next();
    this.#quoteAround((this.#fair[0] as number) * 100);
  }

  /** Lives through the next quarter second. Offsets are milliseconds of the minute. */
  advance(take: TakePrint | null): void {
    const end = (this.step + 1) * STEP_MS;
    while (this.#nextAt < end) {
      this.#print(Math.floor(this.#nextAt), take);
      this.#nextAt = this.#arrivals.next();
    }
    this.step++;
    // Between two looks at the book the touch gives way only to who eats it up.
    if (this.step % BOOK_EVERY === 0) this.#requote();
  }

  book(): BookSnapshot {
    const step = this.#firstStep + this.step;
    return {
      bids: sideRows(this.#style, 1, this.bidTick, step, this.#lean, this.#taken[1]),
      asks: sideRows(this.#style, 0, this.askTick, step, -this.#lean, this.#taken[0]),
    };
  }

  get fair(): number {
    return this.#fair[this.step] as number;
  }

  #atTouch(side: 0 | 1, venue: number): number {
    const tick = side === 0 ? this.askTick : this.bidTick;
    const lean = side === 0 ? -this.#lean : this.#lean;
    const resting = restingShares(this.#style, side, tick, venue, this.#firstStep + this.step, 0, lean);
    return resting - (this.#taken[side][venue] as number);
  }

  #print(offsetMs: number, take: TakePrint | null): void {
    const random = this.#random;
    if (random.next() > 0.25) this.#bought = random.next() < this.#buyShare;
    const side = this.#bought ? 0 : 1;
    let left = pickSize(random.next(), random.next(), this.#lots);
    const venue = pickVenue(random.next());
    const touch = (side === 0 ? this.askTick : this.bidTick) / 100;
    if (venue === OFF_EXCHANGE) {
      const inside = this.askTick - this.bidTick > 1 && random.next() < 0.5;
      take?.(offsetMs, inside ? (this.bidTick + this.askTick) / 200 : touch, left, venue);
      return;
    }
    // What the chosen venue does not show is looked for at the others; what no one shows is not traded.
    for (let i = 0; i < QUOTING_VENUES && left > 0; i++) {
      const at = (venue + i) % QUOTING_VENUES;
      const size = Math.min(left, this.#atTouch(side, at));
      if (size <= 0) continue;
      this.#taken[side][at] = (this.#taken[side][at] as number) + size;
      this.#eaten[side] = true;
      left -= size;
      take?.(offsetMs, touch, size, at);
    }
    this.#retreatIfEmpty(side);
  }

  /** A touch that has been eaten up gives way to the next price. */
  #retreatIfEmpty(side: 0 | 1): void {
    for (let venue = 0; venue < QUOTING_VENUES; venue++) if (this.#atTouch(side, venue) > 0) return;
    this.#freshTouch(side);
    if (side === 0) this.askTick++;
    else this.bidTick--;
  }

  #refill(side: 0 | 1): void {
    if (!this.#eaten[side]) return;
    const taken = this.#taken[side];
    let most = 0;
    for (let i = 0; i < QUOTING_VENUES; i++) {
      taken[i] = Math.floor((taken[i] as number) * (1 - REFILL));
      most = Math.max(most, taken[i] as number);
    }
    this.#eaten[side] = most > 0;
  }

  #freshTouch(side: 0 | 1): void {
    this.#taken[side].fill(0);
    this.#eaten[side] = false;
  }

  #drawSpread(): number {
    const u = this.#random.next();
    return 1 + Math.max(0, Math.floor(this.#spread * (0.5 + u) + this.#random.next()));
  }

  #quoteAround(cents: number): void {
    const width = this.#drawSpread();
    const bid = Math.max(1, Math.floor(cents - (width - 1) / 2));
    if (bid !== this.bidTick) this.#freshTouch(1);
    if (bid + width !== this.askTick) this.#freshTouch(0);
    this.bidTick = bid;
    this.askTick = bid + width;
  }

  /** Touch prices stay while the fair value is within reach of them: real quotes do not follow every breath. */
  #requote(): void {
    this.#refill(0);
    this.#refill(1);
    const cents = this.fair * 100;
    const gaping = this.askTick - this.bidTick > 1.5 * this.#spread + 2 && this.#random.next() < 0.25;
    if (gaping || cents <= this.bidTick - REACH_TICKS || cents >= this.askTick + REACH_TICKS) this.#quoteAround(cents);
    // What nobody has eaten from is never empty.
    if (this.#eaten[0]) this.#retreatIfEmpty(0);
    if (this.#eaten[1]) this.#retreatIfEmpty(1);
  }
}
