import { expiresAt, nextSession, type Session, settlesAm } from '../../../../engine/core/market/calendar.ts';
import { contractId, type OptionContract } from '../../../../engine/core/market/contract.ts';
import type { ContractId, Instant } from '../../../../engine/core/types.ts';
import type { Profile } from '../instruments/profiles.ts';
import type { World } from '../volatility/companies.ts';
import { dayNumber } from '../volatility/day-path.ts';
import { anchorOf } from '../volatility/session-path.ts';
import { expirationsOn } from './expirations.ts';
import { contractHash, type InterestTerms, openInterestOn, volumeOn } from './open-interest.ts';
import { strikesAround } from './strikes.ts';

/** A listed option with what does not change within a session. */
export interface ListedOption {
  readonly contract: OptionContract;
  readonly expiresAt: Instant;
  /** Contracts, as of the previous night. */
  readonly openInterest: number;
  /** Contracts that will have traded by the close. */
  readonly volumeByClose: number;
  readonly hash: number;
}

export interface OptionBoard {
  readonly session: Session;
  readonly options: readonly ListedOption[];
  readonly contracts: readonly OptionContract[];
  readonly byId: ReadonlyMap<ContractId, ListedOption>;
}

/** Around this volatility strikes are listed: the ladder of an expiry does not breathe with the day's. */
const LISTING_VOLATILITY = { daily: 0.16, weekly: 0.35 } as const;

export const createOptionBoard = (world: World, profile: Profile, session: Session): OptionBoard => {
  const { options: terms, symbol } = profile;
  const empty = { session, options: [], contracts: [], byId: new Map() };
  if (!terms) return empty;
  const tomorrow = nextSession(session.date);
  const anchor = anchorOf(world, symbol, session);
  const anchorTomorrow = anchorOf(world, symbol, tomorrow);
  const options: ListedOption[] = [];
  for (const { date: expiry, root } of expirationsOn(terms, session.date)) {
    const end = expiresAt(expiry, settlesAm(root, expiry));
    const daysLeft = dayNumber(expiry) - dayNumber(session.date);
    for (const strike of strikesAround(terms, anchor, daysLeft, LISTING_VOLATILITY[terms.cycle])) {
      for (const right of ['C', 'P'] as const) {
        const id = contractId(root, expiry, right, strike);
        const contract = Object.freeze({
          id,
          underlying: symbol,
          tradingClass: root,
          expiry,
          strike,
          right,
          multiplier: 100,
        });
        const hash = contractHash(world.seed, root, expiry, right, strike);
        const interest: InterestTerms = { options: terms, expiry, strike, right, hash };
        const openInterest = openInterestOn(interest, session.date, anchor);
        const next = openInterestOn(interest, tomorrow.date, anchorTomorrow);
        const volumeByClose = volumeOn(interest, openInterest, next, session.date, anchor);
        options.push({ contract, expiresAt: end, openInterest, volumeByClose, hash });
      }
    }
  }
  return {
    session,
    options,
    contracts: options.map(({ contract }) => contract),
    byId: new Map(options.map((option) => [option.contract.id, option])),
  };
};
