import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openRecordings } from './open-recordings.ts';
import type { CboeRecording, LobsterRecording } from './types.ts';

const root = mkdtempSync(join(tmpdir(), 'recordings-'));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
const folderWith = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const folder = join(root, `a folder ${folders++}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
};

const problemsOf = async (...paths: string[]): Promise<string> => {
  const opened = await openRecordings(paths);
  if (opened.ok) throw new Error('expected problems');
  return opened.problems.join('\n').replaceAll(root, '');
};
const openOne = async <T>(...paths: string[]): Promise<T> => {
  const opened = await openRecordings(paths);
  if (!opened.ok) throw new Error(opened.problems.join('\n'));
  expect(opened.recordings.length).toBe(1);
  return opened.recordings[0] as T;
};

const MESSAGE_NAME = 'MSFT_2013-07-01_34200000_57600000_message_2.csv';
const BOOK_NAME = 'MSFT_2013-07-01_34200000_57600000_orderbook_2.csv';
const MESSAGES = [
  '34200.01,1,11,100,340000,1',
  '34200.017459617,4,12,50,341000,-1',
  '34201,5,0,7,340500,1',
  '34202,7,0,0,-1,-1',
  '34203.5,7,0,0,1,-1',
  '57600,6,-1,900,341200,-1',
].join('\n');
const BOOK = [
  '341000,100,340000,200,9999999999,0,-9999999999,0',
  ...Array.from({ length: 5 }, (_, i) => `341000,${50 + i},340000,200,341100,10,339900,${i}`),
].join('\n');

describe('a LOBSTER sample', () => {
  test('is read from its folder, whatever ticker, levels and lack of a last newline', async () => {
    const lobster = await openOne<LobsterRecording>(folderWith({ [MESSAGE_NAME]: MESSAGES, [BOOK_NAME]: BOOK }));
    expect(lobster).toMatchObject({ symbol: 'MSFT', date: '2013-07-01', levels: 2, fileLevels: 2, rowCount: 6 });
    expect([...lobster.type]).toEqual([1, 4, 5, 7, 7, 6]);
    expect(lobster.afterMidnightMs[1]).toBeCloseTo(34_200_017.459617, 6);
    // The level that nobody occupies has no size and no price.
    expect([...lobster.book.slice(4, 8)]).toEqual([0, 0, 0, 0]);
  });

  test('is read by naming either of its two files, or both, gzipped or not, with Windows line ends', async () => {
    const folder = folderWith({
      [MESSAGE_NAME]: `${MESSAGES.replaceAll('\n', '\r\n')}\r\n`,
      [`${BOOK_NAME}.gz`]: gzipSync(`${BOOK}\n`),
    });
    for (const paths of [[MESSAGE_NAME], [`${BOOK_NAME}.gz`], [MESSAGE_NAME, `${BOOK_NAME}.gz`]]) {
      const lobster = await openOne<LobsterRecording>(...paths.map((name) => join(folder, name)));
      expect(lobster.rowCount).toBe(6);
      expect(lobster.direction[5]).toBe(-1);
    }
  });

  test('takes newer files’ further message columns, and ten levels of deeper books', async () => {
    const levels = Array.from({ length: 12 }, (_, i) => `${341000 + i},5,${340000 - i},5`).join(',');
    const lobster = await openOne<LobsterRecording>(
      folderWith({
        'A_2020-03-02_0_1_message_12.csv': '34200.5,4,1,10,341000,1,null\n34200.6,1,1,10,341000,1,null\n',
        'A_2020-03-02_0_1_orderbook_12.csv': `${levels}\n${levels}\n`,
      }),
    );
    expect(lobster).toMatchObject({ fileLevels: 12, levels: 10, rowCount: 2 });
    expect(lobster.book.length).toBe(80);
  });

  test.each([
    [
      'one row is missing',
      { [BOOK_NAME]: BOOK.slice(0, BOOK.lastIndexOf('\n')) },
      'expected 6 rows, one for each row of the message file, found 5',
    ],
    ['a row is cut off', { [MESSAGE_NAME]: MESSAGES.slice(0, -6) }, 'line 6: expected 6 columns, found 5'],
    [
      'a field is no number',
      { [MESSAGE_NAME]: MESSAGES.replace('34201,5', '34201,x') },
      'line 3, column 2 (type): expected a number, found "x"',
    ],
    [
      'a type is unknown',
      { [MESSAGE_NAME]: MESSAGES.replace('34201,5', '34201,9') },
      'line 3, column 2 (type): expected 1 to 7, found 9',
    ],
    [
      'time goes back',
      { [MESSAGE_NAME]: MESSAGES.replace('34201,5', '34100,5') },
      'line 3, column 1 (time): expected seconds after midnight',
    ],
    [
      'an execution has no size',
      { [MESSAGE_NAME]: MESSAGES.replace('12,50,', '12,0,') },
      'line 2, columns 4 and 5 (size, price): expected an execution of some shares',
    ],
    [
      'the book has other levels than its name says',
      { [BOOK_NAME]: BOOK.replaceAll(/,[^,]*,[^,]*,[^,]*,[^,\n]*(?=\n|$)/g, '') },
      'line 1: expected 8 columns, found 4',
    ],
    [
      'there are more columns than levels',
      { [BOOK_NAME]: BOOK.replaceAll('\n', ',1,1,1,1\n') },
      'line 1: expected 8 columns, found 12',
    ],
    ['a file is empty', { [MESSAGE_NAME]: '', [BOOK_NAME]: '' }, 'expected rows, found an empty file'],
  ])('is refused where %s', async (_, spoilt, expected) => {
    const folder = folderWith({ [MESSAGE_NAME]: MESSAGES, [BOOK_NAME]: BOOK, ...spoilt });
    const problems = await problemsOf(folder);
    expect(problems).toContain(expected);
    expect(problems).toContain('MSFT_2013-07-01');
  });

  test('is refused without its other half', async () => {
    const folder = folderWith({ [MESSAGE_NAME]: MESSAGES });
    expect(await problemsOf(join(folder, MESSAGE_NAME))).toContain(
      'expected the orderbook file of MSFT_2013-07-01_2 beside it, found none',
    );
  });
});

const HEADER =
  'Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest';
const ROW =
  'Wed Mar 23 2022,SPXW220323C04480000,10.5,0,10.1,10.4,5,0.1834,0.5012,0.0123,77,4480.00,SPXW220323P04480000,0,0.025,0,0.05,0,0,-0.4988,0.0123,0';
const CBOE = `\nS&P 500 INDEX,Last: 4479.0898,Change:  -32.5\n"Date: 23 de marzo de 2022, 10:11 GMT-4",Bid: 4477.1001,Ask: 0,Size: 1*1,Volume: 0\n${HEADER}\n${ROW}\n`;

describe('a Cboe export', () => {
  test('keeps every figure as the file has it: zeros are zeros, what it lacks is null', async () => {
    for (const files of [
      { 'quotes.csv': `\uFEFF${CBOE}` },
      { 'quotes.csv.gz': gzipSync(CBOE.replaceAll('\n', '\r\n')) },
    ]) {
      const cboe = await openOne<CboeRecording>(folderWith(files));
      expect(cboe).toMatchObject({
        underlying: 'SPX',
        name: 'S&P 500 INDEX',
        sessionDate: '2022-03-23',
        last: 4479.0898,
        bid: 4477.1001,
        ask: null,
        strikeRowCount: 1,
        expirationCount: 1,
      });
      expect(new Date(cboe.takenAt).toISOString()).toBe('2022-03-23T14:11:00.000Z');
      const [call, put] = cboe.chain;
      expect(call?.contract).toMatchObject({
        id: 'SPXW220323C04480000',
        tradingClass: 'SPXW',
        strike: 4480,
        right: 'C',
      });
      expect(call).toMatchObject({
        last: 10.5,
        bid: 10.1,
        ask: 10.4,
        volume: 5,
        impliedVolatility: 0.1834,
        delta: 0.5012,
      });
      expect(call).toMatchObject({
        gamma: 0.0123,
        openInterest: 77,
        theta: null,
        vega: null,
        rho: null,
        bidSize: null,
      });
      expect(put).toMatchObject({ last: 0, bid: 0, ask: 0.05, impliedVolatility: 0, openInterest: 0, delta: -0.4988 });
    }
  });

  test('is read with a comma in the name of the underlying, quoted thousands, and a column less', async () => {
    const lines = CBOE.replace('S&P 500 INDEX,Last: 4479.0898', '"Index, of Things","Last: 4,479.0898"').split('\n');
    const withoutGamma = lines.map((line, row) =>
      row < 3
        ? line
        : line
            .split(',')
            .filter((_, column) => column !== 9 && column !== 20)
            .join(','),
    );
    const cboe = await openOne<CboeRecording>(folderWith({ 'quotes.csv': withoutGamma.join('\n') }));
    expect(cboe).toMatchObject({ name: 'Index, of Things', last: 4479.0898, bid: 4477.1001 });
    expect(cboe.chain.map(({ gamma, delta, openInterest }) => [gamma, delta, openInterest])).toEqual([
      [null, 0.5012, 77],
      [null, -0.4988, 0],
    ]);
  });

  test('taken on a Saturday describes the Friday', async () => {
    const saturday = CBOE.replace('23 de marzo de 2022, 10:11 GMT-4', 'March 26, 2022 at 8:26 PM EDT');
    const cboe = await openOne<CboeRecording>(folderWith({ 'quotes.csv': saturday }));
    expect(cboe.sessionDate).toBe('2022-03-25' as never);
  });

  test.each([
    [
      'the date cannot be told',
      CBOE.replace('23 de marzo de 2022', 'antes'),
      'line 3, column 1: expected the date and time of the export, found "Date: antes, 10:11 GMT-4"',
    ],
    [
      'the header is another one',
      CBOE.replace('Strike', 'Weight'),
      'line 4: expected the header "Expiration Date,Calls',
    ],
    ['a row is cut off', CBOE.trimEnd().slice(0, -20), 'line 5: expected 22 columns, found'],
    [
      'a figure is no number',
      CBOE.replace('0.5012', 'high'),
      'line 5, column 9 (Delta): expected a number, found "high"',
    ],
    [
      'a contract is none',
      CBOE.replace('SPXW220323C', 'SPXW2203C'),
      'line 5, column 2 (Calls): expected a call such as',
    ],
    [
      'strike and contract differ',
      CBOE.replace('4480.00', '4485.00'),
      'line 5, column 12 (Strike): expected 4480 as in SPXW220323C04480000, found "4485.00"',
    ],
    [
      'expiration and contract differ',
      CBOE.replace('Mar 23', 'Mar 24'),
      'line 5, column 1 (Expiration Date): expected 2022-03-23 as in',
    ],
    [
      'a contract stands twice',
      `${CBOE}${ROW}\n`,
      'line 6: expected each contract once, found SPXW220323C04480000 as on line 5',
    ],
    [
      'a figure has a decimal comma',
      CBOE.replace(',77,', ',"77,5",'),
      'line 5, column 11 (Open Interest): expected a number, found "77,5"',
    ],
    ['a figure is a number only to a machine', CBOE.replace('0.5012', '0x1'), 'expected a number, found "0x1"'],
    [
      'the last price may be four and a half thousand, or four and a half',
      CBOE.replace('Last: 4479.0898', 'Last: 4,479'),
      'line 2, column 2: expected a figure such as "Last: 4479.0898", found "Last: 4,479"',
    ],
    [
      'the last price has a decimal comma',
      CBOE.replace('Last: 4479.0898', '"Last: 4479,0898"'),
      'line 2, column 2: expected a figure such as "Last: 4479.0898", found "Last: 4479,0898"',
    ],
    ['there are no rows', CBOE.replace(`${ROW}\n`, ''), 'expected rows of options below the header, found none'],
    ['the year is out of reach', CBOE.replace('de 2022', 'de 1999'), 'expected a date from 2004 to 2035'],
    ['the file is something else', 'a,b\n1,2\n', 'expected a Cboe quotedata export'],
  ])('is refused where %s', async (_, content, expected) => {
    const problems = await problemsOf(folderWith({ 'quotes.csv': content }));
    expect(problems).toContain(expected);
    expect(problems).toContain('quotes.csv');
  });
});

test('all problems are told together, with the path that was given', async () => {
  const folder = folderWith({
    'notes.txt': 'x',
    'broken.zip': 'PK nothing',
    'broken.csv.gz': gzipSync('abc').subarray(0, 10),
  });
  const problems = await problemsOf(
    join(folder, 'missing.csv'),
    join(folder, 'notes.txt'),
    join(folder, 'broken.zip'),
    join(folder, 'broken.csv.gz'),
    folderWith({}),
  );
  expect(problems.split('\n')).toEqual([
    expect.stringContaining('missing.csv: no such file or folder'),
    expect.stringContaining('notes.txt: expected a folder, .zip, .csv or .csv.gz'),
    expect.stringContaining('broken.zip: expected a ZIP archive, found no directory at its end'),
    expect.stringContaining('expected recordings (.csv, .csv.gz or .zip) in this folder, found none'),
    expect.stringContaining('broken.csv.gz: expected a gzip file, found one that is cut off or damaged'),
  ]);
});
