import { expect, test } from 'bun:test';
import { readReferenceLines, readReferenceTable } from '../../../../../tests/support/reference.ts';
import { createCandleScan, onCandleScanBar, PATTERN_NAMES } from './candles/scan.ts';
import type { IndicatorBar } from './definition.ts';
import { createIndicator, INDICATORS, onIndicatorBar, outputsOf } from './indicator.ts';

interface Row {
  readonly func: string;
  readonly variant: number;
  readonly group: string;
  readonly inputs: readonly string[];
  readonly params: Readonly<Record<string, number>>;
  readonly begin: number;
  readonly count: number;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** Sums over a window: the reference's own rounding is worse than 1e-9. */
const ROLLING = /^(STDDEV|VAR|BBANDS|CORREL|BETA|LINEARREG|TSF|CCI|AVGDEV)/;

const PARAM: Readonly<Record<string, string>> = {
  timePeriod: 'period',
  maType: 'averageKind',
  nbDevUp: 'upDeviations',
  nbDevDn: 'downDeviations',
  nbDev: 'deviations',
  vFactor: 'volumeFactor',
  startValue: 'start',
  timePeriod1: 'period1',
  timePeriod2: 'period2',
  timePeriod3: 'period3',
};

/** `optInFastK_Period` is `fastKPeriod` here, `LINEARREG_SLOPE` is `linearregSlope`. */
const paramName = (name: string): string => {
  const bare = name
    .replace(/^optIn/, '')
    .replaceAll('_', '')
    .replace(/MAType$/, 'AverageKind');
  const camel = bare === 'AverageKind' ? 'maType' : bare[0]?.toLowerCase() + bare.slice(1);
  return PARAM[camel] ?? camel;
};
const functionName = (name: string): string =>
  name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

interface Series {
  readonly bars: readonly IndicatorBar[];
  /** The same with the column `unit`, −1 … 1, in place of the close. */
  readonly units: readonly IndicatorBar[];
}
const seriesOf = (name: string): Series => {
  const table = readReferenceTable(`indicators/ohlcv${name}.csv`);
  const bars = table.map((row) => ({
    open: Number(row['open']),
    high: Number(row['high']),
    low: Number(row['low']),
    close: Number(row['close']),
    volume: Number(row['volume']),
    periods: row['periods'] === undefined ? undefined : Number(row['periods']),
  }));
  return { bars, units: bars.map((bar, i) => ({ ...bar, close: Number(table[i]?.['unit']) })) };
};

/** Our outputs as columns of one value per bar. */
const foldOf = (row: Row, series: Series): Float64Array[] => {
  const params = Object.fromEntries(Object.entries(row.params).map(([name, value]) => [paramName(name), value]));
  const indicator = createIndicator(functionName(row.func), params);
  const bars = row.inputs.includes('unit') ? series.units : series.bars;
  const columns = outputsOf(indicator).map(() => new Float64Array(bars.length));
  bars.forEach((bar, i) => {
    onIndicatorBar(indicator, bar);
    columns.forEach((column, o) => {
      column[i] = indicator.values[o] as number;
    });
  });
  return columns;
};

interface Outcome {
  readonly rows: readonly Row[];
  readonly functions: ReadonlySet<string>;
  readonly values: number;
  /** What differs, in words. */
  readonly problems: readonly string[];
}

/** Holds every row of a table against ours, bar by bar, and prints what was compared. */
const compare = (table: string, bars: string): Outcome => {
  const rows = readReferenceLines(`indicators/talib_${table}.jsonl.gz`) as Row[];
  const series = seriesOf(bars);
  const length = series.bars.length;
  let checked = 0;
  let worst = 0;
  const problems: string[] = [];
  for (const row of rows) {
    const columns = foldOf(row, series);
    // Patterns are whole numbers: they are met exactly.
    const tolerance = row.func.startsWith('CDL') ? 0 : ROLLING.test(row.func) ? 1e-7 : 1e-9;
    const names = Object.keys(row.outputs);
    if (names.length !== columns.length) problems.push(`${row.func}: ${columns.length} outputs, not ${names.length}`);
    names.forEach((name, o) => {
      const column = columns[o] as Float64Array;
      const values = row.outputs[name] as readonly number[];
      if (values.length !== row.count || row.begin + row.count !== length) throw new Error(`${row.func}: bad row`);
      let failed = 0;
      for (let i = 0; i < length; i++) {
        const ours = column[i] as number;
        if (i < row.begin) {
          if (!Number.isNaN(ours) && failed++ === 0) problems.push(`${row.func} ${row.variant} ${name}: early at ${i}`);
          continue;
        }
        const expected = values[i - row.begin] as number;
        const error = Math.abs(ours - expected) / Math.max(1, Math.abs(expected));
        if (!(error <= tolerance) && failed++ === 0)
          problems.push(`${row.func} ${row.variant} ${name} at ${i}: ${ours}, not ${expected}`);
        if (tolerance === 1e-9) worst = Math.max(worst, error);
        checked++;
      }
      if (failed > 1) problems.push(`  … ${failed} in all`);
    });
  }
  const functions = new Set(rows.map(({ func }) => func));
  console.log(
    `${table}: ${functions.size} functions, ${rows.length} rows, ${checked} values, ` +
      `worst of the strict ones ${worst.toExponential(1)}`,
  );
  return { rows, functions, values: checked, problems };
};

test.each(['A', 'sref252'])('every row of TA-Lib on series %s is met, and nothing is said before it is', (table) => {
  const { functions, values, problems } = compare(table, table === 'A' ? 'A' : '_sref252');
  expect(problems).toEqual([]);
  // The whole of TA-Lib, and nothing of ours that TA-Lib has not.
  expect([...functions].map(functionName).sort()).toEqual(Object.keys(INDICATORS).sort());
  expect(functions.size).toBe(161);
  expect(values).toBeGreaterThan(42_000);
});

test('every row of TA-Lib with other parameters is met, all its averages among them', () => {
  const { rows, functions, problems } = compare('parameters', '_sref252');
  expect(problems).toEqual([]);
  const withParams = Object.keys(INDICATORS).filter(
    (name) => !name.startsWith('cdl') && Object.keys(INDICATORS[name]?.params ?? {}).length > 0,
  );
  expect([...functions].map(functionName).sort()).toEqual(withParams.sort());
  const kinds = new Set(
    rows.flatMap(({ params }) => Object.entries(params)).flatMap(([n, v]) => (/MAType/.test(n) ? [v] : [])),
  );
  expect([...kinds].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('every candlestick pattern is met where it occurs, in each direction that it has', () => {
  const { rows, functions, problems } = compare('patterns', '_patterns');
  expect(problems).toEqual([]);
  expect(functions.size).toBe(61);
  const answers = (func: string): number[] =>
    [...new Set(rows.filter((row) => row.func === func).flatMap(({ outputs }) => outputs['outInteger'] ?? []))].filter(
      (value) => value !== 0,
    );
  expect([...functions].filter((func) => answers(func).length === 0)).toEqual([]);
  expect([...functions].reduce((sum, func) => sum + answers(func).length, 0)).toBe(98);
});

test('the scan of all patterns says what each of them says by itself', () => {
  const { bars } = seriesOf('_patterns');
  const scan = createCandleScan();
  const singles = PATTERN_NAMES.map((name) => createIndicator(name));
  expect(singles.length).toBe(61);
  for (const bar of bars.slice(0, 3000)) {
    onCandleScanBar(scan, bar);
    for (const single of singles) onIndicatorBar(single, bar);
    expect([...scan.told]).toEqual(singles.map(({ values }) => values[0] as number));
  }
});
