import { expect, test } from 'bun:test';
import { parseCboeQuotes } from '../../../../tests/support/cboe.ts';
import { hasRecordedData, readRecordedText, readRecordedZip } from '../../../../tests/support/reference.ts';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { newYorkInstant } from '../market/calendar.ts';
import { instant, type SessionDate } from '../types.ts';
import { addTrade, barAt, createBars } from './bars.ts';
import { computeExposure, exposureGiven } from './exposure.ts';
import { addVpinTrade, createVpin, vpinOf } from './vpin.ts';

const CBOE = 'chains/cboe-quotedata/spx_2022-03-23_1011ET_spanish-locale.csv.gz';
const DROPOUT = 'chains/spx-0dte-gex-profiles/2026-08-20_0945.csv';
const NEXT = 'chains/spx-0dte-gex-profiles/2026-08-20_1000.csv';
const AMZN = 'ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip';
const RATES = { rate: 0.005, dividendYield: 0.014 };

test.skipIf(!hasRecordedData(CBOE))('SPX of 2022-03-23: gamma exposure is what the file itself comes to', () => {
  const at = newYorkInstant('2022-03-23' as SessionDate, '10:11:00');
  const text = readRecordedText(CBOE);
  const { spot, chain } = parseCboeQuotes(text, at);
  const exposure = computeExposure(chain, spot, at, RATES);
  let direct = 0;
  for (const line of text.trimEnd().split(/\r?\n/).slice(4)) {
    const cells = line.split(',').map(Number);
    const net = (cells[9] as number) * (cells[10] as number) - (cells[20] as number) * (cells[21] as number);
    direct += net * 100 * 4479.0898 ** 2 * 0.01;
  }
  expect(exposure.contracts).toBe(19_002);
  expect(Math.abs((exposure.gex.value ?? Number.NaN) / direct - 1)).toBeLessThan(1e-9);
  expect(exposure.rejected).toEqual({ 'implied-volatility-absent': 333 });
  expect([exposure.callWall.value, exposure.putWall.value]).toEqual([4500, 4400]);
  expect([exposure.callWallOwn.value, exposure.putWallOwn.value]).toEqual([4500, 4400]);
  expect(Math.abs((exposure.gammaFlip.value ?? Number.NaN) - spot)).toBeLessThan(0.05 * spot);
});

test.skipIf(!hasRecordedData(CBOE))(
  'SPX of 2022-03-23: our Greeks at its volatilities are its own, mostly to rounding',
  () => {
    const at = newYorkInstant('2022-03-23' as SessionDate, '10:11:00');
    const { spot, chain } = parseCboeQuotes(readRecordedText(CBOE), at);
    // One contract at a time through the exposure itself, so that the volatility, time and settlement used are its own.
    const one = (i: number): { gamma: number; delta: number } | null => {
      const contract: TestContract = {
        expiry: chain.expiries[chain.expiryIndex[i] as number] as string,
        right: chain.isCall[i] === 1 ? 'C' : 'P',
        strike: chain.strike[i] as number,
        settlesAm: chain.settlesAm[i] === 1,
        openInterest: 1,
        impliedVolatility: chain.impliedVolatility[i] as number,
      };
      const { own, gexOwn } = computeExposure(chainOf('SPX', at, [contract]), spot, at, RATES);
      if (own === null || gexOwn.value === null) return null;
      return { gamma: Math.abs(gexOwn.value) / (spot * spot), delta: own.deltaNatural / (100 * spot) };
    };
    let compared = 0;
    let gammaToRounding = 0;
    let gammaNear = 0;
    let deltaNear = 0;
    let deltaToRounding = 0;
    for (let i = 0; i < chain.rowCount; i += 7) {
      const own = one(i);
      if (own === null) continue;
      compared++;
      const gammaError = Math.abs(own.gamma - (chain.gamma[i] as number));
      const deltaError = Math.abs(own.delta - (chain.delta[i] as number));
      if (gammaError <= 0.00005001) gammaToRounding++;
      if (gammaError <= 0.00025) gammaNear++;
      if (deltaError <= 0.00005001) deltaToRounding++;
      if (deltaError <= 0.02) deltaNear++;
    }
    const share = (count: number): string => `${((100 * count) / compared).toFixed(1)} %`;
    console.log(
      `SPX 2022-03-23, ${compared} contracts: gamma to rounding ${share(gammaToRounding)}, within 0.00025 ${share(gammaNear)}; ` +
        `delta to rounding ${share(deltaToRounding)}, within 0.02 ${share(deltaNear)} ` +
        '(its call and put deltas of a strike sum to one: a single volatility per strike, not the one it prints)',
    );
    expect(compared).toBeGreaterThan(2500);
    expect(gammaToRounding / compared).toBeGreaterThan(0.8);
    expect(gammaNear / compared).toBeGreaterThan(0.95);
    expect(deltaNear / compared).toBeGreaterThan(0.8);
  },
);

/** Exposure by strike back into gammas: cg = γ · OI · 100 · S² · 0.01. */
const profileChain = (path: string): ReturnType<typeof computeExposure> => {
  const [header = '', , ...lines] = readRecordedText(path).trimEnd().split(/\r?\n/);
  const spot = Number(/spot=([\d.]+)/.exec(header)?.[1]);
  const rows = lines.flatMap((line): TestContract[] => {
    const [strike, cg, pg, , coi, poi] = line.split(',').map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const gamma = (exposure: number, interest: number): { gamma?: number } =>
      interest > 0 ? { gamma: Math.abs(exposure) / (interest * spot * spot) } : {};
    return [
      { expiry: '2026-08-20', right: 'C', strike, openInterest: coi, ...gamma(cg, coi) },
      { expiry: '2026-08-20', right: 'P', strike, openInterest: poi, ...gamma(pg, poi) },
    ];
  });
  const at = newYorkInstant('2026-08-20' as SessionDate, '09:45:00');
  return exposureGiven(chainOf('SPX', at, rows), Float64Array.of(0.0007, 0.0007), spot, at, RATES);
};

test.skipIf(!hasRecordedData(DROPOUT))(
  'SPX of 2026-08-20 09:45, a feed dropout, is refused and its successor is not',
  () => {
    expect(profileChain(DROPOUT).gex).toEqual({ value: null, reason: 'all-gamma-zero' });
    const next = profileChain(NEXT);
    expect(next.contracts).toBeGreaterThan(50);
    const listed = readRecordedText(NEXT).trimEnd().split(/\r?\n/).slice(2);
    const total = listed.reduce((sum, line) => sum + Number(line.split(',')[3]), 0);
    expect(Math.abs((next.gex.value ?? Number.NaN) / total - 1)).toBeLessThan(1e-9);
  },
);

/** Executions, visible (4) and hidden (5), of a LOBSTER message file. */
const lobsterTrades = (): { at: number; price: number; size: number }[] =>
  readRecordedZip(AMZN, '_message_5.csv')
    .trimEnd()
    .split(/\r?\n/)
    .flatMap((line) => {
      const [seconds, type, , size, price] = line.split(',').map(Number) as [number, number, number, number, number];
      return type === 4 || type === 5 ? [{ at: Math.floor(seconds * 1000), price: price / 10_000, size }] : [];
    });

test.skipIf(!hasRecordedData(AMZN))('AMZN of 2012-06-21: VPIN and bars are what the file itself comes to', () => {
  const trades = lobsterTrades();
  expect(trades.length).toBe(8_974 + 2_445);
  const vpin = createVpin();
  const bars = createBars();
  // Directly: one sign per share, then slices of a thousand.
  const signs: number[] = [];
  let [last, side] = [Number.NaN, 0];
  for (const { at, price, size } of trades) {
    addVpinTrade(vpin, price, size, instant(at));
    addTrade(bars, price, size, instant(at));
    if (price !== last && !Number.isNaN(last)) side = price > last ? 1 : -1;
    last = price;
    for (let share = 0; share < size; share++) signs.push(side);
  }
  const full = Math.floor(signs.length / 1000);
  const values = Array.from({ length: full }, (_, b) =>
    Math.abs(signs.slice(b * 1000, (b + 1) * 1000).reduce((sum, sign) => sum + sign, 0) / 1000),
  );
  const expected = values.slice(-50).reduce((sum, value) => sum + value, 0) / 50;
  console.log(`AMZN 2012-06-21: ${full} buckets of 1,000 shares, VPIN ${expected}`);
  expect(vpin.bucketCount).toBe(full);
  expect(full).toBeGreaterThan(500);
  expect(Math.abs(vpinOf(vpin) - expected)).toBeLessThan(1e-12);
  let volume = 0;
  for (let back = 0; back <= bars.closed; back++) volume += barAt(bars, back)?.volume ?? Number.NaN;
  expect(volume).toBe(signs.length);
  expect(bars.closed + 1).toBe(new Set(trades.map((trade) => Math.floor(trade.at / 60_000))).size);
});
