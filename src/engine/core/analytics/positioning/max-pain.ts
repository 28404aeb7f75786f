import type { PricedChain } from '../exposure-sums.ts';

/** Options strike in thousandths (OSI): sums of whole numbers stay exact. */
const THOUSANDTHS = 1000;

/**
 * Strike at which contracts pay their holders least in total, lowest on ties; NaN when one side has no contract, since
 * then any far strike will do. Columns by strike, ascending; `start` and `stride` place them in a larger one.
 */
export const maxPainOf = (strikes: Float64Array, calls: Float64Array, puts: Float64Array, start = 0): number => {
  let callsBelow = 0;
  let putsAbove = 0;
  let payout = 0;
  const lowest = Math.round((strikes[0] ?? Number.NaN) * THOUSANDTHS);
  for (let j = 0; j < strikes.length; j++) {
    const contracts = puts[start + j] as number;
    putsAbove += contracts;
    payout += contracts * (Math.round((strikes[j] as number) * THOUSANDTHS) - lowest);
  }
  const allPuts = putsAbove;
  let best = Number.NaN;
  let least = Infinity;
  let before = lowest;
  for (let j = 0; j < strikes.length; j++) {
    const strike = Math.round((strikes[j] as number) * THOUSANDTHS);
    payout += (callsBelow - putsAbove) * (strike - before);
    before = strike;
    if (payout < least) {
      least = payout;
      best = strikes[j] as number;
    }
    callsBelow += calls[start + j] as number;
    putsAbove -= puts[start + j] as number;
  }
  return callsBelow > 0 && allPuts > 0 ? best : Number.NaN;
};

/** Per expiry slot, by open interest; NaN where there is none. */
export const maxPainBySlot = (priced: PricedChain, refused: Uint8Array): Float64Array => {
  const { chain, expirySlot, index, years } = priced;
  const width = index.strikes.length;
  const calls = new Float64Array(years.length * width);
  const puts = new Float64Array(years.length * width);
  const used = new Uint8Array(years.length);
  for (let i = 0; i < chain.rowCount; i++) {
    const contracts = chain.openInterest[i] as number;
    if (refused[i] === 1 || !(contracts > 0 && contracts < Infinity)) continue;
    const slot = expirySlot[i] as number;
    const place = slot * width + (index.ofRow[i] as number);
    const column = chain.isCall[i] === 1 ? calls : puts;
    column[place] = (column[place] as number) + contracts;
    used[slot] = 1;
  }
  return Float64Array.from(used, (on, slot) =>
    on === 1 ? maxPainOf(index.strikes, calls, puts, slot * width) : Number.NaN,
  );
};
