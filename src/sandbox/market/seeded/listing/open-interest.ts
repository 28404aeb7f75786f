import { contractId, type OptionRight } from '../../../../engine/core/market/contract.ts';
import type { SessionDate } from '../../../../engine/core/types.ts';
import { hash32, hashText, unit } from '../../random.ts';
import type { OptionProfile } from '../instruments/profiles.ts';
import { dayNumber } from '../volatility/day-path.ts';

/** What a contract's open interest depends on; all of it is known without the days before. */
export interface InterestTerms {
  readonly options: OptionProfile;
  readonly expiry: SessionDate;
  readonly strike: number;
  readonly right: OptionRight;
  /** Of the contract, for its own noise. */
  readonly hash: number;
}

/** A contract's own noise: the same every day. */
export const contractHash = (
  seed: number,
  root: string,
  expiry: SessionDate,
  right: OptionRight,
  strike: number,
): number => hash32(seed, hashText(contractId(root, expiry, right, strike)), 3);

/** Big strikes hold most of the open interest: people think in fives and tens. */
const roundness = (strike: number, step: number): number =>
  strike % (10 * step) === 0 ? 6 : strike % (5 * step) === 0 ? 4 : 1;

/** Interest gathers as the expiry comes near. */
const ripeness = (daysLeft: number): number => 0.12 + 0.88 / (1 + Math.max(0, daysLeft) / 12);

/**
 * Contracts open on the morning of a day, as the clearing house publishes them once before it. `anchor` is the price that
 * positions were built around (the mean of the last closes): it moves slowly, so that a night's change stays below what
 * the day before has traded.
 */
export const openInterestOn = (terms: InterestTerms, date: SessionDate, anchor: number): number => {
  const { options, expiry, strike, right, hash } = terms;
  const distance = (strike - anchor) / anchor;
  const daysLeft = dayNumber(expiry) - dayNumber(date);
  const width = 0.022 * (options.cycle === 'daily' ? 1 : 1.8) * Math.sqrt(1 + Math.max(0, daysLeft) / 20);
  const wing = right === 'C' ? distance - 0.4 * width : distance + 0.55 * width;
  const shape = Math.exp(-((wing / width) ** 2)) + 0.06 * Math.exp(-Math.abs(wing) / (2 * width));
  const noise = 0.35 + 1.3 * unit(hash) ** 2;
  return Math.round(
    (options.openInterest / 6) * shape * noise * roundness(strike, options.strikeStep) * ripeness(daysLeft),
  );
};

/** Contracts that will have traded by the close: at least what the night changes of the open interest. */
export const volumeOn = (
  terms: InterestTerms,
  today: number,
  tomorrow: number,
  date: SessionDate,
  price: number,
): number => {
  const { expiry, strike, hash } = terms;
  const expiresToday = expiry === date;
  const near = Math.exp(-((((strike - price) / price) * 90) ** 2));
  const turnover = (expiresToday ? 3 : 0.3) * (0.2 + near) * (0.5 + unit(hash32(hash, dayNumber(date), 1)));
  return (expiresToday ? 0 : Math.abs(tomorrow - today)) + Math.round(today * turnover);
};
