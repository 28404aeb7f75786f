import { expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { createRandom, type Random } from '../../testing/random.ts';
import { expiresAt, newYorkInstant } from '../market/calendar.ts';
import type { SessionDate } from '../types.ts';
import { computeExposure, type Exposure } from './exposure.ts';

/*
 * Exposure of made European chains against a plain one of objects, one contract after the other: normal distribution by
 * series, Greeks of second order by differences. It shares nothing with ours but the calendar.
 */
const SEED = Number(process.env['SEED'] ?? 20261129);
const CHAINS = 60;
const AT = newYorkInstant('2026-09-16' as SessionDate, '10:07:00');
const EXPIRIES = ['2026-09-14', '2026-09-16', '2026-09-17', '2026-09-25', '2026-12-18', '2028-12-15'];
const MS_PER_YEAR = 365 * 86_400_000;

/** Φ(x) by its series, which converges everywhere. */
const normalBelow = (x: number): number => {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
};

interface Position {
  readonly isCall: boolean;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  readonly openInterest: number;
}
interface Market {
  readonly spot: number;
  readonly rate: number;
  readonly dividendYield: number;
}

const delta = ({ isCall, strike, years, volatility }: Position, { spot, rate, dividendYield }: Market): number => {
  const d1 =
    (Math.log(spot / strike) + (rate - dividendYield + 0.5 * volatility ** 2) * years) /
    (volatility * Math.sqrt(years));
  return Math.exp(-dividendYield * years) * (normalBelow(d1) - (isCall ? 0 : 1));
};
const gamma = ({ strike, years, volatility }: Position, { spot, rate, dividendYield }: Market): number => {
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate - dividendYield + 0.5 * volatility ** 2) * years) / deviation;
  const density = Math.exp(-0.5 * d1 * d1) / Math.sqrt(2 * Math.PI);
  return (Math.exp(-dividendYield * years) * density) / (spot * deviation);
};
/** Change of delta, four points about the middle: the error is of fifth order in the step. */
const slope = (f: (x: number) => number, x: number, step: number): number =>
  (8 * (f(x + step) - f(x - step)) - (f(x + 2 * step) - f(x - 2 * step))) / (12 * step);
const vannaPerPoint = (position: Position, market: Market): number =>
  0.01 *
  slope((volatility) => delta({ ...position, volatility }, market), position.volatility, 1e-3 * position.volatility);
const charmPerDay = (position: Position, market: Market): number =>
  -slope((years) => delta({ ...position, years }, market), position.years, 1e-3 * position.years) / 365;

const contractsOf = (random: Random, spot: number): TestContract[] => {
  const rows: TestContract[] = [];
  const spacing = spot * 10 ** (-2.5 + random.next());
  for (const expiry of EXPIRIES)
    for (let n = -6; n <= 6; n++)
      for (const right of ['C', 'P'] as const) {
        if (random.chance(0.25)) continue;
        const strike = Math.max(0.01, Math.round((spot + n * spacing) * 100) / 100);
        const row: TestContract = { root: 'SPXW', expiry, right, strike };
        rows.push({
          ...row,
          // Absent, zero and real ones.
          ...(random.chance(0.1) ? {} : { impliedVolatility: 10 ** (-1.5 + 1.8 * random.next()) }),
          ...(random.chance(0.1) ? {} : { openInterest: random.chance(0.1) ? 0 : random.whole(1, 60_000) }),
        });
      }
  return rows;
};

/** What counts: alive, with a volatility and an open interest. */
const positionsOf = (rows: readonly TestContract[]): Position[] =>
  rows.flatMap(({ expiry, right, strike, impliedVolatility, openInterest }) => {
    const years = (expiresAt(expiry as SessionDate, false) - AT) / MS_PER_YEAR;
    return years > 0 && impliedVolatility !== undefined && openInterest !== undefined
      ? [{ isCall: right === 'C', strike, years, volatility: impliedVolatility, openInterest }]
      : [];
  });

const sumOf = (positions: readonly Position[], of: (position: Position) => number): { sum: number; gross: number } => {
  let [sum, gross] = [0, 0];
  for (const position of positions) {
    const value = of(position) * position.openInterest * 100;
    sum += value;
    gross += Math.abs(value);
  }
  return { sum, gross };
};
const held = ({ isCall }: Position): number => (isCall ? 1 : -1);

const told = (figure: Exposure['gex']): number => figure.value ?? Number.NaN;

test('totals, strikes and walls of made chains are those of a plain sum over contracts', () => {
  process.stdout.write(`independent exposure: seed ${SEED}\n`);
  const random = createRandom(SEED);
  let worst = 0;
  const near = (ours: number, theirs: { sum: number; gross: number }, room: number, what: string): void => {
    const off = Math.abs(ours - theirs.sum) / theirs.gross;
    if (!(off <= room)) throw new Error(`${what}: ${ours}, expected ${theirs.sum}, off by ${off} of the gross`);
    worst = Math.max(worst, off / room);
  };
  for (let n = 0; n < CHAINS; n++) {
    const market = {
      spot: 10 ** (1 + 3 * random.next()),
      rate: -0.02 + 0.12 * random.next(),
      dividendYield: -0.02 + 0.1 * random.next(),
    };
    const { spot } = market;
    const rows = contractsOf(random, spot);
    const positions = positionsOf(rows);
    const exposure = computeExposure(chainOf('SPX', AT, rows), spot, AT, market);
    expect(exposure.contractsOwn).toBe(positions.length);
    const { own } = exposure;
    if (own === null) throw new Error('expected own figures');
    const perPercent = spot * spot * 0.01;
    near(
      told(exposure.gexOwn),
      sumOf(positions, (p) => held(p) * gamma(p, market) * perPercent),
      1e-12,
      'gex',
    );
    near(
      own.deltaNatural,
      sumOf(positions, (p) => delta(p, market) * spot),
      1e-12,
      'delta, natural',
    );
    near(
      own.deltaDealer,
      sumOf(positions, (p) => held(p) * delta(p, market) * spot),
      1e-12,
      'delta, dealer',
    );
    const vanna = (p: Position): number => vannaPerPoint(p, market) * spot;
    near(own.vannaNaturalPerPoint, sumOf(positions, vanna), 1e-10, 'vanna, natural');
    near(
      own.vannaDealerPerPoint,
      sumOf(positions, (p) => held(p) * vanna(p)),
      1e-9,
      'vanna, dealer',
    );
    const charm = (p: Position): number => charmPerDay(p, market) * spot;
    near(own.charmNaturalPerDay, sumOf(positions, charm), 1e-10, 'charm, natural');
    near(
      own.charmDealerPerDay,
      sumOf(positions, (p) => held(p) * charm(p)),
      1e-9,
      'charm, dealer',
    );

    const { gross } = sumOf(positions, (p) => gamma(p, market) * perPercent);
    const sides = exposure.strikes.map((_, j) => j);
    for (const j of sides) {
      const at = positions.filter(({ strike }) => strike === exposure.strikes[j]);
      const gexOf = (side: boolean): number =>
        sumOf(
          at.filter(({ isCall }) => isCall === side),
          (p) => held(p) * gamma(p, market) * perPercent,
        ).sum;
      expect(Math.abs((exposure.callGexOwn[j] ?? Number.NaN) - gexOf(true)) / gross).toBeLessThan(1e-12);
      expect(Math.abs((exposure.putGexOwn[j] ?? Number.NaN) - gexOf(false)) / gross).toBeLessThan(1e-12);
    }
    const most = (of: (strike: number) => number): number =>
      [...new Set(positions.map(({ strike }) => strike))].sort((a, b) => of(b) - of(a) || a - b)[0] ?? Number.NaN;
    const sideAt = (strike: number, isCall: boolean): number =>
      sumOf(
        positions.filter((p) => p.strike === strike && p.isCall === isCall),
        (p) => gamma(p, market),
      ).sum;
    expect(told(exposure.callWallOwn)).toBe(most((strike) => sideAt(strike, true)));
    expect(told(exposure.putWallOwn)).toBe(most((strike) => sideAt(strike, false)));
    expect(told(exposure.absoluteGammaStrikeOwn)).toBe(most((k) => sideAt(k, true) + sideAt(k, false)));
  }
  process.stdout.write(`exposure: ${CHAINS} chains, worst ${worst.toExponential(1)} of its room\n`);
});

test('at the flip the plain sum changes its sign, and nowhere nearer; where there is none told, none is near', () => {
  const random = createRandom(SEED + 1);
  let [flips, none] = [0, 0];
  for (let n = 0; n < CHAINS; n++) {
    const market = { spot: 10 ** (1 + 3 * random.next()), rate: 0.04, dividendYield: 0.01 };
    // Every fourth chain has calls alone: nothing there changes its sign.
    const rows = contractsOf(random, market.spot).filter(({ right }) => n % 4 > 0 || right === 'C');
    const positions = positionsOf(rows);
    const { gammaFlip } = computeExposure(chainOf('SPX', AT, rows), market.spot, AT, market);
    const totalAt = (spot: number): { sum: number; gross: number } =>
      sumOf(positions, (p) => held(p) * gamma(p, { ...market, spot }));
    const signAt = (spot: number): number => {
      const { sum, gross } = totalAt(spot);
      return Math.abs(sum) < 1e-9 * gross ? 0 : Math.sign(sum);
    };
    const here = signAt(market.spot);
    if (here === 0) continue;
    const distance = gammaFlip.value === null ? 0.05 : Math.abs(gammaFlip.value / market.spot - 1);
    if (gammaFlip.value === null) none++;
    else {
      flips++;
      const { value } = gammaFlip;
      expect(signAt(value * (1 - 1e-7)) * signAt(value * (1 + 1e-7)), `chain ${n}`).toBe(-1);
    }
    for (let k = 1; k < 400; k++)
      for (const side of [1, -1])
        expect(signAt(market.spot * (1 + (side * distance * k) / 401)), `chain ${n}, nearer than the flip`).not.toBe(
          -here,
        );
  }
  process.stdout.write(`gamma flip: ${flips} found, ${none} chains without\n`);
  expect(flips).toBeGreaterThan(CHAINS / 2);
  expect(none).toBeGreaterThan(CHAINS / 5);
});
