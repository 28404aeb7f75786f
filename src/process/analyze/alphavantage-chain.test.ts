import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figuresIn } from '../../engine/core/analytics/suite/figures.ts';
import { bsmPrice, createGreeks, greeksOf } from '../../engine/core/pricing/bsm.ts';
import { type AnalyzeChainOptions, analyzeChain, type ChainReport } from './analyze-chain.ts';
import { chainWords } from './chain-words.ts';

/* Answers as the vendor gives them, and what it gives in their place. */
const NOTHING: AnalyzeChainOptions = { at: null, spot: null, rate: 0.05, dividendYield: null };
const SPOT = 252;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'analyze-alphavantage-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Row = Record<string, unknown>;
const GREEKS = ['implied_volatility', 'delta', 'gamma', 'theta', 'vega', 'rho'] as const;

const rowOf = (expiration: string, days: number, strike: number, right: 'C' | 'P'): Row => {
  const years = days / 365;
  const price = bsmPrice(right === 'C', SPOT, strike, years, 0.25, 0.05, 0);
  const greeks = greeksOf(right === 'C', SPOT, strike, years, 0.25, 0.05, 0, createGreeks());
  return {
    contractID: `SPXW${expiration.slice(2).replaceAll('-', '')}${right}${String(strike * 1000).padStart(8, '0')}`,
    symbol: 'SPX',
    expiration,
    strike: strike.toFixed(2),
    type: right === 'C' ? 'call' : 'put',
    last: price.toFixed(2),
    mark: price.toFixed(2),
    bid: Math.max(0, price - 0.01).toFixed(4),
    bid_size: '10',
    ask: (price + 0.01).toFixed(4),
    ask_size: '12',
    volume: '120',
    open_interest: '900',
    date: '2026-11-20',
    implied_volatility: '0.25000',
    delta: greeks.delta.toFixed(5),
    gamma: greeks.gamma.toFixed(5),
    theta: greeks.thetaPerDay.toFixed(5),
    vega: greeks.vegaPerPoint.toFixed(5),
    rho: '0.01000',
  };
};
const ROWS: readonly Row[] = (
  [
    ['2026-11-27', 7],
    ['2026-12-18', 28],
  ] as const
).flatMap(([expiration, days]) =>
  [240, 245, 250, 255, 260].flatMap((strike) =>
    (['C', 'P'] as const).map((right) => rowOf(expiration, days, strike, right)),
  ),
);
const without = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
const saying = (row: Row, names: readonly string[], value: unknown): Row => ({
  ...row,
  ...Object.fromEntries(names.map((name) => [name, value])),
});

const analyzed = (body: unknown): ChainReport => {
  const path = join(folder, 'answer.json');
  writeFileSync(path, typeof body === 'string' ? body : JSON.stringify(body));
  return analyzeChain(path, NOTHING);
};
const figuresOf = (report: ChainReport) =>
  new Map(
    figuresIn(report.analytics.modules.find(({ module }) => module === 'positioning')?.figures).map(
      ({ name, figure }) => [name, figure],
    ),
  );
const answer = (endpoint: string, data: readonly unknown[]): unknown => ({ endpoint, message: 'success', data });

/** What each kind of answer carries: a figure by our own volatility, one by the vendor's gamma, one by volume. */
const OWN = 'scopes.all.openInterest.gex';
const VENDOR = 'scopes.all.openInterest.gexVendor';
const BY_VOLUME = 'scopes.all.volume.gex';
const VARIANTS: readonly (readonly [string, unknown, Readonly<Record<string, string | number>>])[] = [
  ['real-time', answer('Realtime Options', ROWS), {}],
  ['historical', answer('Historical Options', ROWS), {}],
  ['saved as its rows alone', ROWS, {}],
  [
    'without Greeks (require_greeks=false)',
    answer(
      'Realtime Options',
      ROWS.map((row) => without(row, GREEKS)),
    ),
    { [OWN]: 'implied-volatility-absent', [VENDOR]: 'gamma-absent', [BY_VOLUME]: 'implied-volatility-absent' },
  ],
  [
    'whose Greeks are the word None',
    answer(
      'Historical Options',
      ROWS.map((row) => saying(row, GREEKS, 'None')),
    ),
    { [OWN]: 'implied-volatility-absent', [VENDOR]: 'gamma-absent', [BY_VOLUME]: 'implied-volatility-absent' },
  ],
  [
    'whose Greeks are null',
    answer(
      'Historical Options',
      ROWS.map((row) => saying(row, GREEKS, null)),
    ),
    { [OWN]: 'implied-volatility-absent', [VENDOR]: 'gamma-absent', [BY_VOLUME]: 'implied-volatility-absent' },
  ],
  [
    'without open interest yet',
    answer(
      'Realtime Options',
      ROWS.map((row) => saying(row, ['open_interest'], 'None')),
    ),
    { [OWN]: 'open-interest-absent', [VENDOR]: 'open-interest-absent' },
  ],
  [
    'with numbers where text is usual',
    answer(
      'Realtime Options',
      ROWS.map((row) => ({
        ...row,
        strike: Number(row['strike']),
        bid: Number(row['bid']),
        gamma: Number(row['gamma']),
      })),
    ),
    {},
  ],
];

describe('an answer of Alpha Vantage', () => {
  test.each(VARIANTS)('%s: every figure is a value or absent with the reason', (_name, body, absences) => {
    const report = analyzed(body);
    const figures = figuresOf(report);
    for (const name of [OWN, VENDOR, BY_VOLUME]) {
      const figure = figures.get(name);
      const reason = absences[name];
      if (reason === undefined) expect(figure?.value, name).toBeNumber();
      else expect(figure, name).toMatchObject({ value: null, reason });
    }
    expect([report.contractsInFile, report.inspection.live]).toEqual([20, 20]);
    expect(Math.abs(report.spot / SPOT - 1)).toBeLessThan(2e-3);
    expect(chainWords(report)).toContain('not in a chain');
  });
  test('of one row that is none of its symbol’s counts it out and reads the others', () => {
    const stranger = { ...rowOf('2026-11-27', 7, 265, 'C'), contractID: 'nonsense' };
    const report = analyzed(answer('Realtime Options', [...ROWS, stranger]));
    expect([report.contractsInFile, report.inspection.contracts]).toEqual([21, 20]);
    expect(Object.values(report.inspection.rejected)).toEqual([1]);
  });
});

const PLACEHOLDER =
  'This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***.';
const REFUSALS: readonly (readonly [string, unknown, RegExp])[] = [
  [
    'nothing, with its own words beside it',
    { endpoint: 'Historical Options', message: 'No data for symbol SPXX on 2026-11-21', data: [] },
    /found empty-answer: the chain holds no rows; the vendor says endpoint: "Historical Options", message: "No data for symbol SPXX on 2026-11-21"/,
  ],
  [
    'a limit reached, of old',
    { Note: 'Our standard API call frequency is 5 calls per minute' },
    /found note: Our standard/,
  ],
  [
    'the day’s limit, and repeats no key',
    {
      Information: 'We have detected your API key as SECRETKEY and our standard API rate limit is 25 requests per day.',
    },
    /found information: We have detected your API key as … and our standard/,
  ],
  ['an invalid call', { 'Error Message': 'Invalid API call. Please retry' }, /found error-message: Invalid API call/],
  [
    'a sample in place of data: invented rows are never read',
    {
      endpoint: 'Realtime Options',
      message: PLACEHOLDER,
      data: [{ contractID: 'XXYYZZ999999C00020', symbol: 'XXYYZZ', expiration: '2099-99-99', strike: '20.00' }],
    },
    /found premium-placeholder: This is a premium endpoint/,
  ],
  [
    'another endpoint’s answer',
    { 'Meta Data': {}, 'Time Series (Daily)': {} },
    /found unexpected-shape: expected an array under "data"/,
  ],
  [
    'an answer cut off',
    JSON.stringify(answer('Realtime Options', ROWS)).slice(0, 4_000),
    /line 1: the JSON is damaged or cut off/,
  ],
  [
    'rows without a day',
    answer(
      'Realtime Options',
      ROWS.map((row) => without(row, ['date'])),
    ),
    /expected a "date" of a session in its rows; say --at/,
  ],
];

test.each(REFUSALS)('where Alpha Vantage gives %s, that is what is said', (_name, body, problem) => {
  expect(() => analyzed(body)).toThrow(problem);
  expect(() => analyzed(body)).not.toThrow(/SECRETKEY/);
});
