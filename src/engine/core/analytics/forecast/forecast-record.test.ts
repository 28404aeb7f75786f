import { expect, test } from 'bun:test';
import { instant } from '../../types.ts';
import {
  createForecastRecord,
  forecastRecordView,
  isForecastDue,
  logForecast,
  oldestPending,
  settleForecast,
} from './forecast-record.ts';

test('a record of amounts: errors, bias and hits by direct computation', () => {
  const record = createForecastRecord('amount');
  const rows = [
    // value, naive, level, truth
    [0.2, 0.3, 0.25, 0.21],
    [0.1, 0.3, 0.25, 0.4],
    [0.5, 0.3, 0.25, 0.25],
    [0.3, 0.1, Number.NaN, 0.2],
  ] as const;
  rows.forEach(([value, naive, level], i) => {
    expect(logForecast(record, value, naive, level, instant(i), instant(i + 10))).toBe(true);
  });
  rows.forEach(([, , , truth], i) => {
    settleForecast(record, truth, instant(i + 10));
  });
  const view = forecastRecordView(record);
  expect(view).toMatchObject({ scored: 4, voided: 0, waiting: 0, sample: 4 });
  expect(view.meanAbsoluteError.value).toBeCloseTo((0.01 + 0.3 + 0.25 + 0.1) / 4, 12);
  expect(view.meanAbsoluteErrorNaive.value).toBeCloseTo((0.09 + 0.1 + 0.05 + 0.1) / 4, 12);
  expect(view.bias.value).toBeCloseTo((-0.01 - 0.3 + 0.25 + 0.1) / 4, 12);
  // A truth on its level, and one without a level, are neither hit nor miss.
  expect(view.hitRate.value).toBe(1 / 2);
  expect(view.brier).toMatchObject({ value: null, reason: 'not-for-this-kind' });
});

test('a record of probabilities: Brier score beside the naive one', () => {
  const record = createForecastRecord('probability');
  [0.8, 0.4, 0.9].forEach((value, i) => {
    logForecast(record, value, 0.5, 0.5, instant(i), instant(i + 1));
  });
  [1, 0, 0].forEach((truth, i) => {
    settleForecast(record, truth, instant(i + 1));
  });
  const view = forecastRecordView(record);
  expect(view.brier.value).toBeCloseTo((0.04 + 0.16 + 0.81) / 3, 12);
  expect(view.brierNaive.value).toBe(0.25);
  expect(view.hitRate.value).toBeCloseTo(2 / 3, 12);
  expect(view.brier).toMatchObject({ asOf: 3, basis: 'forecast' });
});

test('a forecast can not be scored before its truth is due, nor logged after it', () => {
  const record = createForecastRecord('amount');
  expect(logForecast(record, 1, 1, 1, instant(10), instant(10))).toBe(false);
  expect(logForecast(record, 1, 1, 1, instant(10), instant(20))).toBe(true);
  expect(isForecastDue(record, instant(19))).toBe(false);
  expect(() => settleForecast(record, 1, instant(19))).toThrow('before the oldest forecast was due');
  expect(oldestPending(record)).toBe(0);
  settleForecast(record, 1, instant(20));
  expect(oldestPending(record)).toBe(-1);
});

test('what is no forecast is not logged, and a truth that never comes voids', () => {
  const record = createForecastRecord('probability', 2);
  expect(logForecast(record, Number.NaN, 0.5, 0.5, instant(0), instant(1))).toBe(false);
  expect(logForecast(record, 1.2, 0.5, 0.5, instant(0), instant(1))).toBe(false);
  expect(logForecast(record, 0.5, 0.5, 0.5, instant(0), instant(1))).toBe(true);
  expect(logForecast(record, 0.5, 0.5, 0.5, instant(0), instant(1))).toBe(true);
  expect(logForecast(record, 0.5, 0.5, 0.5, instant(0), instant(1))).toBe(false);
  settleForecast(record, Number.NaN, instant(1));
  const view = forecastRecordView(record);
  expect(view).toMatchObject({ scored: 0, voided: 1, waiting: 1 });
  expect(view.meanAbsoluteError).toMatchObject({ value: null, reason: 'nothing-scored' });
});

test('past its capacity a record is of the last ones, and still counts them all', () => {
  const record = createForecastRecord('amount', 4);
  for (let i = 0; i < 10; i++) {
    logForecast(record, i, 0, 0, instant(i), instant(i + 1));
    settleForecast(record, 0, instant(i + 1));
  }
  const view = forecastRecordView(record);
  expect(view).toMatchObject({ scored: 10, sample: 4 });
  expect(view.meanAbsoluteError.value).toBe((6 + 7 + 8 + 9) / 4);
});
