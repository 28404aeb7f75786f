/** One order of a closing auction. `price` is NaN for a market-on-close order. Sizes in shares. */
export interface AuctionOrder {
  readonly side: 'B' | 'S';
  readonly price: number;
  readonly shares: number;
}

/** What the auction would do now. `price` is null when nothing pairs; the imbalance is then the one at the reference. */
export interface AuctionClearing {
  readonly price: number | null;
  readonly pairedShares: number;
  /** Shares to buy less shares to sell at that price: positive when buyers are left over. */
  readonly imbalanceShares: number;
  readonly imbalanceSide: 'B' | 'S' | 'N';
  /** |imbalance| / (paired + |imbalance|), 0 … 1; null when nothing pairs. */
  readonly imbalanceRatio: number | null;
}

/** Interest by price: prices as whole ticks, ascending. */
interface Interest {
  readonly ticks: readonly number[];
  /** Shares to buy at `ticks[i]` or more (one entry longer, ending in 0), and to sell at `ticks[i]` or less. */
  readonly buyFrom: Float64Array;
  readonly sellUpTo: Float64Array;
  readonly marketBuy: number;
  readonly marketSell: number;
}

interface Candidate {
  readonly tick: number;
  readonly buy: number;
  readonly sell: number;
}

/** Tick numbers are whole; a price a rounding error away from its tick is on it. */
const tickOf = (price: number, tickSize: number): number => {
  const ticks = price / tickSize;
  const whole = Math.round(ticks);
  return Math.abs(ticks - whole) < 1e-6 ? whole : ticks;
};

const requireOrder = (order: AuctionOrder, tickSize: number): void => {
  if (!(order.shares > 0 && order.shares < Infinity))
    throw new RangeError(`Closing auction: expected a positive number of shares, got ${order.shares}`);
  if (Number.isNaN(order.price)) return;
  if (!(order.price > 0 && Number.isInteger(tickOf(order.price, tickSize))))
    throw new RangeError(`Closing auction: expected a price on a tick of ${tickSize}, got ${order.price}`);
};

const gather = (orders: readonly AuctionOrder[], tickSize: number): Interest => {
  const atTick = new Map<number, { buy: number; sell: number }>();
  let marketBuy = 0;
  let marketSell = 0;
  for (const order of orders) {
    requireOrder(order, tickSize);
    if (Number.isNaN(order.price)) {
      if (order.side === 'B') marketBuy += order.shares;
      else marketSell += order.shares;
      continue;
    }
    const tick = tickOf(order.price, tickSize);
    const level = atTick.get(tick) ?? { buy: 0, sell: 0 };
    if (order.side === 'B') level.buy += order.shares;
    else level.sell += order.shares;
    atTick.set(tick, level);
  }
  const ticks = [...atTick.keys()].sort((a, b) => a - b);
  const buyFrom = new Float64Array(ticks.length + 1);
  const sellUpTo = new Float64Array(ticks.length + 1);
  for (let i = ticks.length - 1; i >= 0; i--)
    buyFrom[i] = (buyFrom[i + 1] ?? 0) + (atTick.get(ticks[i] ?? 0)?.buy ?? 0);
  for (let i = 0; i < ticks.length; i++)
    sellUpTo[i] = (i === 0 ? 0 : (sellUpTo[i - 1] ?? 0)) + (atTick.get(ticks[i] ?? 0)?.sell ?? 0);
  return { ticks, buyFrom, sellUpTo, marketBuy, marketSell };
};

/** The first of two by the exchange's order: paired shares, smallest imbalance, nearest to the reference, higher. */
const isBetter = (a: Candidate, b: Candidate, reference: number): boolean => {
  const paired = Math.min(a.buy, a.sell) - Math.min(b.buy, b.sell);
  if (paired !== 0) return paired > 0;
  const imbalance = Math.abs(a.buy - a.sell) - Math.abs(b.buy - b.sell);
  if (imbalance !== 0) return imbalance < 0;
  const distance = Math.abs(a.tick - reference) - Math.abs(b.tick - reference);
  if (distance !== 0) return distance < 0;
  return a.tick > b.tick;
};

/** Interest is constant between two limits: of the ticks there only the ones nearest to the reference can win. */
const candidateTicks = (ticks: readonly number[], reference: number): number[] => {
  const candidates: number[] = [Math.floor(reference), Math.ceil(reference), ...ticks];
  for (let i = 1; i < ticks.length; i++) {
    const first = (ticks[i - 1] ?? 0) + 1;
    const last = (ticks[i] ?? 0) - 1;
    if (first > last) continue;
    // Within the gap the reference itself, listed above, is nearer still.
    candidates.push(Math.min(last, Math.max(first, Math.round(reference))));
  }
  return candidates.sort((a, b) => a - b);
};

/**
 * The clearing of a closing auction over all ticks between the extreme limits and the reference: 1. most paired shares;
 * 2. smallest |imbalance|; 3. nearest to `referencePrice`; 4. the higher price. Without any limit it is the reference.
 * With auction orders alone this is the far price, with the continuous book added the near price (Nasdaq NOII terms).
 * Dollars and shares. A simplified public model: no designated market maker, no collars, no imbalance-only orders.
 */
export const clearAuction = (
  orders: readonly AuctionOrder[],
  referencePrice: number,
  tickSize: number,
): AuctionClearing => {
  if (!(referencePrice > 0 && referencePrice < Infinity && tickSize > 0 && tickSize < Infinity))
    throw new RangeError(`Closing auction: expected a reference and a tick, got ${referencePrice} and ${tickSize}`);
  const interest = gather(orders, tickSize);
  const reference = tickOf(referencePrice, tickSize);
  const at = (tick: number, upTo: number): Candidate => ({
    tick,
    buy: interest.marketBuy + (interest.buyFrom[interest.ticks[upTo] === tick ? upTo : upTo + 1] ?? 0),
    sell: interest.marketSell + (upTo < 0 ? 0 : (interest.sellUpTo[upTo] ?? 0)),
  });
  // Limits up to and including the candidate's tick; both lists ascend.
  let upTo = -1;
  let best: Candidate | null = null;
  let atReference: Candidate = at(
    reference,
    interest.ticks.findLastIndex((tick) => tick <= reference),
  );
  for (const tick of candidateTicks(interest.ticks, reference)) {
    while ((interest.ticks[upTo + 1] ?? Infinity) <= tick) upTo++;
    const candidate = at(tick, upTo);
    if (best === null || isBetter(candidate, best, reference)) best = candidate;
  }
  if (best === null || Math.min(best.buy, best.sell) === 0) best = null;
  else atReference = best;
  const imbalanceShares = atReference.buy - atReference.sell;
  const pairedShares = best === null ? 0 : Math.min(best.buy, best.sell);
  return {
    // Through the tick's own decimals, so that 468.67 is the double nearest to 468.67.
    price: best === null ? null : Number((best.tick * tickSize).toFixed(6)),
    pairedShares,
    imbalanceShares,
    imbalanceSide: imbalanceShares > 0 ? 'B' : imbalanceShares < 0 ? 'S' : 'N',
    imbalanceRatio: best === null ? null : Math.abs(imbalanceShares) / (pairedShares + Math.abs(imbalanceShares)),
  };
};
