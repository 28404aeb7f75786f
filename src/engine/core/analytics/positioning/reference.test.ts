import { describe, expect, test } from 'bun:test';
import { asColumns, REFERENCE_CHAINS, readReferenceChain } from '../../../../../tests/support/reference-chain.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { SessionDate } from '../../types.ts';
import { computeExposure, exposureGiven } from '../exposure.ts';
import { priceChain } from '../exposure-sums.ts';
import { atStrike, BUCKETS, CHARM, DELTA, VANNA } from '../exposure-tally.ts';
import { gexAtSpot } from '../gamma-flip.ts';
import { gaussiansOf } from '../gaussians.ts';
import type { Measured } from '../measured.ts';
import { expiryTimesOf } from './expiry-times.ts';
import type { ExposureFigures } from './figures.ts';
import { positionChain } from './position-work.ts';

const AT = newYorkInstant('2026-09-18' as SessionDate, '10:00:00');

const known = (figure: Measured): number => {
  if (figure.value === null) throw new Error(`expected a figure, got absent: ${figure.reason}`);
  return figure.value;
};

const TOTALS: Readonly<Record<string, keyof ExposureFigures>> = {
  gex: 'gex',
  gex_calls: 'gexCalls',
  gex_puts: 'gexPuts',
  gex_per_dollar: 'gexPerDollar',
  dex_natural: 'deltaNatural',
  dex_dealer: 'deltaDealer',
  vex_natural: 'vannaNaturalPerPoint',
  vex_dealer: 'vannaDealerPerPoint',
  charm_natural_day: 'charmNaturalPerDay',
  charm_dealer_day: 'charmDealerPerDay',
};

// By open interest from the reference's open interest, and by volume with the same numbers as volume.
describe.each(
  REFERENCE_CHAINS.flatMap((name) => (['openInterest', 'volume'] as const).map((basis) => ({ name, basis }))),
)('reference $name by $basis', ({ name, basis }) => {
  const source = readReferenceChain(name);
  const { expected, S } = source;
  const rates = { rate: source.r, dividendYield: source.q };
  const other = basis === 'volume' ? 'openInterest' : 'volume';
  const [chain, years] = asColumns(source, AT, (i) => ({
    [basis]: source.contracts[i]?.oi ?? Number.NaN,
    [other]: 1 + (i % 7),
  }));
  const times = expiryTimesOf(years);
  const positioned = positionChain(chain, times, S, AT, rates);
  const { figures } = positioned;
  const told = figures.scopes.all[basis];
  const absolute = expected.by_strike.reduce((sum, row) => sum + Math.abs(row.call_gex) + Math.abs(row.put_gex), 0);

  test('every figure equals the reference to 1e-9 of the absolute contributions', () => {
    let checked = 0;
    let worst = 0;
    const near = (what: string, ours: number, theirs: number, scale: number, tolerance = 1e-9): void => {
      const error = Math.abs(ours - theirs) / scale;
      if (!(error <= tolerance)) throw new Error(`${what}: ${ours}, expected ${theirs}, off by ${error} of ${scale}`);
      worst = Math.max(worst, error);
      checked++;
    };
    const same = (what: string, ours: number, theirs: number): void => {
      expect(ours, what).toBe(theirs);
      checked++;
    };
    const tally = positioned.tallies[basis];
    const gross = (measure: typeof DELTA | typeof VANNA | typeof CHARM): number => {
      let sum = 0;
      for (let j = 0; j < tally.strikes; j++)
        for (const put of [0, 1] as const) sum += Math.abs(atStrike(tally, BUCKETS, j, put, measure));
      return sum * 100 * S;
    };
    const scales: Record<string, number> = {
      gex: absolute,
      gex_calls: absolute,
      gex_puts: absolute,
      gex_per_dollar: (absolute / S) * 100,
      dex_natural: gross(DELTA),
      dex_dealer: gross(DELTA),
      vex_natural: gross(VANNA),
      vex_dealer: gross(VANNA),
      charm_natural_day: gross(CHARM),
      charm_dealer_day: gross(CHARM),
    };
    expect(Object.keys(expected.totals).sort()).toEqual(Object.keys(TOTALS).sort());
    for (const [key, figure] of Object.entries(TOTALS))
      near(key, known(told[figure]), expected.totals[key] as number, scales[key] as number);
    expect([...positioned.strikes]).toEqual(expected.by_strike.map((row) => row.K));
    expected.by_strike.forEach((row, j) => {
      const perPercent = S * S;
      const call = perPercent * atStrike(tally, BUCKETS, j, 0, 0);
      const put = -perPercent * atStrike(tally, BUCKETS, j, 1, 0);
      near(`call ${row.K}`, call, row.call_gex, absolute);
      near(`put ${row.K}`, put, row.put_gex, absolute);
      near(`net ${row.K}`, call + put, row.net_gex, absolute);
      same(`call contracts ${row.K}`, atStrike(tally, BUCKETS, j, 0, 4), row.call_oi);
      same(`put contracts ${row.K}`, atStrike(tally, BUCKETS, j, 1, 4), row.put_oi);
    });
    expect(figures.expiries.length).toBe(expected.by_expiry_gex.length);
    expected.by_expiry_gex.forEach(({ T, gex }, e) => {
      const expiry = figures.expiries[e];
      if (expiry === undefined) throw new Error(`expected an expiry ${T}`);
      same('years', expiry.years, T);
      near(`expiry ${T}`, known(expiry[basis].gex), gex, absolute);
    });
    same('call wall', known(told.callWall), expected.call_wall);
    same('put wall', known(told.putWall), expected.put_wall);
    same('call wall by contracts', known(told.callWallByContracts), expected.call_wall_by_oi);
    same('put wall by contracts', known(told.putWallByContracts), expected.put_wall_by_oi);
    same('largest net', known(told.netGexStrikeMax), expected.max_net_gex_strike);
    same('most negative net', known(told.netGexStrikeMin), expected.min_net_gex_strike);
    if (expected.gamma_flip === null) {
      expect(told.gammaFlip).toEqual({ value: null, reason: 'no-sign-change', basis: told.gammaFlip.basis });
      checked++;
    } else near('flip', known(told.gammaFlip), expected.gamma_flip.root, S, 1e-11);
    if (basis === 'openInterest') {
      same('max pain', known(figures.scopes.all.maxPain), expected.max_pain);
      const priced = priceChain(chain, years, S, AT, rates);
      const sum = gaussiansOf(priced, new Uint8Array(chain.rowCount), times.bucket);
      const top = Math.max(...expected.sweep.gex.map(Math.abs));
      expected.sweep.spot.forEach((spot, k) => {
        near(`sweep ${spot}`, gexAtSpot(sum, spot), expected.sweep.gex[k] as number, Math.max(top, absolute));
      });
    }
    process.stdout.write(`${name} by ${basis}: ${checked} figures checked, worst ${worst.toExponential(1)}\n`);
    expect(checked).toBeGreaterThan(10 + 5 * expected.by_strike.length + expected.by_expiry_gex.length);
  });

  test('what `computeExposure` says is what positioning says', () => {
    if (basis === 'volume') return expect(told.gex.basis).toBe('volume');
    const alone = exposureGiven(chain, years, S, AT, rates);
    const { exposure } = positionChain(chain, times, S, AT, rates);
    for (const name of ['gexOwn', 'gammaFlip'] as const)
      expect(Math.abs((alone[name].value ?? 0) - (exposure[name].value ?? 0))).toBeLessThanOrEqual(1e-9 * absolute);
    expect({ ...alone.own }).toMatchObject(
      Object.fromEntries(Object.entries(exposure.own ?? {}).map(([name, value]) => [name, expect.closeTo(value, -1)])),
    );
    expect([alone.callWallOwn, alone.putWallOwn, alone.rejected]).toEqual([
      exposure.callWallOwn,
      exposure.putWallOwn,
      exposure.rejected,
    ]);
    expect(computeExposure(chain, S, AT, rates).strikes).toEqual(exposure.strikes);
  });

  test('the scopes are nested sums', () => {
    const { zeroDte, week, month, all } = figures.scopes;
    const days = [...times.days.filter((_, slot) => slot % 2 === 0)];
    expect([zeroDte.expiries, week.expiries, month.expiries, all.expiries]).toEqual([
      days.filter((d) => d === 0).length,
      days.filter((d) => d <= 7).length,
      days.filter((d) => d <= 30).length,
      days.length,
    ]);
    for (const scope of [zeroDte, week, month, all]) {
      if (scope.expiries === 0) {
        expect(scope[basis].gex).toMatchObject({ value: null, reason: 'no-expiry' });
        continue;
      }
      const parts = figures.expiries.slice(0, scope.expiries).map((expiry) => known(expiry[basis].gex));
      const sum = parts.reduce((a, b) => a + b, 0);
      expect(Math.abs(known(scope[basis].gex) - sum)).toBeLessThan(1e-9 * absolute);
    }
  });
});
