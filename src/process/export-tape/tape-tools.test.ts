import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { MarketInput } from '../../engine/core/inputs.ts';
import { dateInNewYork } from '../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../engine/core/types.ts';
import { checkRun } from '../../engine/shell/tape/check.ts';
import { cutTape } from '../../engine/shell/tape/cut.ts';
import { surveyTapes } from '../../engine/shell/tape/survey.ts';
import { createTapeReader } from '../../engine/shell/tape/tape-reader.ts';
import { createTapeWriter } from '../../engine/shell/tape/tape-writer.ts';
import { chainOf } from '../../engine/testing/chain.ts';
import { analyzeTape } from '../analyze/analyze-tape.ts';
import { exportTape } from './export-tape.ts';

const START = Date.parse('2026-11-25T15:00:00Z');
const at = (second: number): Instant => instant(START + second * 1_000);
const folder = mkdtempSync(join(tmpdir(), 'tape tools '));
const from = { folder, runId: 'run' };
const PRINTS = 120_000;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const tape = createTapeWriter({ folder, runId: 'run', sessionDateOf: dateInNewYork, log: () => {} });
  let seq = 0;
  const put = (second: number, input: MarketInput): void => {
    seq += 2;
    tape.record({ seq, at: at(second), input });
  };
  put(0, {
    kind: 'quote.seen',
    symbol: 'SPY',
    bidPrice: 600,
    bidSize: 1,
    askPrice: Number.NaN,
    askSize: 0,
    lastPrice: Number.NaN,
  });
  for (let n = 0; n < PRINTS; n += 1) {
    const symbol = n % 3 === 0 ? 'QQQ' : 'SPY';
    const venue = n === 3 ? 'a "quoted", one' : 'ARCA';
    put(n / 100, { kind: 'trade.seen', symbol, price: 600 + (n % 100) / 100, size: n, venue, sourceAt: at(n / 100) });
    if (n % 20_000 === 0) await tape.flush();
  }
  const rows = [
    { expiry: '2026-11-25', right: 'C' as const, strike: 600, bid: 1, ask: 1.1, openInterest: 7 },
    { expiry: '2026-11-27', right: 'P' as const, strike: 590 },
  ];
  put(1_201, { kind: 'chain.seen', chain: chainOf('SPY', at(1_201), rows) });
  tape.mark({ seq, stateHash: 'abc' });
  await tape.close();
});

const seqsOf = (tapes: string, span = {}): number[] => {
  const seqs: number[] = [];
  for (const item of createTapeReader({ folder: tapes }).items('run', span))
    if (item.kind === 'entry') seqs.push(item.entry.seq);
  return seqs;
};
const gapsOf = (tapes: string): string[] =>
  [...createTapeReader({ folder: tapes }).items('run')].flatMap((item) => (item.kind === 'gap' ? [item.problem] : []));

describe('the list', () => {
  test('tells run, day, entries, span and that nothing is missing', () => {
    const [run] = surveyTapes(folder);
    expect(run).toMatchObject({ runId: 'run', gaps: 0, from: START, to: at(1_201), entries: PRINTS + 3 });
    expect(run?.days.map(({ date }) => date)).toEqual(['2026-11-25']);
    expect(run?.hold.state).toBe('closed');
  });

  test('counts what is missing and what is told to be missing, but no mark that stands alone', async () => {
    const into = join(folder, 'listed');
    await cutTape(from, { from: at(100), to: at(101) }, into);
    expect(surveyTapes(into)[0]).toMatchObject({ gaps: 2, from: at(100), to: at(101) });
    const marked = join(folder, 'marked');
    const tape = createTapeWriter({ folder: marked, runId: 'run', sessionDateOf: dateInNewYork, log: () => {} });
    tape.record({ seq: 1, at: at(5), input: { kind: 'timer.fired' } });
    await tape.flush();
    tape.mark({ seq: 1, stateHash: 'abc' });
    await tape.close();
    expect(surveyTapes(marked)[0]).toMatchObject({ gaps: 0, from: at(5), to: at(5), entries: 2 });
  });
});

describe('a cut', () => {
  test('holds exactly its span, tells what lies around it as gaps, is sound, and analyze takes it', async () => {
    const into = join(folder, 'middle');
    const cut = await cutTape(from, { from: at(100), to: at(200) }, into);
    expect(cut).toMatchObject({ entries: 10_001, from: at(100), to: at(200), beginsInside: true, endsInside: true });
    expect(seqsOf(into)).toEqual(seqsOf(folder, { from: at(100), to: at(200) }));
    expect(gapsOf(into)).toEqual([
      expect.stringContaining('blocks between 0 and 20002 are missing'),
      'cut here: the recording goes on',
    ]);
    // What lies before it is missing, and only that.
    const { bad, toldGaps } = checkRun(into, 'run');
    expect(bad.map(({ problem }) => problem)).toEqual(['blocks between sequence 0 and 20002 are missing']);
    expect(toldGaps).toHaveLength(1);
    const [report] = await analyzeTape(join(into, 'run'), { rate: 0.04, dividendYield: 0.013 });
    expect(report).toMatchObject({ entries: 10_001, from: at(100), to: at(200) });
  });

  test('of the beginning has no gap in front, of everything none at all, and marks come along', async () => {
    const head = join(folder, 'head');
    await cutTape(from, { to: at(10) }, head);
    expect(gapsOf(head)).toEqual(['cut here: the recording goes on']);
    expect(checkRun(head, 'run').ok).toBe(true);
    const all = join(folder, 'all');
    expect(await cutTape(from, {}, all)).toMatchObject({ beginsInside: false, endsInside: false });
    const kinds = (tapes: string) => [...createTapeReader({ folder: tapes }).items('run')].map(({ kind }) => kind);
    expect(kinds(all)).toEqual(kinds(folder));
    await expect(cutTape(from, {}, all)).rejects.toThrow('holds a tape already');
  });

  test('of nothing is refused and leaves nothing', async () => {
    const into = join(folder, 'nothing');
    await expect(cutTape(from, { from: at(5_000) }, into)).rejects.toThrow('no entries in that span');
    expect(existsSync(join(into, 'run'))).toBe(false);
  });
});

describe('an export', () => {
  test('to Parquet reads back, by another reader, as what was recorded', async () => {
    const path = join(folder, 'spy.parquet');
    const wish = { kind: 'trade', format: 'parquet', symbol: 'SPY', span: {}, path } as const;
    expect(await exportTape(from, wish)).toMatchObject({ rows: (PRINTS / 3) * 2, gaps: 0 });
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    expect(rows).toHaveLength((PRINTS / 3) * 2);
    expect(rows.every(({ symbol }) => symbol === 'SPY')).toBe(true);
    expect(rows.at(-1)).toEqual({
      seq: BigInt((PRINTS + 1) * 2),
      at: new Date(at((PRINTS - 1) / 100)),
      symbol: 'SPY',
      price: 600.99,
      size: PRINTS - 1,
      venue: 'ARCA',
      source_at: new Date(at((PRINTS - 1) / 100)),
    });
  });

  test('keeps what is absent absent, in both formats', async () => {
    const [parquet, csv] = [join(folder, 'quotes.parquet'), join(folder, 'quotes.csv')];
    await exportTape(from, { kind: 'quote', format: 'parquet', symbol: null, span: {}, path: parquet });
    await exportTape(from, { kind: 'quote', format: 'csv', symbol: null, span: {}, path: csv });
    const [row] = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(row).toMatchObject({ bid: 600, ask: null, ask_size: 0, last: null });
    expect(readFileSync(csv, 'utf8')).toBe(
      'seq,at,symbol,bid,bid_size,ask,ask_size,last\r\n2,2026-11-25T15:00:00.000Z,SPY,600,1,,0,\r\n',
    );
  });

  test('to CSV quotes what needs it, keeps the span, and tells a chain by contract', async () => {
    const [trades, chain] = [join(folder, 'trades.csv'), join(folder, 'chain.csv')];
    await exportTape(from, { kind: 'trade', format: 'csv', symbol: null, span: { to: at(0.03) }, path: trades });
    expect(readFileSync(trades, 'utf8').split('\r\n')[4]).toContain(',QQQ,600.03,3,"a ""quoted"", one",');
    expect(
      await exportTape(from, { kind: 'chain', format: 'csv', symbol: 'SPY', span: {}, path: chain }),
    ).toMatchObject({ rows: 2 });
    expect(readFileSync(chain, 'utf8').split('\r\n')[1]).toContain(
      'SPY,SPY261125C00600000,2026-11-25,C,600,1,1.1,,,7,',
    );
  });

  test('of nothing is refused and leaves nothing, and an existing file is not touched', async () => {
    const path = join(folder, 'nothing.csv');
    const wish = { kind: 'trade', format: 'csv', symbol: 'IWM', span: {}, path } as const;
    await expect(exportTape(from, wish)).rejects.toThrow('no trade of IWM');
    expect(existsSync(path)).toBe(false);
    const taken = join(folder, 'spy.parquet');
    await expect(exportTape(from, { ...wish, path: taken })).rejects.toThrow('exists already');
  });
});
