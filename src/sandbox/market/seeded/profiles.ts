import { hashText, unit } from '../random.ts';

/** How one symbol of the seeded world behaves. */
export interface Profile {
  readonly symbol: string;
  readonly kind: 'stock' | 'index';
  readonly name: string;
  readonly primaryExchange: string;
  readonly conId: number;
  /** Dollars (index points) around which the years move. */
  readonly basePrice: number;
  /** Volatility relative to the market's, and correlation with it. */
  readonly volatilityRatio: number;
  readonly marketCorrelation: number;
  /** Prints a second on an average minute. */
  readonly tradesPerSecond: number;
  /** Dollars between neighbouring strikes. */
  readonly strikeStep: number;
  /** OSI root of its options, and whether one expires every session. */
  readonly optionRoot: string;
  readonly dailyExpiries: boolean;
  /** Below which price options tick in `fineTick`, above in `coarseTick`. */
  readonly fineTick: number;
  readonly coarseTick: number;
  /** An index follows the mid of its fund instead of trading itself. */
  readonly follows: { readonly symbol: string; readonly multiplier: number } | null;
}

const fund = {
  kind: 'stock',
  primaryExchange: 'ARCA',
  volatilityRatio: 1,
  marketCorrelation: 0.95,
  tradesPerSecond: 5,
  strikeStep: 1,
  dailyExpiries: true,
  fineTick: 0.01,
  coarseTick: 0.01,
  follows: null,
} as const;

const KNOWN: readonly Profile[] = [
  { ...fund, symbol: 'SPY', name: 'SPDR S&P 500 ETF Trust', conId: 756733, basePrice: 600, optionRoot: 'SPY' },
  {
    ...fund,
    symbol: 'QQQ',
    name: 'Invesco QQQ Trust',
    primaryExchange: 'NASDAQ',
    conId: 320227571,
    basePrice: 520,
    volatilityRatio: 1.3,
    marketCorrelation: 0.9,
    tradesPerSecond: 4,
    optionRoot: 'QQQ',
  },
  {
    ...fund,
    symbol: 'SPX',
    kind: 'index',
    name: 'S&P 500 Stock Index',
    primaryExchange: 'CBOE',
    conId: 416904,
    basePrice: 6012,
    tradesPerSecond: 0,
    strikeStep: 5,
    optionRoot: 'SPXW',
    fineTick: 0.05,
    coarseTick: 0.1,
    follows: { symbol: 'SPY', multiplier: 10.02 },
  },
];

/** Known symbols as they are; any other ticker becomes a plausible share. */
export const profileOf = (symbol: string): Profile => {
  const known = KNOWN.find((profile) => profile.symbol === symbol);
  if (known) return known;
  const hash = hashText(symbol);
  const basePrice = Math.round(40 * 10 ** (unit(hash) * 1.1));
  return {
    ...fund,
    symbol,
    name: `${symbol} (seeded)`,
    primaryExchange: 'NASDAQ',
    conId: 100_000_000 + (hash % 400_000_000),
    basePrice,
    volatilityRatio: 1.8,
    marketCorrelation: 0.6,
    tradesPerSecond: 2,
    strikeStep: basePrice < 100 ? 1 : basePrice < 250 ? 2.5 : 5,
    optionRoot: symbol.replaceAll('.', ''),
    dailyExpiries: false,
  };
};
