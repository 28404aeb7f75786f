import { describe, expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { parseCboeQuotes } from '../../../../../tests/support/cboe.ts';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { chainOf, type TestContract } from '../../../testing/chain.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import type { Instant, SessionDate } from '../../types.ts';
import { type Exposure, exposureGiven } from '../exposure.ts';
import type { Measured } from '../measured.ts';
import type { PositioningView, Scope } from './figures.ts';
import { createPositioning, onPositioningChain, positioningView } from './positioning.ts';

const known = (figure: Measured): number => {
  if (figure.value === null) throw new Error(`expected a figure, got absent: ${figure.reason}`);
  return figure.value;
};

interface Recording {
  readonly file: string;
  readonly at: Instant;
  readonly rates: { readonly rate: number; readonly dividendYield: number };
  readonly contracts: number;
  readonly rejected: PositioningView['rejected'];
  readonly dates: readonly [openInterest: string, volume: string];
}
const on = (date: string, time: string): Instant => newYorkInstant(date as SessionDate, time);
const RECORDINGS: readonly Recording[] = [
  {
    file: 'spx_2022-03-23_1011ET_spanish-locale.csv.gz',
    at: on('2022-03-23', '10:11:00'),
    rates: { rate: 0.005, dividendYield: 0.014 },
    contracts: 18_669,
    rejected: { 'implied-volatility-absent': 333 },
    dates: ['2022-03-22', '2022-03-23'],
  },
  {
    file: 'ndx_2022-02-05_2026ET_saturday.csv.gz',
    at: on('2022-02-05', '20:26:00'),
    rates: { rate: 0.002, dividendYield: 0.007 },
    contracts: 18_258,
    rejected: { 'implied-volatility-absent': 128, 'expiry-gamma-zero': 2 },
    dates: ['2022-02-04', '2022-02-04'],
  },
  {
    file: 'spx_2022-06-11_2047ET_saturday.csv.gz',
    at: on('2022-06-11', '20:47:00'),
    rates: { rate: 0.012, dividendYield: 0.016 },
    contracts: 18_658,
    rejected: { expired: 450, 'implied-volatility-absent': 562 },
    dates: ['2022-06-10', '2022-06-10'],
  },
  {
    file: 'spx_2023-09-14_1631ET.csv.gz',
    at: on('2023-09-14', '16:31:00'),
    rates: { rate: 0.053, dividendYield: 0.015 },
    contracts: 18_472,
    rejected: { expired: 296, 'implied-volatility-absent': 1151, 'crossed-quote': 1 },
    dates: ['2023-09-13', '2023-09-14'],
  },
  {
    file: 'xsp_2023-09-14_1630ET.csv.gz',
    at: on('2023-09-14', '16:30:00'),
    rates: { rate: 0.053, dividendYield: 0.015 },
    contracts: 0,
    rejected: {},
    dates: ['2023-09-13', '2023-09-14'],
  },
];

const pathOf = (file: string): string => `chains/cboe-quotedata/${file}`;
const viewOf = ({ file, at, rates }: Recording): { view: PositioningView; chain: ChainColumns; spot: number } => {
  const { spot, chain } = parseCboeQuotes(readRecordedText(pathOf(file)), at);
  const state = createPositioning();
  expect(onPositioningChain(state, chain, spot, at, rates)).toBeNull();
  return { view: positioningView(state, at), chain, spot };
};

describe.each(RECORDINGS.map((recording) => [recording.file, recording] as const))('Cboe’s %s', (file, recording) => {
  test.skipIf(!hasRecordedData(pathOf(file)))('totals and ratios are what the columns themselves come to', () => {
    const { view, chain, spot } = viewOf(recording);
    const sums = { interest: [0, 0], volume: [0, 0], gexInterest: 0, gexVolume: 0, gross: 0 };
    let used = 0;
    for (let i = 0; i < chain.rowCount; i++) {
      const put = chain.isCall[i] === 1 ? 0 : 1;
      const expiry = chain.expiries[chain.expiryIndex[i] as number] as SessionDate;
      if (on(expiry, chain.settlesAm[i] === 1 ? '09:30:00' : '16:00:00') <= recording.at) continue;
      if ((chain.bid[i] as number) > (chain.ask[i] as number)) continue;
      used++;
      const [interest, volume] = [chain.openInterest[i] as number, chain.volume[i] as number];
      sums.interest[put] = (sums.interest[put] as number) + interest;
      sums.volume[put] = (sums.volume[put] as number) + volume;
      const gamma = (put === 0 ? 1 : -1) * (chain.gamma[i] as number) * spot * spot;
      sums.gexInterest += gamma * interest;
      sums.gexVolume += gamma * volume;
      sums.gross += Math.abs(gamma) * interest;
    }
    const { all } = view.scopes;
    expect(Math.abs(known(all.openInterest.gexVendor) - sums.gexInterest)).toBeLessThan(1e-9 * sums.gross);
    expect(Math.abs(known(all.volume.gexVendor) - sums.gexVolume)).toBeLessThan(1e-9 * sums.gross);
    const ratio = ([calls, puts]: readonly number[]): number => (puts as number) / (calls as number);
    expect(known(all.putCall.openInterest)).toBeCloseTo(ratio(sums.interest), 12);
    expect(known(all.putCall.volume)).toBeCloseTo(ratio(sums.volume), 12);
    expect([view.openInterestDate, view.volumeDate]).toEqual([...recording.dates] as SessionDate[]);
    if (recording.contracts > 0) {
      expect(view.contracts).toBe(recording.contracts);
      expect(view.rejected).toEqual(recording.rejected);
    }
    expect(view.contracts).toBeGreaterThan(0.9 * used);
  });

  test.skipIf(!hasRecordedData(pathOf(file)))('every kind of figure is reached by some expiry, within reason', () => {
    const { view, spot } = viewOf(recording);
    const count = (figure: (expiry: PositioningView['expiries'][number]) => Measured): number =>
      view.expiries.filter((expiry) => figure(expiry).value !== null).length;
    const reached = {
      atTheMoney: count((e) => e.volatility.atTheMoney),
      skew: count((e) => e.volatility.skew25DeltaPoints),
      straddle: count((e) => e.volatility.straddle),
      maxPain: count((e) => e.maxPain),
    };
    process.stdout.write(`${file}: ${view.expiries.length} expiries, told ${JSON.stringify(reached)}\n`);
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(0.75 * view.expiries.length);
    const ratios: number[] = [];
    for (const { volatility, years } of view.expiries) {
      const { value } = volatility.atTheMoney;
      if (value !== null) expect(value > 0.03 && value < 1.5).toBe(true);
      const [straddle, move] = [volatility.straddle.value, volatility.expectedMove.value];
      // A straddle at the money is √(2/π) of a deviation; a strike of rounding and rates come on top.
      if (straddle !== null && move !== null && years < 0.2)
        ratios.push(Math.abs(straddle / (move * Math.sqrt(2 / Math.PI)) - 1));
    }
    ratios.sort((a, b) => a - b);
    expect(ratios.length).toBeGreaterThan(8);
    expect(ratios[ratios.length >> 1]).toBeLessThan(0.05);
    // Over a weekend the vendor's clock and ours differ most.
    expect(ratios.at(-1)).toBeLessThan(0.4);
    const { term, scopes, hedging } = view;
    for (const figure of [term.atTheMoney7Day, term.atTheMoney30Day, term.slopePoints, term.skew25Delta30DayPoints])
      expect(Number.isFinite(known(figure))).toBe(true);
    expect(known(term.skew25Delta30DayPoints)).toBeGreaterThan(0);
    const { openInterest } = scopes.all;
    for (const figure of [openInterest.callWall, openInterest.putWall, openInterest.gammaFlip, scopes.all.maxPain])
      expect(Math.abs(known(figure) / spot - 1)).toBeLessThan(0.2);
    for (const flow of [hedging.perPercentUp, hedging.perPointUp, hedging.perHour])
      expect(known(flow.residual)).toBeCloseTo(known(flow.repriced) - known(flow.linear), 3);
  });
});

const XSP = RECORDINGS.find(({ file }) => file.startsWith('xsp')) as Recording;
const SPX = RECORDINGS.find(({ file }) => file.startsWith('spx_2023')) as Recording;
test.skipIf(!hasRecordedData(pathOf(XSP.file)))(
  'XSP and SPX of one moment have the same volatilities, their open interest apart',
  () => {
    const [small, large] = [viewOf(XSP).view.term, viewOf(SPX).view.term];
    expect(Math.abs(known(small.atTheMoney30Day) - known(large.atTheMoney30Day))).toBeLessThan(0.005);
    expect(Math.abs(known(small.skew25Delta30DayPoints) - known(large.skew25Delta30DayPoints))).toBeLessThan(1);
  },
);

const PROFILES = 'chains/spx-0dte-gex-profiles';
const FOLDER = new URL(`../../../../../../shared/data/${PROFILES}/`, import.meta.url);
const profiles = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .filter((name) => name.startsWith('2026'))
      .sort()
  : [];

interface Profile {
  readonly chain: ChainColumns;
  readonly spot: number;
  readonly published: number;
  /** Σ of the file's own `total` column: strikes within 2 % of spot. */
  readonly listed: number;
  readonly byVolume: number;
  readonly at: Instant;
}
/** Exposure by strike back into gammas: cg = γ · OI · 100 · S² · 0.01, a four-decimal γ. */
const readProfile = (name: string): Profile => {
  const [header = '', , ...lines] = readRecordedText(`${PROFILES}/${name}`).trimEnd().split(/\r?\n/);
  const spot = Number(/spot=([\d.]+)/.exec(header)?.[1]);
  const published = Number(/net0dte=(-?\d+)/.exec(header)?.[1]);
  const expiry = name.slice(0, 10);
  const at = on(expiry, `${name.slice(11, 13)}:${name.slice(13, 15)}`);
  let listed = 0;
  let byVolume = 0;
  const rows = lines.flatMap((line): TestContract[] => {
    const [strike, cg, pg, total, coi, poi, cvol, pvol] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    listed += total;
    const side = (right: 'C' | 'P', exposure: number, openInterest: number, volume: number): TestContract => {
      const gamma = openInterest > 0 ? Math.abs(exposure) / (openInterest * spot * spot) : Number.NaN;
      if (openInterest > 0) byVolume += (right === 'C' ? 1 : -1) * gamma * volume * spot * spot;
      return { expiry, right, strike, openInterest, volume, gamma };
    };
    return [side('C', cg, coi, cvol), side('P', pg, poi, pvol)];
  });
  return { chain: chainOf('SPX', at, rows), spot, published, listed, byVolume, at };
};
const RATES = { rate: 0.04, dividendYield: 0.012 };
const exposureOfProfile = ({ chain, spot, at }: Profile): Exposure =>
  exposureGiven(chain, Float64Array.of(0.0007, 0.0007), spot, at, RATES);

describe.skipIf(profiles.length === 0)('the 0DTE profiles of August 2026', () => {
  test('recovered totals are the listed ones exactly, and the published ones to about a percent', () => {
    const apart: number[] = [];
    let refused = 0;
    for (const name of profiles) {
      const profile = readProfile(name);
      const { gex } = exposureOfProfile(profile);
      if (profile.published === 0) {
        expect(gex).toEqual({ value: null, reason: 'all-gamma-zero' });
        refused++;
        continue;
      }
      expect(Math.abs((gex.value ?? Number.NaN) / profile.listed - 1), name).toBeLessThan(1e-9);
      apart.push(Math.abs((gex.value ?? Number.NaN) / profile.published - 1));
    }
    apart.sort((a, b) => a - b);
    const within = apart.filter((share) => share < 0.0125).length;
    process.stdout.write(
      `0DTE profiles: ${apart.length} recovered, ${refused} refused; ${within} within 1.25 % of the published net ` +
        `(which counts strikes beyond 2 %), median ${((apart[apart.length >> 1] ?? 0) * 100).toFixed(2)} %, worst ${((apart.at(-1) ?? 0) * 100).toFixed(2)} %\n`,
    );
    expect([apart.length, refused]).toEqual([42, 1]);
    expect(within).toBeGreaterThanOrEqual(38);
    expect(apart[apart.length >> 1]).toBeLessThan(0.005);
    expect(apart.at(-1)).toBeLessThan(0.05);
  });

  test('by the clock: told while the session lasts, by both bases, and refused from settlement on', () => {
    const scope: Scope = 'zeroDte';
    let told = 0;
    for (const name of profiles) {
      const profile = readProfile(name);
      const state = createPositioning();
      onPositioningChain(state, profile.chain, profile.spot, profile.at, RATES);
      const figures = positioningView(state, profile.at).scopes[scope];
      if (profile.at >= on(name.slice(0, 10), '16:00')) {
        expect(figures.openInterest.gexVendor, name).toMatchObject({ value: null, reason: 'no-live-contract' });
        continue;
      }
      if (profile.published === 0) {
        for (const basis of ['openInterest', 'volume'] as const)
          expect(figures[basis].gexVendor, name).toMatchObject({ value: null, reason: 'all-gamma-zero' });
        continue;
      }
      told++;
      expect(Math.abs(known(figures.openInterest.gexVendor) / profile.listed - 1), name).toBeLessThan(1e-9);
      expect(Math.abs(known(figures.volume.gexVendor) / profile.byVolume - 1), name).toBeLessThan(1e-9);
      // There is no volatility in these files: nothing is made up of what needs one.
      expect(figures.openInterest.gex, name).toMatchObject({ value: null, reason: 'implied-volatility-absent' });
    }
    expect(told).toBe(39);
  });

  // The summary's own walls follow another rule (seldom the largest entry): not compared.
  test('the walls are the largest entries of the file’s own columns', () => {
    let checked = 0;
    for (const name of profiles) {
      const profile = readProfile(name);
      if (profile.published === 0) continue;
      const rows = readRecordedText(`${PROFILES}/${name}`).trimEnd().split(/\r?\n/).slice(2);
      const cells = rows.map((row) => row.split(',').map(Number) as [number, number, number]);
      const [most, least] = [Math.max(...cells.map(([, cg]) => cg)), Math.min(...cells.map(([, , pg]) => pg))];
      const { callWall, putWall } = exposureOfProfile(profile);
      expect(callWall.value, name).toBe(cells.find(([, cg]) => cg === most)?.[0] ?? null);
      expect(putWall.value, name).toBe(cells.find(([, , pg]) => pg === least)?.[0] ?? null);
      checked += 2;
    }
    expect(checked).toBe(84);
  });
});
