import type { OptionProfile, Profile } from './profiles.ts';

const fundOptions = {
  amRoot: null,
  cycle: 'daily',
  strikeStep: 1,
  fineTick: 0.01,
  coarseTick: 0.01,
  openInterest: 7000,
  rho: -0.55,
  eta: 0.8,
} as const;
const shareOptions = (root: string, strikeStep: number, openInterest: number): OptionProfile => ({
  root,
  amRoot: null,
  cycle: 'weekly',
  strikeStep,
  fineTick: 0.01,
  coarseTick: 0.05,
  openInterest,
  rho: -0.3,
  eta: 0.7,
});

/** Weights by value; what is not a company of its own here is the rest of the index. */
const SPX_WEIGHTS = {
  AAPL: 0.07,
  MSFT: 0.065,
  NVDA: 0.065,
  AMZN: 0.04,
  GOOGL: 0.04,
  META: 0.026,
  TSLA: 0.02,
  'SPX rest': 0.674,
} as const;
const NDX_WEIGHTS = {
  AAPL: 0.09,
  MSFT: 0.08,
  NVDA: 0.085,
  AMZN: 0.055,
  GOOGL: 0.05,
  META: 0.035,
  TSLA: 0.03,
  'NDX rest': 0.575,
} as const;

interface ShareRow {
  readonly name: string;
  readonly conId: number;
  readonly basePrice: number;
  /** Beta, beta to technology, volatility of its own. */
  readonly risk: readonly [number, number, number];
  readonly tradesPerSecond: number;
  readonly spreadTicks: number;
  readonly lots: number;
  readonly strikeStep: number;
  readonly openInterest: number;
}

const share = (symbol: string, row: ShareRow): Profile => ({
  symbol,
  kind: 'stock',
  name: row.name,
  primaryExchange: 'NASDAQ',
  conId: row.conId,
  basePrice: row.basePrice,
  origin: { kind: 'company', beta: row.risk[0], techBeta: row.risk[1], ownVolatility: row.risk[2] },
  tradesPerSecond: row.tradesPerSecond,
  spreadTicks: row.spreadTicks,
  lots: row.lots,
  options: shareOptions(symbol, row.strikeStep, row.openInterest),
});

/** An index computed from another's options: nobody trades it. Cboe's methodology, at a constant maturity. */
const volatilityIndex = (symbol: string, name: string, conId: number, days: number): Profile => ({
  symbol,
  kind: 'index',
  name,
  primaryExchange: 'CBOE',
  conId,
  basePrice: 15,
  origin: { kind: 'volatility', index: 'SPX', days },
  tradesPerSecond: 0,
  spreadTicks: 0,
  lots: 0,
  options: null,
});

const FUNDS: readonly Profile[] = [
  {
    symbol: 'SPX',
    kind: 'index',
    name: 'S&P 500 Stock Index',
    primaryExchange: 'CBOE',
    conId: 416904,
    basePrice: 6012,
    origin: { kind: 'basket', of: SPX_WEIGHTS },
    tradesPerSecond: 0,
    spreadTicks: 0,
    lots: 0,
    options: {
      ...fundOptions,
      root: 'SPXW',
      amRoot: 'SPX',
      strikeStep: 5,
      fineTick: 0.05,
      coarseTick: 0.1,
      openInterest: 5000,
    },
  },
  {
    symbol: 'SPY',
    kind: 'stock',
    name: 'SPDR S&P 500 ETF Trust',
    primaryExchange: 'ARCA',
    conId: 756733,
    basePrice: 600,
    origin: { kind: 'fund', index: 'SPX', indexPointsPerDollar: 10.02 },
    tradesPerSecond: 5,
    spreadTicks: 1,
    lots: 4,
    options: { ...fundOptions, root: 'SPY', openInterest: 9000 },
  },
  {
    symbol: 'QQQ',
    kind: 'stock',
    name: 'Invesco QQQ Trust',
    primaryExchange: 'NASDAQ',
    conId: 320227571,
    basePrice: 520,
    origin: { kind: 'basket', of: NDX_WEIGHTS },
    tradesPerSecond: 4,
    spreadTicks: 1,
    lots: 3,
    options: { ...fundOptions, root: 'QQQ' },
  },
  {
    symbol: 'IWM',
    kind: 'stock',
    name: 'iShares Russell 2000 ETF',
    primaryExchange: 'ARCA',
    conId: 9579970,
    basePrice: 225,
    origin: { kind: 'company', beta: 1.15, techBeta: -0.2, ownVolatility: 0.09 },
    tradesPerSecond: 3,
    spreadTicks: 1,
    lots: 4,
    options: { ...fundOptions, root: 'IWM', openInterest: 6000 },
  },
];

// biome-ignore format: a table reads best one row a line.
const SHARES: readonly Profile[] = [
  share('AAPL', { name: 'Apple Inc', conId: 265598, basePrice: 230, risk: [1.05, 0.5, 0.15], tradesPerSecond: 3, spreadTicks: 1.2, lots: 3, strikeStep: 2.5, openInterest: 9000 }),
  share('MSFT', { name: 'Microsoft Corp', conId: 272093, basePrice: 430, risk: [1, 0.55, 0.14], tradesPerSecond: 2, spreadTicks: 4, lots: 1, strikeStep: 2.5, openInterest: 4000 }),
  share('GOOGL', { name: 'Alphabet Inc-Cl A', conId: 208813719, basePrice: 175, risk: [1.05, 0.5, 0.19], tradesPerSecond: 2, spreadTicks: 1.3, lots: 2, strikeStep: 2.5, openInterest: 5000 }),
  share('AMZN', { name: 'Amazon.com Inc', conId: 3691937, basePrice: 205, risk: [1.15, 0.6, 0.19], tradesPerSecond: 2.5, spreadTicks: 1.3, lots: 2, strikeStep: 2.5, openInterest: 6000 }),
  share('NVDA', { name: 'NVIDIA Corp', conId: 4815747, basePrice: 140, risk: [1.5, 1.3, 0.28], tradesPerSecond: 4.5, spreadTicks: 1, lots: 6, strikeStep: 1, openInterest: 12_000 }),
  share('META', { name: 'Meta Platforms Inc-Class A', conId: 107113386, basePrice: 590, risk: [1.15, 0.6, 0.22], tradesPerSecond: 1.8, spreadTicks: 8, lots: 1, strikeStep: 5, openInterest: 3000 }),
  share('TSLA', { name: 'Tesla Inc', conId: 76792991, basePrice: 330, risk: [1.6, 0.7, 0.42], tradesPerSecond: 4, spreadTicks: 3, lots: 2, strikeStep: 2.5, openInterest: 9000 }),
];

const VOLATILITY_INDICES: readonly Profile[] = [
  volatilityIndex('VIX1D', 'Cboe 1-Day Volatility Index', 620_000_001, 1),
  volatilityIndex('VIX9D', 'Cboe S&P 500 9-Day Volatility Index', 620_000_009, 9),
  volatilityIndex('VIX', 'Cboe Volatility Index', 13_455_763, 30),
  volatilityIndex('VIX3M', 'Cboe S&P 500 3-Month Volatility Index', 620_000_093, 93),
];

/** What the seeded world is made of. */
export const KNOWN_PROFILES: readonly Profile[] = [...FUNDS, ...SHARES, ...VOLATILITY_INDICES];

/** Shares that no one here trades alone, in the same terms as a company: the remaining members of the indices. */
export const REST_COMPANIES = [
  { symbol: 'SPX rest', beta: 0.97, techBeta: 0, ownVolatility: 0.012 },
  { symbol: 'NDX rest', beta: 1.05, techBeta: 1, ownVolatility: 0.03 },
] as const;
