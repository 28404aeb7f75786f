import { expiresAt, type Session } from '../../../../engine/core/market/calendar.ts';
import { yearsUntil } from '../../../../engine/core/pricing/bsm.ts';
import { normalPdf } from '../../../../engine/core/pricing/normal.ts';
import { type Instant, instant } from '../../../../engine/core/types.ts';
import type { OptionProfile } from '../instruments/profiles.ts';
import { nearExpirations } from '../listing/expirations.ts';
import { contractHash, openInterestOn } from '../listing/open-interest.ts';

/** Strikes within this fraction of the opening price matter to the day's hedging. */
const REACH = 0.035;
/** A minute before the close there is no gamma left worth the name: time is held there. */
const LEAST_MS = 15 * 60_000;
/** Beyond so many standard deviations an option has no gamma to speak of. */
const FAR_DEVIATIONS = 5;

/** What dealers hold in the options that expire next: long the calls that customers sell, short the puts that they buy. */
export interface DealerBook {
  readonly strikes: Float64Array;
  readonly expiresAt: Float64Array;
  /** Contracts, calls less puts. */
  readonly net: Float64Array;
  /** Contracts, calls and puts. */
  readonly gross: Float64Array;
}

export const createDealerBook = (
  seed: number,
  options: OptionProfile,
  session: Session,
  price: number,
  anchor: number,
): DealerBook => {
  const expiries = nearExpirations(options, session.date);
  const step = options.strikeStep;
  const first = Math.ceil((price * (1 - REACH)) / step);
  const count = Math.max(0, Math.floor((price * (1 + REACH)) / step) - first + 1);
  const size = count * expiries.length;
  const book: DealerBook = {
    strikes: new Float64Array(size),
    expiresAt: new Float64Array(size),
    net: new Float64Array(size),
    gross: new Float64Array(size),
  };
  for (const [e, expiry] of expiries.entries()) {
    const end = expiresAt(expiry, false);
    for (let i = 0; i < count; i++) {
      const strike = (first + i) * step;
      const interest = (right: 'C' | 'P'): number => {
        const hash = contractHash(seed, options.root, expiry, right, strike);
        return openInterestOn({ options, expiry, strike, right, hash }, session.date, anchor);
      };
      const [calls, puts] = [interest('C'), interest('P')];
      const at = e * count + i;
      book.strikes[at] = strike;
      book.expiresAt[at] = end;
      book.net[at] = calls - puts;
      book.gross[at] = calls + puts;
    }
  }
  return book;
};

export interface DealerStance {
  /** Share of the gamma at hand that dealers are long of: -1 … 1. Long dealers sell rises and buy falls. */
  readonly gamma: number;
  /** The strike with the most gamma, dollars; NaN where there is none. */
  readonly pinStrike: number;
}

/** Dealers' gamma at a price and a time; `volatility` a decimal per year. */
export const dealerStance = (book: DealerBook, price: number, at: Instant, volatility: number): DealerStance => {
  let net = 0;
  let gross = 0;
  let most = 0;
  let pinStrike = Number.NaN;
  for (let i = 0; i < book.strikes.length; i++) {
    const left = Math.max(LEAST_MS, (book.expiresAt[i] as number) - at);
    const deviation = volatility * Math.sqrt(yearsUntil(at, instant(at + left)));
    const strike = book.strikes[i] as number;
    const away = Math.log(price / strike) / deviation;
    if (Math.abs(away) > FAR_DEVIATIONS) continue;
    const gamma = normalPdf(away) / deviation;
    net += gamma * (book.net[i] as number);
    gross += gamma * (book.gross[i] as number);
    const here = gamma * (book.gross[i] as number);
    if (here <= most) continue;
    most = here;
    pinStrike = strike;
  }
  return { gamma: gross > 0 ? Math.max(-1, Math.min(1, (1.5 * net) / gross)) : 0, pinStrike };
};
