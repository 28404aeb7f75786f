import { expect, test } from 'bun:test';
import { parseCboeQuotes } from '../../../../../tests/support/cboe.ts';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { chainOf, type TestContract } from '../../../testing/chain.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import { bsmPrice } from '../../pricing/bsm.ts';
import type { ExerciseStyle } from '../../pricing/exercise.ts';
import { instant, type SessionDate } from '../../types.ts';
import {
  createPutCallParity,
  onParityChain,
  PUT_CALL_PARITY_MODULE,
  type PutCallParityView,
  putCallParityView,
} from './put-call-parity.ts';

const AT = newYorkInstant('2026-08-20' as SessionDate, '11:00:00');
const RATES = { rate: 0.04, dividendYield: 0.013 };
const EXPIRY = '2026-09-18';
/** To 16:00 on the expiry day, ACT/365. */
const YEARS = (newYorkInstant(EXPIRY as SessionDate, '16:00:00') - AT) / (365 * 86_400_000);

/** A European chain priced by Black-Scholes-Merton, quoted 0.10 wide about its value. */
const pricedChain = (shift: (row: TestContract) => TestContract = (row) => row): ChainColumns => {
  const rows: TestContract[] = [];
  for (let strike = 6000; strike <= 6800; strike += 50)
    for (const right of ['C', 'P'] as const) {
      const value = bsmPrice(right === 'C', 6400, strike, YEARS, 0.15, RATES.rate, RATES.dividendYield);
      rows.push(shift({ root: 'SPXW', expiry: EXPIRY, right, strike, bid: value - 0.05, ask: value + 0.05 }));
    }
  return chainOf('SPX', AT, rows);
};

const check = (chain: ChainColumns, style: ExerciseStyle, bid = Number.NaN, ask = Number.NaN): PutCallParityView => {
  const state = createPutCallParity(style);
  onParityChain(state, chain, bid, ask, AT, RATES);
  return putCallParityView(state, AT);
};

test('a chain that is priced right has no violation, and tells forward and discount', () => {
  const view = check(pricedChain(), 'european');
  expect([view.pairs.value, view.violations.value]).toEqual([17, 0]);
  expect(view.worst).toMatchObject({ value: null, reason: 'no-violation' });
  const [expiry] = view.expiries;
  expect(expiry?.forward.value).toBeCloseTo(6400 * Math.exp((RATES.rate - RATES.dividendYield) * YEARS), 6);
  expect(expiry?.discount.value).toBeCloseTo(Math.exp(-RATES.rate * YEARS), 9);
});

test('one call shifted by more than spreads and commissions is found, with its edge and direction', () => {
  // Half spreads of call and put and of the hedge's call and put: 0.20; four commissions: 0.026.
  for (const [shift, side] of [
    [0.5, 'call-too-dear'],
    [-0.5, 'call-too-cheap'],
  ] as const) {
    const moved = pricedChain((row) =>
      row.right === 'C' && row.strike === 6250
        ? { ...row, bid: (row.bid ?? 0) + shift, ask: (row.ask ?? 0) + shift }
        : row,
    );
    const view = check(moved, 'european');
    expect(view.violations.value).toBe(1);
    expect(view.worst.value).toMatchObject({ strike: 6250, side, callId: 'SPXW260918C06250000' as never });
    expect(view.worst.value?.edge as number).toBeCloseTo(0.5 - 0.2 - 0.026, 6);
  }
});

test('a shift within spreads and commissions is no violation', () => {
  const view = check(
    pricedChain((row) =>
      row.right === 'C' && row.strike === 6250
        ? { ...row, bid: (row.bid ?? 0) + 0.22, ask: (row.ask ?? 0) + 0.22 }
        : row,
    ),
    'european',
  );
  expect([view.pairs.value, view.violations.value]).toEqual([17, 0]);
});

test('the spot and the rates handed in do not matter to a European chain', () => {
  const state = createPutCallParity('european');
  onParityChain(state, pricedChain(), 1, 2, AT, { rate: 0.3, dividendYield: 0 });
  expect(putCallParityView(state, AT)).toEqual(check(pricedChain(), 'european'));
});

const american = (callBid: number, callAsk: number): ChainColumns =>
  chainOf('SPY', AT, [
    { expiry: EXPIRY, right: 'C', strike: 640, bid: callBid, ask: callAsk },
    { expiry: EXPIRY, right: 'P', strike: 640, bid: 9, ask: 9.1 },
  ]);

test('American options are held to the wider bounds of early exercise, at the underlying quoted', () => {
  const discount = Math.exp(-RATES.rate * YEARS);
  const cost = 2 * 0.0065 + 2 * 0.01;
  // C − P may be up to S_ask − K e^(−rT).
  const limit = 640.02 - 640 * discount + 9.1 + cost;
  expect(check(american(limit - 0.01, 13), 'american', 640, 640.02).violations.value).toBe(0);
  const dear = check(american(limit + 0.01, 13), 'american', 640, 640.02);
  expect(dear.worst.value).toMatchObject({ side: 'call-too-dear', edge: expect.closeTo(0.01, 9) });
  // And down to S_bid e^(−qT) − K.
  const floor = 640 * Math.exp(-RATES.dividendYield * YEARS) - 640 + 9 - cost;
  expect(check(american(5, floor + 0.01), 'american', 640, 640.02).violations.value).toBe(0);
  const cheap = check(american(5, floor - 0.01), 'american', 640, 640.02);
  expect(cheap.worst.value).toMatchObject({ side: 'call-too-cheap', edge: expect.closeTo(0.01, 9) });
});

test('what is missing makes an absence with its reason, and what is refused is counted', () => {
  const empty = createPutCallParity('european');
  expect(putCallParityView(empty, AT).violations).toMatchObject({ value: null, reason: 'no-chain' });
  expect(check(american(9, 9.1), 'american').pairs).toMatchObject({ reason: 'underlying-quote-absent' });
  expect(check(american(9, 9.1), 'european').pairs).toMatchObject({ reason: 'no-usable-pair' });
  const bad = chainOf('SPX', AT, [
    { expiry: EXPIRY, right: 'C', strike: 6400, bid: 5, ask: 4 },
    { expiry: EXPIRY, right: 'P', strike: 6400, bid: 4, ask: 5 },
    { expiry: EXPIRY, right: 'P', strike: 6400, bid: 4, ask: 5 },
    { expiry: EXPIRY, right: 'C', strike: 6500, bid: 0, ask: 5 },
    { expiry: EXPIRY, right: 'C', strike: Number.NaN, bid: 4, ask: 5 },
    { expiry: '2026-08-19', right: 'C', strike: 6400, bid: 4, ask: 5 },
    { expiry: '2071-01-01', right: 'C', strike: 6400, bid: 4, ask: 5 },
  ]);
  expect(check(bad, 'european').rejected).toEqual({
    'crossed-quote': 1,
    'doubled-row': 1,
    'no-two-sided-quote': 1,
    'bad-strike': 1,
    expired: 1,
    'unknown-expiry': 1,
    'other-side-absent': 1,
  });
  const state = createPutCallParity('european');
  onParityChain(state, pricedChain(), Number.NaN, Number.NaN, AT, RATES);
  const late = instant(AT + PUT_CALL_PARITY_MODULE.ageMsMax + 1);
  expect(putCallParityView(state, late).violations).toMatchObject({ reason: 'stale' });
});

const FILES = [
  ['spx_2022-03-23_1011ET_spanish-locale.csv.gz', '2022-03-23', '10:11:00', 8778],
  ['spx_2022-06-11_2047ET_saturday.csv.gz', '2022-06-11', '20:47:00', 8553],
  ['spx_2023-09-14_1631ET.csv.gz', '2023-09-14', '16:31:00', 8494],
  ['xsp_2023-09-14_1630ET.csv.gz', '2023-09-14', '16:30:00', 4158],
  ['ndx_2022-02-05_2026ET_saturday.csv.gz', '2022-02-05', '20:26:00', 8081],
] as const;
for (const [file, date, time, pairs] of FILES) {
  const path = `chains/cboe-quotedata/${file}`;
  test.skipIf(!hasRecordedData(path))(
    `${file}: no pair of a real chain pays after costs, and one moved pair does`,
    () => {
      const at = newYorkInstant(date as SessionDate, time);
      const { chain, spot } = parseCboeQuotes(readRecordedText(path), at);
      const state = createPutCallParity('european');
      const run = (): PutCallParityView => {
        onParityChain(state, chain, Number.NaN, Number.NaN, at, RATES);
        return putCallParityView(state, at);
      };
      const view = run();
      expect([view.pairs.value, view.violations.value]).toEqual([pairs, 0]);
      // Forwards lie on a carry that is believable: within 8 % a year of the spot of the file, and 1 % for its age.
      for (const expiry of view.expiries) {
        const years = (newYorkInstant(expiry.expiry as SessionDate, '16:00:00') - at) / (365 * 86_400_000);
        expect(Math.abs(Math.log((expiry.forward.value ?? Number.NaN) / spot))).toBeLessThan(0.01 + 0.08 * years);
      }
      const row = chain.strike.findIndex(
        (strike, i) =>
          chain.isCall[i] === 1 &&
          (chain.expiries[chain.expiryIndex[i] as number] as string) > date &&
          Math.abs(strike / spot - 1) < 0.01 &&
          (chain.bid[i] as number) > 1,
      );
      chain.bid[row] = (chain.bid[row] as number) + 0.05 * spot;
      chain.ask[row] = (chain.ask[row] as number) + 0.05 * spot;
      const moved = run();
      expect(moved.violations.value).toBe(1);
      expect(moved.worst.value).toMatchObject({ callId: chain.contractIds[row] as never, side: 'call-too-dear' });
    },
  );
}
