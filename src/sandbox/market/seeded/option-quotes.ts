import { createGreeks, greeksOf, yearsUntil } from '../../../engine/core/pricing/bsm.ts';
import { type Instant, instant } from '../../../engine/core/types.ts';
import { hash32, unit } from '../random.ts';
import type { ChainRow, OptionMarketQuote } from '../types.ts';
import type { ListedOption, OptionBoard } from './option-board.ts';
import type { Profile } from './profiles.ts';

/** The seeded world's continuously compounded rates. */
export const RATE = 0.04;
export const DIVIDEND_YIELD = 0.013;

/** What options are priced from at one moment. */
export interface PricingMoment {
  readonly at: Instant;
  readonly spot: number;
  /** At-the-money volatility per year, a decimal. */
  readonly volatility: number;
  /** Of the session, 0 to 1. */
  readonly progress: number;
}

const scratch = createGreeks();
const round5 = (value: number): number => Math.round(value * 1e5) / 1e5;
const toCents = (value: number): number => Math.round(value * 100) / 100;

/** A skewed smile in standardised moneyness, the same for call and put, so that parity holds. */
const smileOf = (moment: PricingMoment, strike: number, years: number): number => {
  const term = moment.volatility * (1 + 0.15 * (1 - Math.exp(-years * 6)));
  const reach = term * Math.sqrt(Math.max(years, 1 / 365));
  const m = Math.max(-8, Math.min(8, Math.log(strike / moment.spot) / reach));
  return term * Math.max(0.7, 1 - 0.06 * m + 0.022 * m * m);
};

/** Prices freeze a second before the close; an option that expires then never becomes unpriceable on the board. */
const pricedAt = (board: OptionBoard, at: Instant): Instant =>
  instant(Math.min(Math.max(at, board.session.openAt), board.session.closeAt - 1000));

const price = (board: OptionBoard, option: ListedOption, moment: PricingMoment): number => {
  const years = yearsUntil(pricedAt(board, moment.at), option.expiresAt);
  const { strike, right } = option.contract;
  const volatility = smileOf(moment, strike, years);
  greeksOf(right === 'C', moment.spot, strike, years, volatility, RATE, DIVIDEND_YIELD, scratch);
  return volatility;
};

const quoteAround = (profile: Profile, option: ListedOption, value: number, at: Instant): OptionMarketQuote => {
  const tick = value < 3 ? profile.fineTick : profile.coarseTick;
  const half = 0.8 * profile.fineTick + 0.004 * value;
  const bid = toCents(Math.floor((value - half) / tick + 1e-9) * tick);
  const ask = toCents(Math.max(tick, Math.ceil((value + half) / tick - 1e-9) * tick));
  const epoch = Math.floor(at / 3000);
  return {
    bidPrice: bid > 0 ? bid : null,
    bidSize: bid > 0 ? 5 + (hash32(option.hash, epoch, 1) % 90) : 0,
    askPrice: ask,
    askSize: 5 + (hash32(option.hash, epoch, 2) % 90),
    lastPrice: null,
  };
};

const volumeOf = (option: ListedOption, progress: number): number =>
  Math.floor(option.volumeByClose * (0.85 * progress + 0.15 * progress * progress));

/** The last print lies at the touch, on the side a hash chooses. */
const withLast = (quote: OptionMarketQuote, option: ListedOption, moment: PricingMoment): OptionMarketQuote => {
  if (volumeOf(option, moment.progress) === 0) return quote;
  const buys = unit(hash32(option.hash, Math.floor(moment.at / 7000), 3)) < 0.5;
  return { ...quote, lastPrice: buys ? quote.askPrice : (quote.bidPrice ?? quote.askPrice) };
};

export const optionQuoteAt = (
  profile: Profile,
  board: OptionBoard,
  option: ListedOption,
  moment: PricingMoment,
): OptionMarketQuote => {
  price(board, option, moment);
  return withLast(quoteAround(profile, option, scratch.price, moment.at), option, moment);
};

/** The whole chain as its vendor would serve it: Greeks rounded to five decimals, rho per point of rate. */
export const chainAt = (profile: Profile, board: OptionBoard, moment: PricingMoment): readonly ChainRow[] =>
  board.options.map((option): ChainRow => {
    const volatility = price(board, option, moment);
    const quote = withLast(quoteAround(profile, option, scratch.price, moment.at), option, moment);
    return {
      contract: option.contract,
      date: board.session.date,
      last: quote.lastPrice,
      mark: toCents(((quote.bidPrice ?? 0) + (quote.askPrice ?? 0)) / 2),
      bid: quote.bidPrice ?? 0,
      bidSize: quote.bidSize,
      ask: quote.askPrice,
      askSize: quote.askSize,
      volume: volumeOf(option, moment.progress),
      openInterest: option.openInterest,
      impliedVolatility: round5(volatility),
      delta: round5(scratch.delta),
      gamma: round5(scratch.gamma),
      theta: round5(scratch.thetaPerDay),
      vega: round5(scratch.vegaPerPoint),
      rho: round5(scratch.rhoPerPoint),
    };
  });
