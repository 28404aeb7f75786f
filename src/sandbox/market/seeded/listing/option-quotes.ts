import { createGreeks, greeksOf, yearsUntil } from '../../../../engine/core/pricing/bsm.ts';
import { type Instant, instant } from '../../../../engine/core/types.ts';
import { hash32, unit } from '../../random.ts';
import type { ChainRow, OptionMarketQuote } from '../../types.ts';
import type { OptionProfile } from '../instruments/profiles.ts';
import { impliedVolatility } from '../surface/level.ts';
import type { VolatilityLevel } from '../surface/ssvi.ts';
import type { ListedOption, OptionBoard } from './option-board.ts';

/** The seeded world's continuously compounded rates. */
export const RATE = 0.04;
export const DIVIDEND_YIELD = 0.013;

/** What options are priced from at one moment. */
export interface PricingMoment {
  readonly at: Instant;
  readonly spot: number;
  readonly level: VolatilityLevel;
  /** Times the ordinary width of an option's market. */
  readonly width: number;
  /** Of the session, 0 to 1. */
  readonly progress: number;
}

const scratch = createGreeks();
const round5 = (value: number): number => Math.round(value * 1e5) / 1e5;
const toCents = (value: number): number => Math.round(value * 100) / 100;

/** Prices freeze a second before the close; an option that expires then never becomes unpriceable on the board. */
const pricedAt = (board: OptionBoard, at: Instant): Instant =>
  instant(Math.min(Math.max(at, board.session.openAt), board.session.closeAt - 1000));

const price = (options: OptionProfile, board: OptionBoard, option: ListedOption, moment: PricingMoment): number => {
  const years = yearsUntil(pricedAt(board, moment.at), option.expiresAt);
  const { strike, right } = option.contract;
  const forward = moment.spot * Math.exp((RATE - DIVIDEND_YIELD) * years);
  const volatility = impliedVolatility(moment.level, options, forward, strike, years);
  greeksOf(right === 'C', moment.spot, strike, years, volatility, RATE, DIVIDEND_YIELD, scratch);
  return volatility;
};

/** Bid below and ask above the surface's own value: as the surface is free of arbitrage, none can be had by crossing. */
const quoteAround = (
  options: OptionProfile,
  option: ListedOption,
  value: number,
  moment: PricingMoment,
): OptionMarketQuote => {
  const tick = value < 3 ? options.fineTick : options.coarseTick;
  const half = (0.8 * options.fineTick + 0.004 * value) * moment.width;
  const bid = toCents(Math.floor((value - half) / tick + 1e-9) * tick);
  const ask = toCents(Math.max(tick, Math.ceil((value + half) / tick - 1e-9) * tick));
  const epoch = Math.floor(moment.at / 3000);
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
  options: OptionProfile,
  board: OptionBoard,
  option: ListedOption,
  moment: PricingMoment,
): OptionMarketQuote => {
  price(options, board, option, moment);
  return withLast(quoteAround(options, option, scratch.price, moment), option, moment);
};

/** The whole chain as its vendor would serve it: Greeks rounded to five decimals, rho per point of rate. */
export const chainAt = (options: OptionProfile, board: OptionBoard, moment: PricingMoment): readonly ChainRow[] =>
  board.options.map((option): ChainRow => {
    const volatility = price(options, board, option, moment);
    const quote = withLast(quoteAround(options, option, scratch.price, moment), option, moment);
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
