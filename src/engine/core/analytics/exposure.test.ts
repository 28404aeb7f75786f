import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { asColumns, REFERENCE_CHAINS, readReferenceChain } from '../../../../tests/support/reference-chain.ts';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { newYorkInstant } from '../market/calendar.ts';
import type { ChainColumns } from '../market/chain.ts';
import { greeksOf } from '../pricing/bsm.ts';
import { type Instant, instant, type SessionDate } from '../types.ts';
import { computeExposure, type Exposure, exposureGiven } from './exposure.ts';

const RATES = { rate: 0.04, dividendYield: 0.013 };
const EXPIRY = '2026-09-18' as SessionDate;
const AT = newYorkInstant(EXPIRY, '10:00:00');

const known = (figure: Exposure['gex']): number => {
  if (figure.value === null) throw new Error(`expected a figure, got absent: ${figure.reason}`);
  return figure.value;
};

describe.each([...REFERENCE_CHAINS])('exposure of reference %s', (name) => {
  const source = readReferenceChain(name);
  const { expected } = source;
  const [chain, years] = asColumns(source, AT);
  const exposure = exposureGiven(chain, years, source.S, AT, { rate: source.r, dividendYield: source.q });
  const absolute = expected.by_strike.reduce((sum, row) => sum + Math.abs(row.call_gex) + Math.abs(row.put_gex), 0);

  test('totals equal the reference to 1e-9 of the absolute contributions', () => {
    expect(exposure.contractsOwn).toBe(source.contracts.length);
    const within = (ours: number | undefined, key: string, scale: number): void => {
      const theirs = expected.totals[key] as number;
      expect(Math.abs((ours ?? Number.NaN) - theirs) / scale, `${key}: ${ours} against ${theirs}`).toBeLessThan(1e-9);
    };
    within(known(exposure.gexOwn), 'gex', absolute);
    within(
      exposure.callGexOwn.reduce((a, b) => a + b, 0),
      'gex_calls',
      absolute,
    );
    within(
      exposure.putGexOwn.reduce((a, b) => a + b, 0),
      'gex_puts',
      absolute,
    );
    const own = exposure.own;
    const deltaScale = Math.max(
      ...['dex_natural', 'dex_dealer'].map((key) => Math.abs(expected.totals[key] as number)),
    );
    within(own?.deltaNatural, 'dex_natural', deltaScale);
    within(own?.deltaDealer, 'dex_dealer', deltaScale);
    const vannaScale = Math.max(
      ...['vex_natural', 'vex_dealer'].map((key) => Math.abs(expected.totals[key] as number)),
    );
    within(own?.vannaNaturalPerPoint, 'vex_natural', vannaScale);
    within(own?.vannaDealerPerPoint, 'vex_dealer', vannaScale);
    const charmKeys = ['charm_natural_day', 'charm_dealer_day'];
    const charmScale = Math.max(...charmKeys.map((key) => Math.abs(expected.totals[key] as number)));
    within(own?.charmNaturalPerDay, 'charm_natural_day', charmScale);
    within(own?.charmDealerPerDay, 'charm_dealer_day', charmScale);
  });

  test('every strike equals the reference', () => {
    expect([...exposure.strikes]).toEqual(expected.by_strike.map((row) => row.K));
    let worst = 0;
    expected.by_strike.forEach((row, j) => {
      worst = Math.max(worst, Math.abs((exposure.callGexOwn[j] as number) - row.call_gex) / absolute);
      worst = Math.max(worst, Math.abs((exposure.putGexOwn[j] as number) - row.put_gex) / absolute);
    });
    expect(worst).toBeLessThan(1e-12);
  });

  test('flip and walls equal the reference', () => {
    if (expected.gamma_flip === null) expect(exposure.gammaFlip).toEqual({ value: null, reason: 'no-sign-change' });
    else expect(Math.abs(known(exposure.gammaFlip) - expected.gamma_flip.root) / source.S).toBeLessThan(1e-11);
    expect(known(exposure.callWallOwn)).toBe(expected.call_wall);
    expect(known(exposure.putWallOwn)).toBe(expected.put_wall);
  });

  test('a vendor that sends our gamma gets our figure', () => {
    const times = years;
    const [withGamma] = asColumns(source, AT, (i) => {
      const c = source.contracts[i];
      return c ? { gamma: greeksOf(c.type === 'C', source.S, c.K, c.T, c.iv, source.r, source.q).gamma } : {};
    });
    const vendor = exposureGiven(withGamma, times, source.S, AT, { rate: source.r, dividendYield: source.q });
    const [gex, gexOwn] = [known(vendor.gex), known(vendor.gexOwn)];
    expect(Math.abs(gex - gexOwn) / absolute).toBeLessThan(1e-12);
    expect(vendor.callWall).toEqual(vendor.callWallOwn);
    expect(vendor.absoluteGammaStrike).toEqual(vendor.absoluteGammaStrikeOwn);
  });
});

describe('the golden pair of options', () => {
  const pair = (callRight: 'C' | 'P', putRight: 'C' | 'P'): ChainColumns =>
    chainOf('SPY', AT, [
      { expiry: EXPIRY, right: callRight, strike: 500, openInterest: 1000, gamma: 0.02, impliedVolatility: 0.2 },
      { expiry: EXPIRY, right: putRight, strike: 490, openInterest: 300, gamma: 0.01, impliedVolatility: 0.2 },
    ]);

  test('is worth what it comes to by hand: 0.02·1000·100·500²·0.01 less 0.01·300·100·500²·0.01', () => {
    const exposure = computeExposure(pair('C', 'P'), 500, AT, RATES);
    expect(exposure.contracts).toBe(2);
    expect([...exposure.strikes]).toEqual([490, 500]);
    expect([...exposure.callGex]).toEqual([0, 5_000_000]);
    expect([...exposure.putGex]).toEqual([-750_000, 0]);
    expect(known(exposure.gex)).toBe(4_250_000);
    expect(known(exposure.callWall)).toBe(500);
    expect(known(exposure.putWall)).toBe(490);
    expect(known(exposure.absoluteGammaStrike)).toBe(500);
  });
  test('changes sign when calls and puts are swapped', () => {
    expect(known(computeExposure(pair('P', 'C'), 500, AT, RATES).gex)).toBe(-4_250_000);
  });
  test('grows fourfold when spot doubles and gamma stays', () => {
    expect(known(computeExposure(pair('C', 'P'), 1000, AT, RATES).gex)).toBe(17_000_000);
  });
  test('has no call wall when only puts have gamma', () => {
    const exposure = computeExposure(pair('P', 'P'), 500, AT, RATES);
    expect(exposure.callWall).toEqual({ value: null, reason: 'no-call-gamma' });
    expect(exposure.gammaFlip).toEqual({ value: null, reason: 'no-sign-change' });
  });
});

describe('absent data', () => {
  const good: TestContract = {
    expiry: EXPIRY,
    right: 'C',
    strike: 500,
    openInterest: 1000,
    gamma: 0.02,
    impliedVolatility: 0.2,
    bid: 1,
    ask: 1.1,
  };
  const { openInterest: _oi, ...withoutOpenInterest } = good;
  const { gamma: _gamma, ...withoutGamma } = good;
  const { impliedVolatility: _iv, ...withoutVolatility } = good;
  const exposureOf = (rows: readonly TestContract[], at: Instant = AT, spot = 500): Exposure =>
    computeExposure(chainOf('SPY', AT, rows), spot, at, RATES);

  test('is counted by reason and never summed', () => {
    const exposure = exposureOf([
      good,
      withoutOpenInterest,
      { ...good, openInterest: -5 },
      withoutGamma,
      withoutVolatility,
      { ...good, impliedVolatility: 0 },
      { ...good, bid: 1.2, ask: 1.1 },
      { ...good, expiry: '2026-09-17' },
      { ...good, expiry: '2099-09-17' },
      { ...good, strike: 0 },
    ]);
    expect(exposure.rejected).toEqual({
      'open-interest-absent': 2,
      'gamma-absent': 1,
      'implied-volatility-absent': 2,
      'crossed-quote': 1,
      expired: 1,
      'unknown-expiry': 1,
      'bad-strike': 1,
    });
    expect(exposure.contracts).toBe(3);
    expect(exposure.contractsOwn).toBe(2);
    expect(known(exposure.gex)).toBe(3 * 5_000_000);
  });
  test('a chain whose gammas are all zero is a dropout, not a neutral dealer', () => {
    const dropout = exposureOf([
      { ...good, gamma: 0 },
      { ...good, right: 'P', strike: 490, gamma: 0 },
    ]);
    for (const figure of [dropout.gex, dropout.gexOwn, dropout.gammaFlip, dropout.callWall, dropout.putWall])
      expect(figure).toEqual({ value: null, reason: 'all-gamma-zero' });
    expect(dropout.own).toBeNull();
    expect(dropout.rejected).toEqual({ 'expiry-gamma-zero': 2 });
  });
  test('one expiry without any gamma is left out of the vendor figure and kept in our own', () => {
    const exposure = exposureOf([good, { ...good, expiry: '2026-09-21', gamma: 0 }]);
    expect(exposure.contracts).toBe(1);
    expect(exposure.contractsOwn).toBe(2);
    expect(exposure.rejected).toEqual({ 'expiry-gamma-zero': 1 });
  });
  test('a chain without any open interest is absent', () => {
    expect(exposureOf([{ ...good, openInterest: 0 }]).gex).toEqual({ value: null, reason: 'all-open-interest-zero' });
    expect(exposureOf([withoutOpenInterest]).gex).toEqual({ value: null, reason: 'no-usable-contract' });
  });
  test('no gamma column leaves our own figure alone', () => {
    const exposure = exposureOf([withoutGamma]);
    expect(exposure.gex).toEqual({ value: null, reason: 'gamma-absent' });
    expect(known(exposure.gexOwn)).toBeGreaterThan(0);
  });
  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('spot %p makes every figure absent', (spot) => {
    expect(exposureOf([good], AT, spot).gex).toEqual({ value: null, reason: 'no-spot' });
  });
  test('a contract leaves every figure at its own settlement instant', () => {
    const close = newYorkInstant(EXPIRY, '16:00:00');
    const before = exposureOf([good], instant(close - 1000));
    expect(known(before.gex)).toBe(5_000_000);
    expect(Number.isFinite(known(before.gexOwn))).toBe(true);
    expect(exposureOf([good], close).gex).toEqual({ value: null, reason: 'no-live-contract' });
    const open = newYorkInstant(EXPIRY, '09:30:00');
    expect(exposureOf([{ ...good, settlesAm: true }], open).rejected).toEqual({ expired: 1 });
    expect(exposureOf([{ ...good, settlesAm: true }], instant(open - 1)).contracts).toBe(1);
  });
});

describe('the flip', () => {
  const flipOf = (rows: readonly TestContract[]): Exposure['gammaFlip'] =>
    computeExposure(chainOf('SPY', AT, rows), 100, AT, RATES).gammaFlip;
  test('is the nearest of all sign changes found by brute force', () => {
    const seed = 20260918;
    console.log(`exposure flip property: seed ${seed}`);
    const contract = fc.record({
      right: fc.constantFrom('C' as const, 'P' as const),
      strike: fc.integer({ min: 80, max: 120 }),
      volatility: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      openInterest: fc.integer({ min: 0, max: 5000 }),
      expiry: fc.constantFrom('2026-09-18', '2026-09-25', '2026-12-18'),
    });
    let withFlip = 0;
    fc.assert(
      fc.property(fc.array(contract, { minLength: 2, maxLength: 12 }), (rows) => {
        const chain = chainOf(
          'SPY',
          AT,
          rows.map((row) => ({ ...row, impliedVolatility: row.volatility })),
        );
        const exposure = computeExposure(chain, 100, AT, RATES);
        const gammaAt = (spot: number): number => {
          const there = computeExposure(chain, spot, AT, RATES);
          return there.gexOwn.value ?? 0;
        };
        const flip = exposure.gammaFlip.value;
        if (flip === null) return;
        withFlip++;
        const scale = Math.max(...exposure.callGexOwn.map(Math.abs), ...exposure.putGexOwn.map(Math.abs));
        expect(gammaAt(flip * 0.99999) * gammaAt(flip * 1.00001) <= 0 || scale < 1).toBe(true);
        const distance = Math.abs(flip - 100);
        let before = gammaAt(100 - distance * 0.99);
        for (let k = 1; k <= 40; k++) {
          const value = gammaAt(100 - distance * 0.99 + (k / 40) * 2 * distance * 0.99);
          expect(value * before < 0 && Math.min(Math.abs(value), Math.abs(before)) > 1e-6 * scale).toBe(false);
          before = value;
        }
      }),
      { seed, numRuns: 60 },
    );
    expect(withFlip).toBeGreaterThan(20);
  });
  test('of a dealer short between two long strikes is the nearer of the two', () => {
    const rows = (near: number): TestContract[] => [
      { expiry: '2026-09-25', right: 'C', strike: 110, openInterest: 900, impliedVolatility: 0.2 },
      { expiry: '2026-09-25', right: 'P', strike: near, openInterest: 1000, impliedVolatility: 0.2 },
      { expiry: '2026-09-25', right: 'C', strike: 90, openInterest: 900, impliedVolatility: 0.2 },
    ];
    const flipWith = (near: number): number =>
      known(computeExposure(chainOf('SPY', AT, rows(near)), 100, AT, RATES).gammaFlip);
    expect(flipWith(98)).toBeGreaterThan(100);
    expect(flipWith(102)).toBeLessThan(100);
  });
  test('is the nearest in price, not in ratio: 89.5 before 111.05', () => {
    const rows: TestContract[] = [
      { expiry: '2026-12-18', right: 'C', strike: 90, openInterest: 4988, impliedVolatility: 0.1232 },
      { expiry: '2026-09-25', right: 'P', strike: 118, openInterest: 1412, impliedVolatility: 0.1182 },
      { expiry: '2026-09-18', right: 'P', strike: 89, openInterest: 1658, impliedVolatility: 0.116 },
    ];
    const [below, above] = [known(flipOf(rows)), known(flipOf(rows.slice(0, 2)))];
    expect([below, above].map(Math.round)).toEqual([90, 111]);
    expect(100 - below).toBeLessThan(above - 100);
    expect(Math.log(100 / below)).toBeGreaterThan(Math.log(above / 100));
  });
  test('is a sign change even where hardly any gamma is left', () => {
    const rows: TestContract[] = [
      { expiry: '2026-09-18', right: 'C', strike: 95, openInterest: 3006, impliedVolatility: 0.4224 },
      { expiry: '2026-09-18', right: 'C', strike: 104, openInterest: 3149, impliedVolatility: 0.1022 },
      { expiry: '2026-09-18', right: 'P', strike: 119, openInterest: 2033, impliedVolatility: 0.0787 },
    ];
    const flip = known(flipOf(rows));
    const gexAt = (spot: number): number => known(computeExposure(chainOf('SPY', AT, rows), spot, AT, RATES).gexOwn);
    expect(gexAt(flip * 0.9999)).toBeGreaterThan(0);
    expect(gexAt(flip * 1.0001)).toBeLessThan(0);
  });
  test('moves with the scale of prices', () => {
    const rows = (scale: number): TestContract[] => [
      { expiry: '2026-09-25', right: 'C', strike: 102 * scale, openInterest: 900, impliedVolatility: 0.2 },
      { expiry: '2026-09-25', right: 'P', strike: 97 * scale, openInterest: 1000, impliedVolatility: 0.25 },
    ];
    const flipAt = (scale: number): number =>
      known(computeExposure(chainOf('SPY', AT, rows(scale)), 100 * scale, AT, RATES).gammaFlip);
    expect(flipAt(40) / flipAt(1)).toBeCloseTo(40, 8);
  });
});

test('a volatility too small for our Greeks leaves the other contracts theirs', () => {
  const row: TestContract = { expiry: EXPIRY, right: 'C', strike: 510, openInterest: 10, impliedVolatility: 0.2 };
  const alone = computeExposure(chainOf('SPY', AT, [row]), 500, AT, RATES);
  const both = computeExposure(chainOf('SPY', AT, [row, { ...row, impliedVolatility: 1e-310 }]), 500, AT, RATES);
  expect(alone.own).not.toBeNull();
  expect(both.own).toEqual(alone.own);
  expect(both.rejected['own-greeks-absent']).toBe(1);
});

test('no garbage makes a figure that is not a number', () => {
  const seed = 5;
  console.log(`exposure garbage property: seed ${seed}`);
  const anything = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -1, 1e-310, 1e-8, 0.2, 100, 500, 1e9, 1e300, Number.NaN, Infinity),
  );
  const contract = fc.record({
    expiry: fc.constantFrom('2026-09-18', '2026-09-17', '2026-12-18', '2026-02-31', '2004-01-01', '2099-01-01'),
    right: fc.constantFrom('C' as const, 'P' as const),
    strike: fc.oneof(fc.integer({ min: 400, max: 600 }), anything),
    settlesAm: fc.boolean(),
    bid: anything,
    ask: anything,
    openInterest: fc.oneof(fc.integer({ min: 0, max: 1000 }), anything),
    impliedVolatility: anything,
    gamma: fc.oneof(fc.double({ min: 0, max: 0.1, noNaN: true }), anything),
  });
  let figures = 0;
  fc.assert(
    fc.property(fc.array(contract, { maxLength: 20 }), fc.oneof(fc.constant(500), anything), (rows, spot) => {
      const exposure = computeExposure(chainOf('SPY', AT, rows), spot, AT, RATES);
      for (const value of Object.values(exposure.own ?? {})) expect(Number.isFinite(value)).toBe(true);
      for (const value of Object.values(exposure)) {
        if (typeof value !== 'object' || value === null || !('value' in value)) continue;
        if (value.value === null) expect(value).toHaveProperty('reason');
        else {
          expect(Number.isFinite(value.value)).toBe(true);
          figures++;
        }
      }
    }),
    { seed, numRuns: 2000 },
  );
  expect(figures).toBeGreaterThan(1000);
});
