import { describe, expect, test } from 'bun:test';
import { nyTime, seededMarket, UNDERLYINGS } from '../../../../../tests/support/seeded.ts';
import { expiresAt, settlesAm } from '../../../../engine/core/market/calendar.ts';
import { yearsUntil } from '../../../../engine/core/pricing/bsm.ts';
import type { Instant } from '../../../../engine/core/types.ts';
import type { ChainRow } from '../../types.ts';
import { KNOWN_PROFILES } from '../instruments/known-profiles.ts';
import { DIVIDEND_YIELD, RATE } from '../listing/option-quotes.ts';

/** Dollars that rounding of sums may cost. */
const EPSILON = 1e-9;

interface Quoted {
  readonly strike: number;
  readonly bid: number;
  readonly ask: number;
  readonly mid: number;
  readonly tick: number;
}
/** One expiry of one root: calls and puts by strike, ascending. */
interface Slice {
  readonly name: string;
  readonly years: number;
  readonly calls: readonly Quoted[];
  readonly puts: readonly Quoted[];
}

const slicesOf = (rows: readonly ChainRow[], at: Instant): Slice[] => {
  const groups = new Map<string, ChainRow[]>();
  for (const row of rows) {
    const key = `${row.contract.tradingClass} ${row.contract.expiry}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([name, of]) => {
    const { tradingClass, expiry, underlying } = (of[0] as ChainRow).contract;
    const terms = KNOWN_PROFILES.find(({ symbol }) => symbol === underlying)?.options;
    const side = (right: 'C' | 'P'): Quoted[] =>
      of
        .filter(({ contract }) => contract.right === right)
        .map(({ contract, bid, ask }) => ({
          strike: contract.strike,
          bid: bid ?? Number.NaN,
          ask: ask ?? Number.NaN,
          mid: ((bid ?? Number.NaN) + (ask ?? Number.NaN)) / 2,
          tick: (ask ?? 0) < 3 ? (terms?.fineTick ?? 0) : (terms?.coarseTick ?? 0),
        }))
        .sort((a, b) => a.strike - b.strike);
    const end = expiresAt(expiry, settlesAm(tradingClass, expiry));
    return { name: `${underlying} ${name}`, years: yearsUntil(at, end), calls: side('C'), puts: side('P') };
  });
};

type Complaint = string;
let checked = 0;

const demand = (holds: boolean, what: () => string, complaints: Complaint[]): void => {
  checked++;
  if (!holds) complaints.push(what());
};

const parity = (slice: Slice, spotBid: number, spotAsk: number, complaints: Complaint[]): void => {
  const { years, name } = slice;
  for (const [i, call] of slice.calls.entries()) {
    const put = slice.puts[i] as Quoted;
    const cash = call.strike * Math.exp(-RATE * years);
    const low = spotBid * Math.exp(-DIVIDEND_YIELD * years) - cash;
    const high = spotAsk * Math.exp(-DIVIDEND_YIELD * years) - cash;
    demand(call.bid - put.ask <= high + EPSILON, () => `${name} ${call.strike}: conversion pays`, complaints);
    demand(call.ask - put.bid >= low - EPSILON, () => `${name} ${call.strike}: reversal pays`, complaints);
  }
};

const bounds = (slice: Slice, spot: number, complaints: Complaint[]): void => {
  const { years, name } = slice;
  const stock = spot * Math.exp(-DIVIDEND_YIELD * years);
  for (const [isCall, side] of [
    [true, slice.calls],
    [false, slice.puts],
  ] as const)
    for (const { strike, bid, ask } of side) {
      const cash = strike * Math.exp(-RATE * years);
      const least = Math.max(0, isCall ? stock - cash : cash - stock);
      demand(bid < ask && bid >= 0, () => `${name} ${strike}: ${bid} bid, ${ask} asked`, complaints);
      demand(ask >= least - EPSILON, () => `${name} ${strike}: offered below what it is worth at once`, complaints);
      demand(bid <= (isCall ? stock : cash) + EPSILON, () => `${name} ${strike}: bid above all it can pay`, complaints);
    }
};

/** Nothing can be had by crossing; on the mids what is left is no more than the ticks that they were rounded to. */
const verticalsAndButterflies = (slice: Slice, complaints: Complaint[]): void => {
  for (const [sign, side] of [
    [1, slice.calls],
    [-1, slice.puts],
  ] as const)
    for (let i = 0; i < side.length; i++) {
      const [low, mid, high] = [side[i], side[i + 1], side[i + 2]] as [Quoted, Quoted | undefined, Quoted | undefined];
      if (!mid) continue;
      const [dear, cheap] = sign > 0 ? [low, mid] : [mid, low];
      const what = `${slice.name} ${sign > 0 ? 'call' : 'put'} ${low.strike}`;
      demand(dear.ask - cheap.bid >= -EPSILON, () => `${what}: vertical pays`, complaints);
      demand(dear.mid >= cheap.mid - dear.tick, () => `${what}: mids not monotone`, complaints);
      const width = (mid.strike - low.strike) * Math.exp(-RATE * slice.years);
      demand(dear.bid - cheap.ask <= width + EPSILON, () => `${what}: vertical above its width`, complaints);
      if (!high) continue;
      const weight = (high.strike - mid.strike) / (high.strike - low.strike);
      const crossed = weight * low.ask + (1 - weight) * high.ask - mid.bid;
      demand(crossed >= -EPSILON, () => `${what}: butterfly pays ${-crossed}`, complaints);
      const atMids = weight * low.mid + (1 - weight) * high.mid - mid.mid;
      demand(
        atMids >= -Math.max(low.tick, mid.tick, high.tick),
        () => `${what}: mids not convex, ${atMids}`,
        complaints,
      );
    }
};

/** A later call at the same forward moneyness is worth no less: Gatheral and Jacquier (2014), lemma 2.1. */
const calendars = (slices: readonly Slice[], complaints: Complaint[]): void => {
  const ordered = slices.toSorted((a, b) => a.years - b.years);
  for (const [i, near] of ordered.entries()) {
    const far = ordered[i + 1];
    if (!far) continue;
    const carry = Math.exp((RATE - DIVIDEND_YIELD) * (far.years - near.years));
    const discount = Math.exp(-DIVIDEND_YIELD * (far.years - near.years));
    for (const call of near.calls) {
      // The far call whose strike is not above the same moneyness costs at least as much per share of spot held.
      const match = far.calls.findLast(({ strike }) => strike <= call.strike * carry + EPSILON);
      if (!match) continue;
      const what = () => `${near.name} ${call.strike} against ${far.name} ${match.strike}: calendar pays`;
      demand(match.ask >= discount * call.bid - EPSILON, what, complaints);
      if (match.strike !== call.strike) continue;
      demand(match.mid >= discount * call.mid - call.tick, what, complaints);
    }
  }
};

const complaintsAt = (seed: number, at: Instant, scenario?: Parameters<typeof seededMarket>[3]): Complaint[] => {
  const market = seededMarket(seed, at, UNDERLYINGS, scenario);
  const complaints: Complaint[] = [];
  for (const symbol of UNDERLYINGS) {
    const { bidPrice, askPrice, lastPrice } = market.quote(symbol) ?? {};
    const [bid, ask] = [bidPrice ?? lastPrice ?? Number.NaN, askPrice ?? lastPrice ?? Number.NaN];
    const slices = slicesOf(market.chain(symbol) ?? [], at);
    expect(slices.length).toBeGreaterThan(8);
    for (const slice of slices) {
      parity(slice, bid, ask, complaints);
      bounds(slice, (bid + ask) / 2, complaints);
      verticalsAndButterflies(slice, complaints);
    }
    calendars(slices, complaints);
  }
  return complaints;
};

describe('every quoted chain of every symbol', () => {
  test.each([
    [1, '2026-11-18', '09:30:00', 'mixed'],
    [2, '2026-11-18', '12:17:31', 'mixed'],
    [3, '2026-11-20', '15:58:30', 'mixed'],
    [4, '2026-06-18', '10:00:00', 'mixed'],
    [5, '2026-12-24', '12:55:00', 'half-day'],
    [6, '2026-11-18', '11:05:00', 'crash'],
    [7, '2026-11-18', '14:00:00', 'calm'],
  ] as const)(
    'is free of arbitrage (seed %i, %s %s, %s)',
    (seed, date, time, scenario) => {
      const before = checked;
      expect(complaintsAt(seed, nyTime(date, time), scenario)).toEqual([]);
      expect(checked - before).toBeGreaterThan(50_000);
    },
    30_000,
  );
});
