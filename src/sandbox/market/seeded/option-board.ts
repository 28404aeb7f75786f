import { expiresAt, nextSession, type Session, sessionOn, settlesAm } from '../../../engine/core/market/calendar.ts';
import { contractId, type OptionContract } from '../../../engine/core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../../../engine/core/types.ts';
import { hash32, hashText, unit } from '../random.ts';
import type { Profile } from './profiles.ts';

/** Strikes reach this far on either side of the opening price. */
const STRIKE_RANGE = 0.08;
const DAILY_EXPIRIES = 6;
const WEEKLY_EXPIRIES = 6;
const MONTHLY_EXPIRIES = 3;

/** A listed option with what does not change within a session. */
export interface ListedOption {
  readonly contract: OptionContract;
  readonly expiresAt: Instant;
  readonly expiresToday: boolean;
  /** Contracts, as of the previous night. */
  readonly openInterest: number;
  /** Contracts that will have traded by the close. */
  readonly volumeByClose: number;
  readonly hash: number;
}

export interface OptionBoard {
  readonly session: Session;
  readonly options: readonly ListedOption[];
  readonly byId: ReadonlyMap<ContractId, ListedOption>;
}

const fridayOf = (date: SessionDate): boolean => Temporal.PlainDate.from(date).dayOfWeek === 5;

/** Sessions of expiry: dailies where listed, Fridays (the session before when closed), third Fridays further out. */
const expiriesFrom = (profile: Profile, session: Session): SessionDate[] => {
  const dates = new Set<SessionDate>();
  let next: Session = session;
  for (let i = 0; i < DAILY_EXPIRIES && profile.dailyExpiries; i++) {
    dates.add(next.date);
    next = nextSession(next.date);
  }
  let friday = Temporal.PlainDate.from(session.date);
  while (friday.dayOfWeek !== 5) friday = friday.add({ days: 1 });
  let monthlies = 0;
  for (let week = 0; monthlies < MONTHLY_EXPIRIES; week++) {
    const day = friday.add({ weeks: week });
    const third = day.day >= 15 && day.day <= 21;
    if (third && week >= WEEKLY_EXPIRIES) monthlies++;
    if (!third && week >= WEEKLY_EXPIRIES) continue;
    let date = day.toString() as SessionDate;
    while (sessionOn(date) === null)
      date = Temporal.PlainDate.from(date).subtract({ days: 1 }).toString() as SessionDate;
    if (date >= session.date) dates.add(date);
  }
  return [...dates].sort();
};

/** Big strikes hold most of the open interest: people think in fives and tens. */
const roundness = (strike: number, step: number): number =>
  strike % (10 * step) === 0 ? 6 : strike % (5 * step) === 0 ? 4 : 1;

const openInterestOf = (profile: Profile, contract: OptionContract, openPrice: number, hash: number): number => {
  const distance = (contract.strike - openPrice) / openPrice;
  const wing = contract.right === 'C' ? distance - 0.008 : distance + 0.012;
  const shape = Math.exp(-((wing / 0.022) ** 2)) + 0.06 * Math.exp(-Math.abs(wing) / 0.04);
  const monthly = fridayOf(contract.expiry) ? 2 : 1;
  const noise = 0.35 + 1.3 * unit(hash) ** 2;
  return Math.round(1600 * shape * monthly * noise * roundness(contract.strike, profile.strikeStep));
};

export const createOptionBoard = (seed: number, profile: Profile, session: Session, openPrice: number): OptionBoard => {
  const { strikeStep: step, optionRoot } = profile;
  const lowest = Math.ceil((openPrice * (1 - STRIKE_RANGE)) / step) * step;
  const highest = openPrice * (1 + STRIKE_RANGE);
  const options: ListedOption[] = [];
  for (const expiry of expiriesFrom(profile, session)) {
    const end = expiresAt(expiry, settlesAm(optionRoot, expiry));
    const expiresToday = expiry === session.date;
    for (let strike = lowest; strike <= highest; strike += step) {
      for (const right of ['C', 'P'] as const) {
        const id = contractId(optionRoot, expiry, right, strike);
        const contract = Object.freeze({
          id,
          underlying: profile.symbol,
          tradingClass: optionRoot,
          expiry,
          strike,
          right,
          multiplier: 100,
        });
        const hash = hash32(seed, hashText(id), hashText(session.date));
        const openInterest = openInterestOf(profile, contract, openPrice, hash);
        const near = Math.exp(-((((strike - openPrice) / openPrice) * 90) ** 2));
        const turnover = (expiresToday ? 3 : 0.3) * (0.2 + near) * (0.5 + unit(hash32(hash, 1)));
        options.push({
          contract,
          expiresAt: end,
          expiresToday,
          openInterest,
          volumeByClose: Math.round(openInterest * turnover),
          hash,
        });
      }
    }
  }
  return { session, options, byId: new Map(options.map((option) => [option.contract.id, option])) };
};
