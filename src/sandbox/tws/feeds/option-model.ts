import type { ChainRow, SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import { TICK } from '../wire/codes.ts';
import { optionTick, sizeTick, type Tick } from './ticks.ts';

let indexedChain: readonly ChainRow[] | null = null;
let rowsById = new Map<string, ChainRow>();

/** The chain is one array per update: index it when it is another array. */
const rowOf = (market: SandboxMarket, listing: Listing): ChainRow | null => {
  const { option } = listing;
  const chain = option ? market.chain(option.underlying) : null;
  if (!option || !chain) return null;
  if (chain !== indexedChain) {
    indexedChain = chain;
    rowsById = new Map(chain.map((row) => [row.contract.id, row]));
  }
  return rowsById.get(option.id) ?? null;
};

/** TWS says -1 for an absent volatility or price and -2 for an absent Greek. */
const orMinus = (value: number | null, absent: -1 | -2): number => value ?? absent;

/** Open interest and the model computation (tick 13) of an option. Vega per volatility point, theta per day. */
export const optionModelTicks = (market: SandboxMarket, listing: Listing): Tick[] => {
  const row = rowOf(market, listing);
  if (!row) return [];
  const ticks: Tick[] = [];
  if (row.openInterest !== null) {
    const type = row.contract.right === 'C' ? TICK.callOpenInterest : TICK.putOpenInterest;
    ticks.push(sizeTick(type, row.openInterest));
  }
  const underlying = market.quote(listing.symbol)?.lastPrice ?? null;
  const figures = [
    orMinus(row.impliedVolatility, -1),
    orMinus(row.delta, -2),
    orMinus(row.mark, -1),
    0, // present value of dividends
    orMinus(row.gamma, -2),
    orMinus(row.vega, -2),
    orMinus(row.theta, -2),
    orMinus(underlying, -1),
  ];
  ticks.push(optionTick(TICK.modelOption, 1, figures));
  return ticks;
};
