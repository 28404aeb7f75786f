import type { OptionContract } from '../../../core/market/contract.ts';
import type { SessionDate } from '../../../core/types.ts';

/** More than any underlying has: beyond it the answer is damage, and the listing is not relied on. */
const CLASSES_MAX = 32;
const EXPIRIES_MAX = 512;
const STRIKES_MAX = 8_192;

interface TradingClass {
  readonly multiplier: number;
  readonly expiries: Set<SessionDate>;
  readonly strikes: Set<number>;
}

/** What IB lists on one underlying during one session day. */
export interface Listing {
  readonly date: SessionDate;
  readonly conId: number;
  readonly classes: Map<string, TradingClass>;
  /** Every exchange has answered. */
  complete: boolean;
  overflowed: boolean;
}

export const createListing = (date: SessionDate, conId: number): Listing => ({
  date,
  conId,
  classes: new Map(),
  complete: false,
  overflowed: false,
});

const sessionDate = (text: string): SessionDate | null => {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  return match ? (`${match[1]}-${match[2]}-${match[3]}` as SessionDate) : null;
};

/** One exchange's answer about one trading class: exchanges repeat one another. False when it cannot be read. */
export const addClass = (
  listing: Listing,
  name: string,
  multiplier: number,
  expiries: readonly string[],
  strikes: readonly number[],
): boolean => {
  const dates = expiries.map(sessionDate);
  if (!name || !(multiplier > 0) || dates.includes(null) || !strikes.every((strike) => strike > 0)) return false;
  const known = listing.classes.get(name) ?? { multiplier, expiries: new Set(), strikes: new Set() };
  listing.classes.set(name, known);
  for (const date of dates) if (date) known.expiries.add(date);
  for (const strike of strikes) known.strikes.add(strike);
  if (
    listing.classes.size > CLASSES_MAX ||
    known.expiries.size > EXPIRIES_MAX ||
    known.strikes.size > STRIKES_MAX ||
    known.multiplier !== multiplier
  )
    listing.overflowed = true;
  return true;
};

/** Whether IB lists a contract; null while that is not known. A class's strikes are told for all its expiries together. */
export const isListed = (listing: Listing, { tradingClass, expiry, strike }: OptionContract): boolean | null => {
  if (!listing.complete || listing.overflowed) return null;
  const known = listing.classes.get(tradingClass);
  return known ? known.expiries.has(expiry) && known.strikes.has(strike) : false;
};
