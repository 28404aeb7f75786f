import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hasRecordedData } from '../../../tests/support/reference.ts';
import { figuresIn } from '../../engine/core/analytics/suite/figures.ts';
import type { MarketInput } from '../../engine/core/inputs.ts';
import { dateInNewYork, newYorkInstant } from '../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../engine/core/types.ts';
import { createTapeWriter } from '../../engine/shell/tape/tape-writer.ts';
import { type AnalyzeChainOptions, analyzeChain, type ChainReport } from './analyze-chain.ts';
import { analyzeTape } from './analyze-tape.ts';
import { chainWords } from './chain-words.ts';
import { tapeWords } from './tape-words.ts';

const NOTHING: AnalyzeChainOptions = { at: null, spot: null, rate: null, dividendYield: null };
const RATES = { rate: 0.04, dividendYield: 0.013 };
const DATA = join(import.meta.dir, '../../../../shared/data');
const CBOE = 'chains/cboe-quotedata';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'analyze-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const HEADER =
  'Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest';
const row = (
  strike: number,
  changes: { callBid?: string; day?: string; code?: string; gamma?: string } = {},
): string => {
  const { callBid = '20', day = 'Fri Mar 25 2022', code = '220325', gamma = '0.004' } = changes;
  const id = (right: string): string => `SPXW${code}${right}${String(strike * 1000).padStart(8, '0')}`;
  return `${day},${id('C')},20,0,${callBid},21,100,0.2,0.5,${gamma},1000,${strike}.00,${id('P')},20,0,20,21,50,0.2,-0.5,${gamma},2000`;
};
const export_ = (date: string, rows: readonly string[], title = 'S&P 500 Index,Last: 4480.5,Change: 1'): string =>
  ['', title, `"Date: ${date}",Bid: 4480,Ask: 4481,Size: 1*1,Volume: 0`, HEADER, ...rows, ''].join('\r\n');
const GOOD = [4470, 4475, 4480, 4485, 4490].map((strike) => row(strike));
const SPANISH = '23 de marzo de 2022, 10:11 GMT-4';

const moduleOf = (report: ChainReport, name: string) => report.analytics.modules.find(({ module }) => module === name);

describe('a Cboe export', () => {
  test.each([
    ['Spanish', SPANISH],
    ['English', 'March 23, 2022 at 10:11 AM EDT'],
    ['German', '23. März 2022 um 10:11 GMT-4'],
    ['ISO', '2022-03-23 10:11'],
    ['French', '23 mars 2022 à 10:11 UTC−4'],
    ['Portuguese', '23 de março de 2022 às 10:11 GMT-4'],
    ['Italian', '23 marzo 2022 alle ore 10:11 GMT-4'],
    ['Russian', '23 марта 2022 г. в 10:11 GMT-4'],
    ['Turkish', '23 Mart 2022 10:11 GMT-4'],
    ['Japanese', '2022年3月23日 午前10:11 GMT-4'],
    ['Korean', '2022년 3월 23일 오전 10:11 GMT-4'],
  ])('is read with its date in %s, gzipped or not, whatever its name', (_language, date) => {
    const plain = analyzeChain(file('chain.csv', export_(date, GOOD)), NOTHING);
    const zipped = analyzeChain(file('chain.txt', gzipSync(export_(date, GOOD))), NOTHING);
    expect(plain.at).toBe(instant(Date.UTC(2022, 2, 23, 14, 11)));
    expect({ ...zipped, file: '' }).toEqual({ ...plain, file: '' });
    expect([plain.spot, plain.contractsInFile, plain.inspection.live]).toEqual([4480.5, 10, 10]);
    expect(chainWords(plain)).toContain('4,480.5 (last price in the file)');
  });

  test('in UTF-16, as spreadsheets save it, is the same chain', () => {
    const utf16 = Buffer.from(`\uFEFF${export_(SPANISH, GOOD)}`, 'utf16le');
    expect(analyzeChain(file('wide.csv', utf16), NOTHING).inspection.live).toBe(10);
  });

  test('counts what it does not use: expired rows, crossed quotes, absent volatilities, expiries without gamma', () => {
    const rows = [
      ...GOOD,
      row(4480, { day: 'Tue Mar 22 2022', code: '220322' }),
      row(4500, { callBid: '22' }),
      row(4480, { day: 'Mon Mar 28 2022', code: '220328', gamma: '0' }),
    ];
    const report = analyzeChain(file('counts.csv', export_(SPANISH, rows)), NOTHING);
    expect(report.inspection).toMatchObject({
      contracts: 16,
      expired: 2,
      live: 14,
      rejected: { 'crossed-quote': 1 },
      gammaDropouts: ['2022-03-28'],
      gammaZero: 2,
    });
    expect(chainWords(report)).toContain('expired 2, crossed-quote 1');
    expect(chainWords(report)).toContain('2022-03-28');
  });

  test('whose every gamma is zero has dropped out: no exposure by its gamma, with the reason', () => {
    const rows = [4470, 4480, 4490].map((strike) => row(strike, { gamma: '0' }));
    const report = analyzeChain(file('dropout.csv', export_(SPANISH, rows)), NOTHING);
    const gex = figuresIn(moduleOf(report, 'positioning')?.figures).find(({ name }) =>
      name.endsWith('all.openInterest.gexVendor'),
    );
    expect(gex?.figure.value).toBeNull();
    expect(report.inspection.gammaDropouts).toEqual(['2022-03-25']);
  });

  test('takes moment, spot and rates from the caller before the file’s', () => {
    const at = instant(Date.UTC(2022, 2, 25, 21));
    const report = analyzeChain(file('given.csv', export_(SPANISH, GOOD)), {
      at,
      spot: 4400,
      rate: 0.01,
      dividendYield: 0.02,
    });
    expect([report.at, report.spot, report.rates]).toEqual([at, 4400, { rate: 0.01, dividendYield: 0.02 }]);
    expect([report.inspection.live, report.inspection.expired]).toEqual([0, 10]);
    const undated = file('undatable.csv', export_('once upon a time', GOOD));
    expect(analyzeChain(undated, { ...NOTHING, at }).at).toBe(at);
  });
});

describe('a file that cannot be read says so by name, line and expectation', () => {
  const bad: readonly (readonly [string, string, () => string | Uint8Array, RegExp])[] = [
    ['empty', 'empty.csv', () => '', /empty\.csv: expected an option chain, found an empty file/],
    ['blank', 'blank.csv', () => '\n \n', /blank\.csv: expected an option chain, found nothing but blanks/],
    ['an empty gzip', 'none.gz', () => gzipSync(''), /none\.gz: .*empty gzip/],
    [
      'a gzip cut off',
      'cut.csv.gz',
      () => gzipSync(export_(SPANISH, GOOD)).subarray(0, 200),
      /cut\.csv\.gz: expected a gzip file, found one that is cut off/,
    ],
    [
      'a CSV cut off',
      'torn.csv',
      () => export_(SPANISH, GOOD).slice(0, -60),
      /torn\.csv, line 9: expected 22 columns, found \d+/,
    ],
    ['another CSV', 'other.csv', () => 'a,b\n1,2\n3,4\n', /other\.csv, line 3: expected the header/],
    ['no date', 'undated.csv', () => export_('someday', GOOD), /undated\.csv, line 3, column 1: expected the date/],
    [
      'words for a number',
      'words.csv',
      () => export_(SPANISH, [row(4480, { callBid: 'twenty' })]),
      /words\.csv, line 5, column 5 \(Bid\): expected a number, found "twenty"/,
    ],
    ['binary', 'binary.csv', () => new Uint8Array([1, 0, 2, 0, 255]), /binary\.csv: .*found binary data/],
    ['a ZIP', 'tape.zip', () => new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), /tape\.zip: .*analyze tape/],
    [
      'JSON cut off',
      'torn.json',
      () => '{"data": [{"contractID":',
      /torn\.json, line 1: the JSON is damaged or cut off/,
    ],
    ['a note', 'note.json', () => '{"Note": "call frequency"}', /note\.json: .*found note: call frequency/],
    ['no rows', 'rows.json', () => '{"data": []}', /rows\.json: .*empty-answer/],
  ];
  test.each(bad)('%s', (_what, name, content, problem) => {
    expect(() => analyzeChain(file(name, content()), NOTHING)).toThrow(problem);
  });

  test('a path that is not there, and a folder', () => {
    expect(() => analyzeChain(join(folder, 'nowhere'), NOTHING)).toThrow(/nowhere: no such file/);
    expect(() => analyzeChain(folder, NOTHING)).toThrow(/expected a file, found a folder/);
  });

  test('a tape that is a chain, a folder of runs, a folder of nothing', async () => {
    const chain = file('SPX.csv', export_(SPANISH, GOOD));
    await expect(analyzeTape(chain, RATES)).rejects.toThrow(/analyze chain/);
    mkdirSync(join(folder, 'runs/abc'), { recursive: true });
    writeFileSync(join(folder, 'runs/abc/2026-11-20.tape'), 'not a tape');
    await expect(analyzeTape(join(folder, 'runs'), RATES)).rejects.toThrow(/folder of 1 runs: abc/);
    await expect(analyzeTape(join(folder, 'runs/abc'), RATES)).rejects.toThrow(
      /expected quotes, trades, books or chains/,
    );
    mkdirSync(join(folder, 'void'));
    await expect(analyzeTape(join(folder, 'void'), RATES)).rejects.toThrow(/found none/);
  });
});

describe('a tape of our own', () => {
  const at = (ms: number) => instant(newYorkInstant('2026-11-20' as SessionDate, '11:00:00') + ms);
  const record = async (name: string, damage: boolean): Promise<string> => {
    const tapes = join(folder, 'tapes');
    const writer = createTapeWriter({ folder: tapes, runId: name, sessionDateOf: dateInNewYork, log: () => {} });
    for (let i = 0; i < 200; i++) {
      const input: MarketInput =
        i % 2 === 0
          ? {
              kind: 'quote.seen',
              symbol: 'SPY',
              bidPrice: 600,
              bidSize: i,
              askPrice: 600.02,
              askSize: 5,
              lastPrice: 600,
            }
          : { kind: 'trade.seen', symbol: 'SPY', price: 600.02, size: 100, venue: 'ARCA', sourceAt: at(i * 1000) };
      writer.record({ seq: i + 1, at: at(i * 1000), input });
    }
    await writer.close();
    const path = join(tapes, name);
    if (damage) appendFileSync(join(path, '2026-11-20.tape'), 'and then the disk was full');
    return path;
  };

  test('is folded through the engine itself, the run’s folder or one of its days named', async () => {
    const path = await record('whole', false);
    for (const named of [path, join(path, '2026-11-20.tape')]) {
      const [report] = await analyzeTape(named, RATES);
      if (report?.kind !== 'quanticity-tape') throw new Error('expected a tape of our own');
      expect(report).toMatchObject({ run: 'whole', entries: 200, gaps: [], from: at(0), to: at(199_000) });
      expect(report.symbols).toMatchObject([{ symbol: 'SPY', trades: 100, quotes: 100, minuteBars: 3 }]);
      const words = tapeWords(report);
      for (const part of ['SPY: 100 trades, 100 quotes', 'spread', 'vpin', 'index-divergence'])
        expect(words).toContain(part);
    }
  });

  test('with a damaged end is read as far as it goes, and the gap is told', async () => {
    const [report] = await analyzeTape(await record('torn', true), RATES);
    if (report?.kind !== 'quanticity-tape') throw new Error('expected a tape of our own');
    expect(report.entries).toBe(200);
    expect(report.gaps).toHaveLength(1);
    expect(tapeWords(report)).toContain('no block begins here');
  });
});

const OPTION = {
  symbol: 'IBM',
  expiration: '2026-11-27',
  last: '1.00',
  mark: '1.05',
  bid_size: '10',
  ask_size: '10',
  volume: '10',
  open_interest: '100',
  date: '2026-11-20',
  implied_volatility: '0.25',
  delta: '0.5',
  gamma: '0.02',
  theta: '-0.1',
  vega: '0.1',
  rho: '0.01',
};
const option = (strike: number, right: 'C' | 'P', middle: number): object => ({
  ...OPTION,
  contractID: `IBM261127${right}${String(strike * 1000).padStart(8, '0')}`,
  type: right === 'C' ? 'call' : 'put',
  strike: strike.toFixed(2),
  bid: (middle - 0.05).toFixed(2),
  ask: (middle + 0.05).toFixed(2),
});

describe('an answer of Alpha Vantage', () => {
  // Call − put = 252 − strike: that is the price that the file does not have.
  const rows = [245, 250, 255, 260].flatMap((strike) => [
    option(strike, 'C', 10 + Math.max(0, 252 - strike)),
    option(strike, 'P', 10 + Math.max(0, strike - 252)),
  ]);
  const path = (): string =>
    file('av.json', JSON.stringify({ endpoint: 'Realtime Options', message: 'success', data: rows }));

  test('has neither price nor time of day: parity and the close stand in, and it says so', () => {
    const report = analyzeChain(path(), NOTHING);
    expect(report.spot).toBeCloseTo(252, 9);
    expect(report.at).toBe(instant(Date.UTC(2026, 10, 20, 21)));
    expect(report.assumptions.join('\n')).toContain('no price of the underlying');
    expect(report.assumptions.join('\n')).toContain('that session’s close'.replace('’', "'"));
    expect(report.agreement).toBeNull();
    expect(chainWords(report)).toContain('IBM');
  });

  test('counts rows that contradict themselves', () => {
    const liar = { ...option(250, 'C', 12), contractID: 'IBM261127C00265000' };
    const report = analyzeChain(file('liar.json', JSON.stringify({ data: [...rows, liar] })), {
      ...NOTHING,
      spot: 252,
    });
    expect(report.inspection.rejected).toEqual({ 'strike-disagrees': 1 });
    expect([report.contractsInFile, report.inspection.contracts]).toEqual([9, 8]);
  });
});

const EXPORTS = [
  ['spx_2022-03-23_1011ET_spanish-locale.csv.gz', 19_002, 0],
  ['spx_2022-06-11_2047ET_saturday.csv.gz', 19_670, 450],
  ['spx_2023-09-14_1631ET.csv.gz', 19_920, 296],
  ['xsp_2023-09-14_1630ET.csv.gz', 10_882, 280],
  ['ndx_2022-02-05_2026ET_saturday.csv.gz', 18_386, 0],
] as const;

for (const [name, contracts, expired] of EXPORTS) {
  test.skipIf(!hasRecordedData(`${CBOE}/${name}`))(
    `the real export ${name}: every figure finite or absent with a reason (needs ../shared/data)`,
    () => {
      const report = analyzeChain(join(DATA, CBOE, name), NOTHING);
      expect([report.inspection.contracts, report.inspection.expired]).toEqual([contracts, expired]);
      const gex = figuresIn(moduleOf(report, 'positioning')?.figures).find(
        ({ name: n }) => n === 'scopes.all.openInterest.gex',
      );
      expect(gex?.figure.value).not.toBeNull();
      const parsed = JSON.stringify(report, (_key, value: unknown) => {
        if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`a figure is ${value}`);
        return value;
      });
      expect(parsed.length).toBeGreaterThan(10_000);
      const { asThePage, asGiven } = report.agreement ?? {};
      expect(asThePage?.compared).toBeGreaterThan(10_000);
      if (!name.startsWith('xsp')) expect(asThePage?.gamma).toBeGreaterThan(0.9);
      // Years of 360 days: with 365 the three are at most 0.985, 0.995 and 0.87.
      expect(asThePage?.deltaNear).toBeGreaterThan(name.startsWith('spx') ? 0.99 : 0.88);
      process.stdout.write(
        `${name}: delta to rounding ${((asThePage?.delta ?? 0) * 100).toFixed(1)} %, within 0.005 ${((asThePage?.deltaNear ?? 0) * 100).toFixed(1)} %; gamma to rounding ${((asThePage?.gamma ?? 0) * 100).toFixed(1)} % of ${asThePage?.compared} contracts; own volatility each: gamma ${((asGiven?.gamma ?? 0) * 100).toFixed(1)} %\n`,
      );
    },
  );
}

test.skipIf(!hasRecordedData('ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip'))(
  'the real AMZN day: counts are the file’s, its words hold every module (needs ../shared/data)',
  async () => {
    const [report] = await analyzeTape(join(DATA, 'ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip'), RATES);
    if (report?.kind !== 'lobster') throw new Error('expected a LOBSTER tape');
    expect(report.counts).toMatchObject({ rows: 155_935, trades: 8_974 + 2_445, hiddenTrades: 2_445 });
    const words = tapeWords(report);
    for (const { module } of report.analytics.modules) expect(words).toContain(module);
  },
);
