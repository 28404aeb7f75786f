import { describe, expect, test } from 'bun:test';
import { parseCboeQuotes } from '../../../../tests/support/cboe.ts';
import { hasRecordedData, readRecordedText } from '../../../../tests/support/reference.ts';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { createRandom } from '../../testing/random.ts';
import { expiresAt, newYorkInstant } from '../market/calendar.ts';
import type { ChainColumns } from '../market/chain.ts';
import { greeksOf, yearsUntil } from '../pricing/bsm.ts';
import { instant, type SessionDate } from '../types.ts';
import { GREEK_SOURCES, GREEK_WEIGHTS, type GreekColumns, sumChainGreeks } from './chain-greeks-sums.ts';
import {
  chainGreeksByStrike,
  chainGreeksView,
  createChainGreekState,
  onChainGreeksChain,
} from './chain-greeks-view.ts';

const AT = newYorkInstant('2026-09-17' as SessionDate, '10:00:00');
const RATES = { rate: 0.04, dividendYield: 0.013 };
const FIGURES = ['delta', 'gamma', 'thetaPerDay', 'vegaPerPoint'] as const;

type Row = TestContract & { volume?: number; thetaPerDay?: number; vegaPerPoint?: number };
const build = (rows: readonly Row[], at = AT): ChainColumns => {
  const chain = chainOf('SPY', at, rows);
  rows.forEach((row, i) => {
    chain.volume[i] = row.volume ?? Number.NaN;
    chain.thetaPerDay[i] = row.thetaPerDay ?? Number.NaN;
    chain.vegaPerPoint[i] = row.vegaPerPoint ?? Number.NaN;
  });
  return chain;
};

const EXPIRIES = ['2026-09-17', '2026-09-18', '2026-12-18'];
const randomRows = (seed: number, count: number): Row[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    expiry: random.pick(EXPIRIES),
    right: random.pick(['C', 'P'] as const),
    strike: random.whole(90, 110) * 5,
    openInterest: random.chance(0.1) ? Number.NaN : random.whole(0, 1000),
    volume: random.chance(0.1) ? Number.NaN : random.whole(0, 300),
    impliedVolatility: random.chance(0.1) ? Number.NaN : 0.1 + random.next() * 0.3,
    delta: random.next() * 2 - 1,
    gamma: random.chance(0.1) ? Number.NaN : random.next() * 0.05,
    thetaPerDay: -random.next(),
    vegaPerPoint: random.next(),
  }));
};

const ownOf = (row: Row): number[] => {
  const years = yearsUntil(AT, expiresAt(row.expiry as SessionDate, false));
  const { rate, dividendYield } = RATES;
  const greeks = greeksOf(
    row.right === 'C',
    500,
    row.strike,
    years,
    row.impliedVolatility ?? Number.NaN,
    rate,
    dividendYield,
  );
  return FIGURES.map((name) => greeks[name]);
};
const vendorOf = (row: Row): number[] => FIGURES.map((name) => row[name] ?? Number.NaN);

describe.each([1, 2, 3])('sums of a random chain (seed %d)', (seed) => {
  const rows = randomRows(seed, 400);
  const sums = sumChainGreeks(build(rows), 500, AT, RATES);

  test('equal the contracts added one by one, by expiry, by strike and in all', () => {
    let compared = 0;
    const check = (
      columns: GreekColumns,
      group: number,
      members: readonly Row[],
      source: string,
      weight: string,
    ): void => {
      FIGURES.forEach((name, g) => {
        let [expected, used, missing] = [0, 0, 0];
        for (const row of members) {
          const each = weight === 'volume' ? row.volume : row.openInterest;
          if (each === undefined || Number.isNaN(each)) continue;
          const greek = (source === 'own' ? ownOf(row) : vendorOf(row))[g] as number;
          if (Number.isNaN(greek)) missing += each;
          else {
            used += each;
            expected += greek * each * 100;
          }
        }
        const column = columns[name];
        expect([column.weight[group], column.missingWeight[group]]).toEqual([used, missing]);
        expect(Math.abs((column.sum[group] as number) - expected)).toBeLessThan(1e-8 * Math.max(1, used * 100));
        compared++;
      });
    };
    for (const source of GREEK_SOURCES)
      for (const weight of GREEK_WEIGHTS) {
        sums.expiries.forEach((expiry, e) => {
          const members = rows.filter((row) => row.expiry === expiry);
          check(sums.byExpiry[source][weight], e, members, source, weight);
        });
        sums.strikes.forEach((strike, j) => {
          const members = rows.filter((row) => row.strike === strike);
          check(sums.byStrike[source][weight], j, members, source, weight);
        });
        check(sums.total[source][weight], 0, rows, source, weight);
      }
    expect(compared).toBe(4 * 4 * (3 + sums.strikes.length + 1));
    expect(sums.live).toBe(400);
  });
});

const CALL: Row = {
  expiry: '2026-09-18',
  right: 'C',
  strike: 500,
  openInterest: 10,
  volume: 3,
  impliedVolatility: 0.2,
};
const vendor = { delta: 0.5, gamma: 0.02, thetaPerDay: -0.3, vegaPerPoint: 0.25 };
const viewOf = (rows: readonly Row[], spot = 500) => {
  const state = createChainGreekState();
  onChainGreeksChain(state, build(rows), spot, AT, RATES);
  return { state, view: chainGreeksView(state, AT) };
};

test('ten calls of delta one half are five hundred shares, and the other units likewise', () => {
  const { view } = viewOf([{ ...CALL, ...vendor }]);
  expect(view.total.vendor.openInterest).toEqual({
    deltaShares: { value: 500, asOf: AT, basis: 'vendor-greeks', confidence: 1 },
    gammaSharesPerDollar: { value: 20, asOf: AT, basis: 'vendor-greeks', confidence: 1 },
    thetaDollarsPerDay: { value: -300, asOf: AT, basis: 'vendor-greeks', confidence: 1 },
    vegaDollarsPerPoint: { value: 250, asOf: AT, basis: 'vendor-greeks', confidence: 1 },
    contracts: 1,
  });
  expect(view.total.vendor.volume.deltaShares.value).toBe(150);
  expect(view.byExpiry.map(({ expiry }) => expiry as string)).toEqual(['2026-09-18']);
});

test('puts keep their sign: equal calls and puts of opposite delta cancel, gamma adds', () => {
  const put: Row = { ...CALL, ...vendor, right: 'P', delta: -0.5 };
  const { view } = viewOf([{ ...CALL, ...vendor }, put]);
  expect(view.total.vendor.openInterest.deltaShares.value).toBe(0);
  expect(view.total.vendor.openInterest.gammaSharesPerDollar.value).toBe(40);
});

test('absent is not zero: nothing known is absent, a part missing lowers the confidence', () => {
  const { openInterest: _, ...withoutInterest } = CALL;
  const none = viewOf([withoutInterest]).view;
  expect(none.total.own.openInterest.deltaShares).toEqual({
    value: null,
    reason: 'no-usable-contract',
    basis: 'own-greeks',
  });
  expect(none.rejected['open-interest-absent']).toBe(1);
  expect(none.total.own.volume.deltaShares.value).toBeGreaterThan(0);
  const unknown = viewOf([{ ...CALL, impliedVolatility: Number.NaN }]).view;
  expect(unknown.total.own.openInterest.deltaShares).toMatchObject({ value: null, reason: 'greeks-absent' });
  const half = viewOf([CALL, { ...CALL, strike: 505, openInterest: 30, impliedVolatility: Number.NaN }]);
  expect(half.view.total.own.openInterest.deltaShares).toMatchObject({ confidence: 0.25 });
  const strikes = chainGreeksByStrike(half.state, 'own', 'openInterest', AT);
  expect(strikes.map(({ deltaShares }) => deltaShares === null)).toEqual([false, true]);
  expect(viewOf([CALL], Number.NaN).view.total.own.openInterest.deltaShares.value).toBeNull();
});

test('an expiry whose every gamma is zero is a dropout of the vendor', () => {
  const { view } = viewOf([
    { ...CALL, ...vendor, gamma: 0 },
    { ...CALL, ...vendor, expiry: '2026-12-18' },
  ]);
  expect(view.rejected['vendor-expiry-gamma-zero']).toBe(1);
  expect(view.byExpiry[0]?.vendor.openInterest.gammaSharesPerDollar).toMatchObject({ reason: 'greeks-absent' });
  expect(view.total.vendor.openInterest.deltaShares).toMatchObject({ value: 500, confidence: 0.5 });
});

test('expired, crossed and unknown rows are in nothing, and told', () => {
  const { view } = viewOf([
    CALL,
    { ...CALL, expiry: '2026-09-16' },
    { ...CALL, expiry: '2099-01-01' },
    { ...CALL, bid: 2, ask: 1 },
    { ...CALL, strike: Number.NaN },
  ]);
  expect(view.rejected).toMatchObject({ expired: 1, 'unknown-expiry': 1, 'crossed-quote': 1, 'bad-strike': 1 });
  expect([view.liveContracts, view.total.own.openInterest.contracts]).toEqual([1, 1]);
});

test('without a chain, and two minutes after it, there is nothing', () => {
  const { state } = viewOf([CALL]);
  expect(chainGreeksView(createChainGreekState(), AT).total.own.volume.deltaShares).toMatchObject({
    reason: 'no-chain',
  });
  expect(chainGreeksView(state, instant(AT + 120_000)).total.own.volume.deltaShares.value).not.toBeNull();
  const late = chainGreeksView(state, instant(AT + 120_001));
  expect(late.total.own.volume.deltaShares).toMatchObject({ value: null, reason: 'stale' });
  expect(chainGreeksByStrike(state, 'own', 'volume', instant(AT + 120_001))).toEqual([]);
});

const CBOE = 'chains/cboe-quotedata/spx_2022-03-23_1011ET_spanish-locale.csv.gz';
test.skipIf(!hasRecordedData(CBOE))(
  'SPX of 2022-03-23: delta and gamma by open interest are what the file comes to',
  () => {
    const at = newYorkInstant('2022-03-23' as SessionDate, '10:11:00');
    const { spot, chain } = parseCboeQuotes(readRecordedText(CBOE), at);
    let [delta, gamma] = [0, 0];
    for (let i = 0; i < chain.rowCount; i++) {
      delta += (chain.delta[i] as number) * (chain.openInterest[i] as number) * 100;
      gamma += (chain.gamma[i] as number) * (chain.openInterest[i] as number) * 100;
    }
    for (let warm = 0; warm < 5; warm++) sumChainGreeks(chain, spot, at, RATES);
    const from = Bun.nanoseconds();
    const sums = sumChainGreeks(chain, spot, at, { rate: 0.005, dividendYield: 0.014 });
    const vendorSums = sums.total.vendor.openInterest;
    const own = sums.total.own.openInterest;
    const [vendorDelta, vendorGamma] = [vendorSums.delta.sum[0] as number, vendorSums.gamma.sum[0] as number];
    console.log(`SPX: ${sums.live} contracts summed in ${((Bun.nanoseconds() - from) / 1e6).toFixed(1)} ms`);
    expect(sums.live).toBeGreaterThan(18_000);
    expect(Math.abs(vendorDelta / delta - 1)).toBeLessThan(1e-9);
    expect(Math.abs(vendorGamma / gamma - 1)).toBeLessThan(1e-9);
    expect(Math.abs((own.gamma.sum[0] as number) / vendorGamma - 1)).toBeLessThan(0.02);
    expect(own.thetaPerDay.sum[0]).toBeLessThan(0);
    // The export has no theta: what nobody holds adds nothing, the rest is missing.
    expect(vendorSums.thetaPerDay.weight[0]).toBe(0);
    expect(vendorSums.thetaPerDay.missingWeight[0]).toBe(vendorSums.gamma.weight[0] as number);
    expect(sums.rejected['vendor-greeks-incomplete']).toBe(19_002);
  },
);
