import { hashText, unit } from '../../random.ts';
import { KNOWN_PROFILES } from './known-profiles.ts';

/** How options on one symbol are listed and quoted. */
export interface OptionProfile {
  /** OSI root. Of an index it is the root that settles at the close; `amRoot` settles at the opening of third Fridays. */
  readonly root: string;
  readonly amRoot: string | null;
  /** One expiry every session, or Fridays only. */
  readonly cycle: 'daily' | 'weekly';
  /** Dollars between neighbouring strikes near the money. */
  readonly strikeStep: number;
  /** Below a premium of 3 dollars options tick in `fineTick`, from there in `coarseTick`. */
  readonly fineTick: number;
  readonly coarseTick: number;
  /** Contracts open at a big strike near the money that expires soon. */
  readonly openInterest: number;
  /** SSVI's correlation and curvature of the smile. */
  readonly rho: number;
  readonly eta: number;
}

/** Where a price comes from: factors and the company's own news, a basket of others, a fund's index, or an index's options. */
export type Origin =
  | { readonly kind: 'company'; readonly beta: number; readonly techBeta: number; readonly ownVolatility: number }
  | { readonly kind: 'basket'; readonly of: Readonly<Record<string, number>> }
  | { readonly kind: 'fund'; readonly index: string; readonly indexPointsPerDollar: number }
  | { readonly kind: 'volatility'; readonly index: string; readonly days: number };

/** How one symbol of the seeded world behaves. */
export interface Profile {
  readonly symbol: string;
  readonly kind: 'stock' | 'index';
  readonly name: string;
  readonly primaryExchange: string;
  readonly conId: number;
  /** Dollars (index points) around which the years move. */
  readonly basePrice: number;
  readonly origin: Origin;
  /** Prints a second on an average minute; 0 for an index. */
  readonly tradesPerSecond: number;
  /** Usual width of the market, ticks of a cent. */
  readonly spreadTicks: number;
  /** Round lots at the touch of one venue, and of a usual print. */
  readonly lots: number;
  readonly options: OptionProfile | null;
}

/** Known symbols as they are; any other ticker becomes a plausible share. */
export const profileOf = (symbol: string): Profile => {
  const known = KNOWN_PROFILES.find((profile) => profile.symbol === symbol);
  if (known) return known;
  const hash = hashText(symbol);
  const basePrice = Math.round(40 * 10 ** (unit(hash) * 1.1));
  return {
    symbol,
    kind: 'stock',
    name: `${symbol} (seeded)`,
    primaryExchange: 'NASDAQ',
    conId: 100_000_000 + (hash % 400_000_000),
    basePrice,
    origin: { kind: 'company', beta: 1.1, techBeta: 0.3, ownVolatility: 0.22 },
    tradesPerSecond: 1.5,
    spreadTicks: Math.max(1, basePrice / 120),
    lots: 2,
    options: {
      root: symbol.replaceAll('.', ''),
      amRoot: null,
      cycle: 'weekly',
      strikeStep: basePrice < 100 ? 1 : basePrice < 250 ? 2.5 : 5,
      fineTick: 0.01,
      coarseTick: 0.05,
      openInterest: 3000,
      rho: -0.3,
      eta: 0.7,
    },
  };
};

/** Whether it trades itself, with prints and a book. */
export const isTraded = (profile: Profile): boolean => profile.tradesPerSecond > 0;
