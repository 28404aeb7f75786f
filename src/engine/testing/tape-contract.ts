import { expect, test } from 'bun:test';
import type { Entry, MarketInput } from '../core/inputs.ts';
import type { ChainColumns } from '../core/market/chain.ts';
import { type ContractId, instant, type SessionDate } from '../core/types.ts';
import type { TapeItem, TapeReader, TapeWriter } from '../ports/tape.ts';

const NAN = Number.NaN;

const smallChain = (rows: number): ChainColumns => {
  const column = (scale: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? NAN : i * scale));
  return {
    underlying: 'SPX',
    receivedAt: instant(1_648_044_000_123),
    vendor: 'alphavantage',
    rowCount: rows,
    contractIds: Array.from({ length: rows }, (_, i) => `SPXW220323C0${4_000_000 + i * 5_000}` as ContractId),
    expiries: ['2022-03-23', '2022-03-25'] as SessionDate[],
    expiryIndex: Uint16Array.from({ length: rows }, (_, i) => i % 2),
    settlesAm: new Uint8Array(rows),
    isCall: Uint8Array.from({ length: rows }, (_, i) => i % 2),
    strike: column(1),
    bid: column(0.01),
    ask: column(0.02),
    last: column(0.03),
    volume: column(2),
    openInterest: column(3),
    impliedVolatility: column(0.001),
    delta: column(0.002),
    gamma: column(0.003),
    thetaPerDay: column(-0.1),
    vegaPerPoint: column(0.2),
    rejected: { 'crossed-quote': 2 },
  };
};

/** One of each kind of market input, with absent figures and odd names. */
const marketInputs: readonly MarketInput[] = [
  { kind: 'timer.fired' },
  { kind: 'quote.seen', symbol: 'SPY', bidPrice: 600.01, bidSize: 100, askPrice: NAN, askSize: 0, lastPrice: NAN },
  {
    kind: 'option-quote.seen',
    contractId: 'SPY260320C00600000' as ContractId,
    bidPrice: 0,
    bidSize: NAN,
    askPrice: 1.05,
    askSize: 7,
  },
  { kind: 'trade.seen', symbol: 'SPY', price: 600.02, size: 0.5, venue: 'Ärca', sourceAt: instant(1_648_044_000_000) },
  { kind: 'depth.seen', symbol: 'SPY', operation: 2, side: 1, level: 300, price: NAN, size: NAN, venue: '' },
  { kind: 'depth.seen', symbol: 'QQQ', operation: 1, side: 0, level: 0, price: 500.5, size: 300, venue: 'BATS' },
  { kind: 'depth.reset', symbol: 'SPY' },
  { kind: 'chain.seen', chain: smallChain(7) },
  { kind: 'chain.seen', chain: smallChain(0) },
  { kind: 'feed.reported', feed: 'ibkr.depth', state: 'degraded', reason: '317: "reset"', refused: { undecodable: 3 } },
  {
    kind: 'vendor-bar.seen',
    symbol: 'SPY',
    openAt: instant(1_648_044_000_000),
    open: 1,
    high: 2,
    low: 0.5,
    close: 1.5,
    volume: 9,
  },
  { kind: 'stream.reported', feed: 'ibkr.trades', symbol: 'SPY', state: 'silent', reason: '~NaN' },
  {
    kind: 'auction.seen',
    symbol: 'SPY',
    pairedShares: 120_000,
    imbalanceShares: -40_000,
    referencePrice: 600.02,
    nearPrice: NAN,
    farPrice: NAN,
    regulatoryImbalanceShares: NAN,
  },
  { kind: 'macro.seen', series: 'CPI', date: '2022-02-01' as SessionDate, value: 283.716, unit: 'index 1982-1984=100' },
  {
    kind: 'budget.reported',
    vendor: 'alphavantage',
    latencyP50Ms: 120,
    latencyP95Ms: NAN,
    slowSince: null,
    tokens: 17,
    budgetPerMinute: 600,
    callsLastMinute: 112,
    streams: { options: { asked: 48, dropped: 0, answered: 47 } },
  },
];

export const readTape = async (reader: TapeReader, runId: string): Promise<TapeItem[]> => {
  const items: TapeItem[] = [];
  for await (const item of reader.items(runId)) items.push(structuredClone(item));
  return items;
};

/** Comparable text: columns as arrays, absent figures by name. */
const plain = (items: readonly TapeItem[]): string[] =>
  items.map((item) =>
    JSON.stringify(item, (_key, value: unknown) => {
      if (typeof value === 'number' && Number.isNaN(value)) return 'NaN';
      return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
    }),
  );

/** What every tape must do. `create` gives a fresh store: a writer for a run, and a reader of whatever was written. */
export const tapeContract = (
  create: () => Promise<{ writer(runId: string): TapeWriter; readonly reader: TapeReader }>,
): void => {
  test('every kind of input comes back as it was recorded, in order, with its marks', async () => {
    const { writer, reader } = await create();
    const tape = writer('run-a');
    const expected: TapeItem[] = [];
    // Two rounds, so that objects reused by the reader would show.
    [...marketInputs, ...marketInputs].forEach((input, i) => {
      const entry: Entry = { seq: 1 + i * 3, at: instant(1_648_044_000_000 + i * 7), input };
      tape.record(entry);
      expected.push(structuredClone({ kind: 'entry', entry }));
    });
    tape.mark({ seq: 500, stateHash: 'abc' });
    expected.push({ kind: 'mark', mark: { seq: 500, stateHash: 'abc' } });
    await tape.close();
    expect(plain(await readTape(reader, 'run-a'))).toEqual(plain(expected));
    expect(expected.length).toBeGreaterThan(20);
  });

  test('an input that is changed after recording is kept as it was', async () => {
    const { writer, reader } = await create();
    const tape = writer('run-a');
    const quote = {
      kind: 'quote.seen' as const,
      symbol: 'SPY',
      bidPrice: 1,
      bidSize: 1,
      askPrice: 2,
      askSize: 1,
      lastPrice: 1,
    };
    const entry: Entry = { seq: 1, at: instant(1_648_044_000_000), input: quote };
    tape.record(entry);
    quote.bidPrice = 99;
    entry.seq = 2;
    tape.record(entry);
    await tape.close();
    const prices = (await readTape(reader, 'run-a')).map(
      (item) => item.kind === 'entry' && item.entry.input.kind === 'quote.seen' && item.entry.input.bidPrice,
    );
    expect(prices).toEqual([1, 99]);
  });

  test('runs are apart, and a run without a tape is a gap', async () => {
    const { writer, reader } = await create();
    for (const runId of ['run-a', 'run-b']) {
      const tape = writer(runId);
      tape.record({ seq: 1, at: instant(1_648_044_000_000), input: { kind: 'depth.reset', symbol: runId } });
      await tape.close();
    }
    const [only, ...rest] = await readTape(reader, 'run-b');
    expect(only).toMatchObject({ kind: 'entry', entry: { input: { symbol: 'run-b' } } });
    expect(rest).toEqual([]);
    expect((await readTape(reader, 'run-c')).map(({ kind }) => kind)).toEqual(['gap']);
  });

  test('what was flushed can be read while the run goes on', async () => {
    const { writer, reader } = await create();
    const tape = writer('run-a');
    tape.record({ seq: 1, at: instant(1_648_044_000_000), input: { kind: 'timer.fired' } });
    await tape.flush();
    expect(await readTape(reader, 'run-a')).toHaveLength(1);
    await tape.close();
  });
};
