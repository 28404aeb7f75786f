import type { SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import { TICK } from '../wire/codes.ts';
import type { Activity } from './activity.ts';
import { genericTick, priceTick, sizeTick, type Tick } from './ticks.ts';
import { historicalVolatility } from './volatility.ts';

/** The generic ticks a request may name. Source: IBKR TWS API, "Available Tick Types". */
const LEGAL: ReadonlySet<string> = new Set(
  (
    '100,101,104,105,106,125,162,165,221,225,232,233,236,256,258,291,292,293,294,295,318,370,375,377,381,384,387,388,' +
    '391,407,411,428,439,456,459,460,499,506,511,512,513,514,515,516,517,519,521,545,576,577,578,584,585,586,587,588,' +
    '595,614,619,623,645,687,741,742,743,744,745,746,747,748,787'
  ).split(','),
);

/** The names of a generic tick list, `mdoff` and the news form `292:BRFG` included; null when one is unknown. */
export const readGenericTicks = (text: string): ReadonlySet<string> | { readonly illegal: string } => {
  const names = text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().split(':')[0] ?? '']));
  const illegal = names.find((name) => name !== 'mdoff' && !LEGAL.has(name));
  return illegal === undefined ? new Set(names) : { illegal };
};

type Figures = (market: SandboxMarket, listing: Listing, activity: Activity) => readonly (Tick | null)[];

const size = (type: number, value: number | null | undefined): Tick | null =>
  value === null || value === undefined ? null : sizeTick(type, value);
const generic = (type: number, value: number | null | undefined): Tick | null =>
  value === null || value === undefined ? null : genericTick(type, value);

/** Sums a figure of the chain by right; null where no row has it. */
const chainSums = (market: SandboxMarket, symbol: string, figure: 'volume' | 'openInterest') => {
  const sums: { C: number | null; P: number | null } = { C: null, P: null };
  for (const row of market.chain(symbol) ?? []) {
    const value = row[figure];
    if (value !== null) sums[row.contract.right] = (sums[row.contract.right] ?? 0) + value;
  }
  return sums;
};

const auction: Figures = (market, { symbol }) => {
  const seen = market.auction?.(symbol) ?? null;
  if (!seen) return [];
  const indicative = seen.nearPrice ?? seen.referencePrice;
  return [
    sizeTick(TICK.auctionVolume, seen.pairedShares),
    priceTick(TICK.auctionPrice, indicative, 0, 0, false),
    sizeTick(TICK.auctionImbalance, seen.imbalanceShares),
    size(TICK.regulatoryImbalance, seen.regulatoryImbalanceShares),
  ];
};

/** What each generic tick adds to a stock or an index; an option has its open interest with its model. */
const FIGURES: Readonly<Record<string, Figures>> = {
  100: (market, { symbol }) => {
    const volume = chainSums(market, symbol, 'volume');
    return [size(TICK.callOptionVolume, volume.C), size(TICK.putOptionVolume, volume.P)];
  },
  101: (market, { symbol }) => {
    const open = chainSums(market, symbol, 'openInterest');
    return [size(TICK.callOpenInterest, open.C), size(TICK.putOpenInterest, open.P)];
  },
  104: (market, { symbol }) => [generic(TICK.historicalVolatility, historicalVolatility(market, symbol))],
  106: (market, { symbol }) => [
    generic(TICK.impliedVolatility, market.dailyBars?.(symbol, 1).at(-1)?.impliedVolatility),
  ],
  225: auction,
  // Above 2.5: at least a thousand shares can be borrowed.
  236: (_market, { kind }) => [kind === 'STK' ? genericTick(TICK.shortable, 3) : null],
  293: (market, { symbol }, activity) => [genericTick(TICK.tradeCount, activity.today(symbol, market.now()).trades)],
  294: (market, { symbol }, activity) => [
    genericTick(TICK.tradeRate, activity.lastMinute(symbol, market.now()).trades),
  ],
  295: (market, { symbol }, activity) => [
    genericTick(TICK.volumeRate, activity.lastMinute(symbol, market.now()).shares),
  ],
  318: (market, { symbol }) => {
    const last = market.quote(symbol)?.lastPrice ?? null;
    return [last === null ? null : priceTick(TICK.lastRthTrade, last, 0, 0, false)];
  },
  411: (market, { symbol }) => [generic(TICK.realTimeVolatility, historicalVolatility(market, symbol, true))],
};

/** The ticks that the named generic ticks stand for now, in ascending order of name. */
export const genericTicks = (
  market: SandboxMarket,
  listing: Listing,
  names: ReadonlySet<string>,
  activity: Activity,
): Tick[] => {
  if (listing.kind === 'OPT') return [];
  return Object.entries(FIGURES).flatMap(([name, figures]) =>
    names.has(name) ? figures(market, listing, activity).filter((tick) => tick !== null) : [],
  );
};
