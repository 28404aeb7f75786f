import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { instant } from '../../types.ts';
import {
  createImpliedCorrelation,
  IMPLIED_CORRELATION_MODULE,
  impliedCorrelationView,
  onImpliedCorrelationIndex,
  onImpliedCorrelationMember,
} from './implied-correlation.ts';
import {
  createIndexDivergence,
  INDEX_DIVERGENCE_MODULE,
  indexDivergenceView,
  onIndexDivergenceCarry,
  onIndexDivergenceFund,
  onIndexDivergenceIndex,
  onIndexDivergenceTimer,
} from './index-divergence.ts';
import {
  createVixTermStructure,
  onVixLevel,
  VIX_TERM_STRUCTURE_MODULE,
  type VixTermStructureView,
  vixTermStructureView,
} from './vix-term-structure.ts';

const START = Date.UTC(2026, 7, 20, 14, 0);
const MINUTE = 60_000;
const reasonOf = (figure: { readonly value: unknown; readonly reason?: string }): string =>
  figure.value === null ? (figure.reason ?? '') : 'present';

test('the fund is dear by what it trades above the index, carry taken off', () => {
  const state = createIndexDivergence();
  onIndexDivergenceIndex(state, 6400, instant(START));
  onIndexDivergenceFund(state, 641.28, instant(START));
  expect(onIndexDivergenceTimer(state, instant(START + 1000))).toBe(true);
  const bare = indexDivergenceView(state, instant(START + 1000));
  expect(bare.divergenceBps).toMatchObject({
    value: expect.closeTo(10_000 * Math.log(641.28 / 640), 9),
    confidence: 0.5,
  });
  onIndexDivergenceCarry(state, 0.002);
  const then = instant(START + MINUTE + 1000);
  onIndexDivergenceIndex(state, 6400, then);
  onIndexDivergenceFund(state, 641.28, then);
  onIndexDivergenceTimer(state, then);
  expect(indexDivergenceView(state, then).divergenceBps).toMatchObject({ value: expect.closeTo(0, 9), confidence: 1 });
});

test('the z-score is of the samples before, never of the sample itself, and waits for thirty of them', () => {
  const state = createIndexDivergence();
  const past: number[] = [];
  let at = instant(START);
  const sample = (fund: number): void => {
    at = instant(at + MINUTE);
    onIndexDivergenceIndex(state, 6400, at);
    onIndexDivergenceFund(state, fund, at);
    onIndexDivergenceTimer(state, at);
    past.push(10_000 * Math.log(fund / 640));
  };
  for (let i = 0; i < 30; i++) sample(640 + 0.02 * Math.sin(i));
  expect(reasonOf(indexDivergenceView(state, at).zScore)).toBe('warming-up');
  sample(640.5);
  const before = past.slice(0, 30);
  const mean = before.reduce((a, b) => a + b, 0) / 30;
  const deviation = Math.sqrt(before.reduce((a, b) => a + (b - mean) ** 2, 0) / 29);
  const z = indexDivergenceView(state, at).zScore.value as number;
  expect(z).toBeCloseTo(((past[30] as number) - mean) / deviation, 6);
  expect(z).toBeGreaterThan(20);
});

test('quotes of two moments are not compared, and an old divergence is stale', () => {
  const state = createIndexDivergence();
  onIndexDivergenceIndex(state, 6400, instant(START));
  onIndexDivergenceFund(state, 640, instant(START + 5001));
  expect(onIndexDivergenceTimer(state, instant(START + 5001))).toBe(false);
  expect(reasonOf(indexDivergenceView(state, instant(START)).divergenceBps)).toBe('no-simultaneous-quotes');
  onIndexDivergenceIndex(state, 6400, instant(START + 5001));
  onIndexDivergenceFund(state, Number.NaN, instant(START + 5001));
  expect(onIndexDivergenceTimer(state, instant(START + 5001))).toBe(false);
  onIndexDivergenceFund(state, 640, instant(START + 5001));
  expect(onIndexDivergenceTimer(state, instant(START + 5001))).toBe(true);
  const late = instant(START + 5002 + INDEX_DIVERGENCE_MODULE.ageMsMax);
  expect(reasonOf(indexDivergenceView(state, late).divergenceBps)).toBe('stale');
  expect(state.refusedQuotes).toBe(1);
});

test('the VIX curve: ratios, shape and forward volatility, each as of its older level', () => {
  const state = createVixTermStructure();
  onVixLevel(state, 'VIX9D', 15, instant(START));
  onVixLevel(state, 'VIX', 18, instant(START + MINUTE));
  onVixLevel(state, 'VIX3M', 21, instant(START + 2 * MINUTE));
  const view = vixTermStructureView(state, instant(START + 2 * MINUTE));
  expect(view.ratio9DayTo30Day).toMatchObject({ value: 15 / 18, asOf: START });
  expect(view.shape).toMatchObject({ value: 'contango' });
  expect(view.forward30To93Days.value).toBeCloseTo(Math.sqrt((21 ** 2 * 93 - 18 ** 2 * 30) / 63), 12);
  expect(reasonOf(view.ratio1DayTo30Day)).toBe('vix1d-absent');
  onVixLevel(state, 'VIX9D', 45, instant(START + 3 * MINUTE));
  onVixLevel(state, 'VIX', 20, instant(START + 3 * MINUTE));
  const crisis = vixTermStructureView(state, instant(START + 3 * MINUTE));
  expect(crisis.shape).toMatchObject({ value: 'backwardation' });
  expect(reasonOf(crisis.forward9To30Days)).toBe('negative-forward-variance');
  onVixLevel(state, 'VIX9D', 20.1, instant(START + 3 * MINUTE));
  expect(vixTermStructureView(state, instant(START + 3 * MINUTE)).shape).toMatchObject({ value: 'flat' });
  onVixLevel(state, 'VIX', 0, instant(START + 3 * MINUTE));
  expect(state.refusedLevels).toBe(1);
});

test('without an index, or with an old one, the VIX curve says which', () => {
  const state = createVixTermStructure();
  expect(reasonOf(vixTermStructureView(state, instant(START)).shape)).toBe('vix9d-absent');
  onVixLevel(state, 'VIX9D', 15, instant(START));
  expect(reasonOf(vixTermStructureView(state, instant(START)).shape)).toBe('vix-absent');
  onVixLevel(state, 'VIX', 15, instant(START + VIX_TERM_STRUCTURE_MODULE.ageMsMax + 1));
  const late = instant(START + VIX_TERM_STRUCTURE_MODULE.ageMsMax + 1);
  expect(reasonOf(vixTermStructureView(state, late).shape)).toBe('vix9d-stale');
});

const VIX = 'bars/daily/yahoo_raw_vix.json';
const VIX9D = 'bars/daily/yahoo_raw_vix9d.json';
test.skipIf(!(hasRecordedData(VIX) && hasRecordedData(VIX9D)))(
  'two years of VIX9D and VIX reach every shape of the curve',
  () => {
    interface Payload {
      readonly chart: {
        readonly result: readonly [
          {
            readonly timestamp: readonly number[];
            readonly indicators: { readonly quote: readonly [{ readonly close: readonly (number | null)[] }] };
          },
        ];
      };
    }
    const closes = (path: string): Map<string, number> => {
      const [result] = (JSON.parse(readRecordedText(path)) as Payload).chart.result;
      const days = new Map<string, number>();
      result.timestamp.forEach((seconds, i) => {
        days.set(
          new Date(seconds * 1000).toISOString().slice(0, 10),
          result.indicators.quote[0].close[i] ?? Number.NaN,
        );
      });
      return days;
    };
    const near = closes(VIX9D);
    const shapes: Record<string, number> = {};
    for (const [day, level] of closes(VIX)) {
      const state = createVixTermStructure();
      const at = instant(Date.parse(`${day}T20:00:00Z`));
      onVixLevel(state, 'VIX', level, at);
      onVixLevel(state, 'VIX9D', near.get(day) ?? Number.NaN, at);
      const { shape }: VixTermStructureView = vixTermStructureView(state, at);
      const name = shape.value ?? 'absent';
      shapes[name] = (shapes[name] ?? 0) + 1;
    }
    process.stdout.write(`VIX curve: ${JSON.stringify(shapes)}\n`);
    for (const name of ['contango', 'backwardation', 'flat']) expect(shapes[name] ?? 0).toBeGreaterThan(5);
  },
);

const WEIGHTS = { A: 0.3, B: 0.2, C: 0.15, D: 0.1, E: 0.05 };
const basket = (correlation: number): ReturnType<typeof createImpliedCorrelation> => {
  const state = createImpliedCorrelation(WEIGHTS);
  const volatilities = { A: 0.3, B: 0.25, C: 0.4, D: 0.2, E: 0.5 };
  const total = Object.values(WEIGHTS).reduce((a, b) => a + b, 0);
  let variance = 0;
  for (const [i, wi] of Object.entries(WEIGHTS))
    for (const [j, wj] of Object.entries(WEIGHTS)) {
      const both = volatilities[i as 'A'] * volatilities[j as 'A'];
      variance += ((wi * wj) / total ** 2) * both * (i === j ? 1 : correlation);
    }
  for (const [symbol, volatility] of Object.entries(volatilities))
    onImpliedCorrelationMember(state, symbol, volatility, instant(START));
  onImpliedCorrelationIndex(state, Math.sqrt(variance), instant(START));
  return state;
};

test('the correlation that a basket was built with is found again, with the weight covered as confidence', () => {
  for (const correlation of [-0.1, 0, 0.37, 1]) {
    const { correlation: found, coverage } = impliedCorrelationView(basket(correlation), instant(START));
    expect(found.value as number).toBeCloseTo(correlation, 9);
    expect(coverage).toBeCloseTo(0.8, 12);
    expect(found).toMatchObject({ confidence: expect.closeTo(0.8, 12) });
  }
});

test('implied correlation is absent without weights, index, enough fresh members, or a possible value', () => {
  const reason = (state: ReturnType<typeof createImpliedCorrelation>, at = START): string =>
    reasonOf(impliedCorrelationView(state, instant(at)).correlation);
  expect(reason(createImpliedCorrelation())).toBe('no-weights');
  expect(reason(createImpliedCorrelation(WEIGHTS))).toBe('index-volatility-absent');
  expect(reason(basket(0.5), START + IMPLIED_CORRELATION_MODULE.ageMsMax + 1)).toBe('stale');
  const one = basket(0.5);
  onImpliedCorrelationMember(one, 'C', Number.NaN, instant(START));
  expect(reason(one)).toBe('too-few-members');
  const mixed = basket(0.5);
  onImpliedCorrelationIndex(mixed, 0.9, instant(START));
  expect(reason(mixed)).toBe('out-of-range');
  onImpliedCorrelationMember(mixed, 'UNKNOWN', 0.3, instant(START));
  expect(mixed.members.size).toBe(5);
  expect(() => createImpliedCorrelation({ A: 0.7, B: 0.4 })).toThrow('weights up to 1');
  expect(() => createImpliedCorrelation({ A: 0 })).toThrow('positive weight of A');
});
