import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { figuresIn } from '../../engine/core/analytics/suite/figures.ts';
import type { ModuleView } from '../../engine/core/analytics/suite/suite-view.ts';
import type { MarketInput } from '../../engine/core/inputs.ts';
import { dateInNewYork, newYorkInstant } from '../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../engine/core/types.ts';
import { cutTape } from '../../engine/shell/tape/cut.ts';
import { createTapeWriter } from '../../engine/shell/tape/tape-writer.ts';
import { chainOf } from '../../engine/testing/chain.ts';
import { analyzeTape, type TapeReport } from './analyze-tape.ts';
import { tapeWords } from './tape-words.ts';

/* Tapes as they come: LOBSTER's files of any ticker and depth, and our own, whole, cut and torn. Made here from a seed. */
const SEED = 20261126;
const RATES = { rate: 0.04, dividendYield: 0.013 };
const DAY = '2024-05-08' as SessionDate;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'analyze-tape-'));
  process.stdout.write(`tape corpus seed ${SEED}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Park and Miller: the same figures on every machine. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
};

const SECONDS_PER_ROW = 10;
const OPEN = 34_200;
const CLOSE = 57_600;
interface Sample {
  readonly message: string;
  readonly orderbook: string;
  readonly trades: number;
}

/** A session in LOBSTER's two files: every second row an execution, a halt of ten minutes at noon, a cross at either end. */
const sampleOf = (levels: number): Sample => {
  const random = randomFrom(SEED);
  const messages: string[] = [];
  const books: string[] = [];
  let middle = 1_000_000;
  let trades = 0;
  let book = '';
  const put = (seconds: number, type: number, size: number, price: number, direction: number): void => {
    messages.push(`${seconds.toFixed(9)},${type},${messages.length},${size},${price},${direction}`);
    books.push(book);
  };
  const drawBook = (): void => {
    const cells: number[] = [];
    for (let level = 0; level < levels; level++) {
      const empty = level > 20;
      cells.push(empty ? 9_999_999_999 : middle + 100 * (level + 1), empty ? 0 : 100 + Math.floor(random() * 900));
      cells.push(empty ? -9_999_999_999 : middle - 100 * (level + 1), empty ? 0 : 100 + Math.floor(random() * 900));
    }
    book = cells.join(',');
  };
  drawBook();
  put(OPEN + 0.1, 6, 250_000, middle, -1);
  for (let seconds = OPEN + 1; seconds < CLOSE; seconds += SECONDS_PER_ROW) {
    if (seconds === 43_201) put(seconds, 7, 0, -1, -1);
    if (seconds === 43_501) put(seconds, 7, 0, 0, -1);
    if (seconds === 43_801) put(seconds, 7, 0, 1, -1);
    if (seconds >= 43_201 && seconds < 43_801) continue;
    const up = random() < 0.5;
    middle += up ? 100 : -100;
    drawBook();
    const executed = random() < 0.5;
    if (executed) trades++;
    // The resting order's side: an execution upwards took an offer.
    put(seconds, executed ? (random() < 0.1 ? 5 : 4) : 1, 100 + Math.floor(random() * 400), middle, up ? -1 : 1);
  }
  drawBook();
  put(CLOSE - 0.5, 1, 100, middle, 1);
  put(CLOSE + 0.5, 6, 900_000, middle, -1);
  return { message: `${messages.join('\n')}\n`, orderbook: `${books.join('\n')}\n`, trades };
};
const nameOf = (part: string, levels: number): string => `XYZ_${DAY}_34200000_57600000_${part}_${levels}.csv`;

/** A ZIP archive, each entry deflated. Source: PKWARE's application note, sections 4.3.7, 4.3.12 and 4.3.16. */
const zipOf = (files: Readonly<Record<string, string>>): Uint8Array => {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const plain = Buffer.from(text);
    const packed = deflateRawSync(plain);
    const title = Buffer.from(name);
    const sizes = Buffer.alloc(16);
    sizes.writeUInt32LE(crc32(plain), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(plain.length, 8);
    sizes.writeUInt16LE(title.length, 12);
    const local = Buffer.concat([Buffer.from('504b030414000000080000000000', 'hex'), sizes, title, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('504b0102140014000000080000000000', 'hex'), sizes, tail, title]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
};

/** Of the list, module by module: what a tape carries is a value or absent with a reason, never left out. */
const LISTED: Readonly<Record<string, readonly string[]>> = {
  bars: [
    ...['1m', '5m', '15m', '30m', '1d'].map((interval) => `intervals.${interval}.closed`),
    'intervals.1m.open',
    'vwap',
    'vwapDistance',
  ],
  indicators: ['5m', '30m', '1d'].flatMap((interval) =>
    [
      'sma20',
      'ema9',
      'rsi14',
      'macd.macd',
      'macd.signal',
      'bbands20.upper',
      'atr14',
      'adx14',
      'stoch14.slowK',
      'obv',
    ].map((name) => `${interval}.${name}`),
  ),
  candlesticks: ['5m', '30m', '1d'],
  'realised-volatility': [
    'sessions.closeToClose',
    'sessions.parkinson',
    'sessions.yangZhang',
    'fiveMinutes.closeToClose',
    'fiveMinutes.parkinson',
  ],
  'chain-greeks': ['total.own.openInterest.deltaShares', 'total.own.volume.vegaDollarsPerPoint'],
  'vendor-greeks-check': ['agreeing'],
  spread: ['quoted', 'quotedBps', 'effective', 'effectiveBps'],
  'liquidity-score': ['score', 'grade', 'bidDepthDollars', 'askDepthDollars', 'replenishment'],
  'book-imbalance': ['level1', 'level5', 'level10'],
  'book-pressure': ['bid', 'ask', 'pressure', 'microPrice'],
  'order-flow-imbalance': ['open', 'last', 'regression'],
  'multi-level-order-flow-imbalance': ['last'],
  'quote-intensity': ['perSecond1', 'perSecond10', 'perSecond60', 'quotesPerTrade60', 'stuffing'],
  'liquidity-consumption': ['askConsumption', 'bidConsumption'],
  'large-trade-flow': ['thresholdShares', 'netShares', 'netDollars', 'imbalance'],
  'venue-shares': ['prints', 'depth', 'printConcentration'],
  vpin: ['tickRule.vpin', 'tickRule.percentile', 'bulk.vpin', 'bulk.percentile', 'aggressor.vpin'],
  positioning: [
    'scopes.all.openInterest.gex',
    'scopes.all.volume.gex',
    'scopes.all.openInterest.gammaFlip',
    'scopes.all.maxPain',
    'zeroDteShareOfGamma',
    'term.skew25Delta30DayPoints',
    'term.slopePoints',
    'ivRank.rank',
    'term.frontExpectedMove',
    'hedging.perPercentUp.repriced',
  ],
  'put-call-parity': ['violations', 'pairs'],
  'flow-classes': ['flowClass', 'direction'],
  regime: ['regime', 'volatilityPercentile', 'slope', 'liquidity'],
  'closing-auction': [
    'imbalanceNow',
    'imbalanceForecast',
    'priceForecast',
    'lastResult',
    'imbalanceRecord.meanAbsoluteError',
    'priceRecord.hitRate',
  ],
  'volatility-forecast': ['forecast', 'impliedMinusRealised', 'lastRealised', 'record.meanAbsoluteError'],
  'mean-reversion': ['probability', 'halfLifeMinutes', 'mean', 'record.brier'],
};
const BETWEEN: readonly string[] = ['index-divergence', 'vix-term-structure', 'implied-correlation'];

/** How many of the listed figures have a value. Throws where one is neither a value nor absent with a reason. */
const toldOf = (modules: readonly ModuleView[], words: string): number => {
  let told = 0;
  for (const [module, names] of Object.entries(LISTED)) {
    const figures = new Map(
      figuresIn(modules.find((each) => each.module === module)?.figures).map(({ name, figure }) => [name, figure]),
    );
    const from = words.indexOf(`\n${module} (level`);
    expect(from, `${module} in words`).toBeGreaterThan(0);
    const after = words.indexOf('\n\n', from);
    const section = words.slice(from, after < 0 ? undefined : after);
    for (const name of names) {
      const figure = figures.get(name);
      if (figure === undefined) throw new Error(`expected ${module} to tell ${name}, found ${[...figures.keys()]}`);
      if ('reason' in figure) expect(figure.reason, `${module} ${name}`).toMatch(/^[a-z0-9-]+$/);
      else told++;
      expect(section).toContain(`  ${name} `);
    }
  }
  return told;
};

const lobster = (report: TapeReport | undefined): Extract<TapeReport, { kind: 'lobster' }> => {
  if (report?.kind !== 'lobster') throw new Error('expected a LOBSTER tape');
  return report;
};
const own = (report: TapeReport | undefined): Extract<TapeReport, { kind: 'quanticity-tape' }> => {
  if (report?.kind !== 'quanticity-tape') throw new Error('expected a tape of our own');
  return report;
};
/** JSON has no NaN: it would be an absence without a reason. */
const asJson = (report: TapeReport): string =>
  JSON.stringify(report, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key} is ${value}`);
    return value;
  });

describe.each([1, 5, 10, 50])('a LOBSTER day of %d levels', (levels) => {
  const sample = sampleOf(levels);
  const write = (where: string): string => {
    const path = join(folder, where);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, nameOf('message', levels)), sample.message);
    writeFileSync(join(path, nameOf('orderbook', levels)), sample.orderbook);
    return path;
  };

  test('tells every listed figure, or its absence with a reason, in words and as JSON', async () => {
    const report = lobster((await analyzeTape(write(`whole-${levels}`), RATES))[0]);
    const words = tapeWords(report);
    expect(toldOf(report.analytics.modules, words)).toBeGreaterThan(45);
    expect(asJson(report)).toContain('"crossAsset"');
    for (const module of BETWEEN) expect(words).toContain(`\n${module} (level`);
    const level10 = figuresIn(report.analytics.modules.find(({ module }) => module === 'book-imbalance')?.figures);
    expect(level10.find(({ name }) => name === 'level10')?.figure).toMatchObject({
      confidence: Math.min(levels, 10) / 10,
    });
  });

  test('counts executions, crosses and halts apart; a cross after the close is the auction’s result', async () => {
    const report = lobster((await analyzeTape(write(`counts-${levels}`), RATES))[0]);
    expect(report.counts).toMatchObject({
      rows: sample.message.split('\n').length - 1,
      trades: sample.trades,
      auctionCrosses: 2,
      auctionShares: 1_150_000,
      halts: 1,
      quotingResumptions: 1,
      tradingResumptions: 1,
    });
    const result = figuresIn(report.analytics.modules.find(({ module }) => module === 'closing-auction')?.figures);
    expect(result.find(({ name }) => name === 'lastResult')?.figure.value).toBe(
      Number(sample.message.trimEnd().split('\n').at(-1)?.split(',')[4]) / 10_000,
    );
    expect(tapeWords(report)).toContain('1; quoting resumed 1 times, trading 1');
  });

  test('is the same from an archive, gzipped, and by one of its two names', async () => {
    const files = { [nameOf('message', levels)]: sample.message, [nameOf('orderbook', levels)]: sample.orderbook };
    const zip = join(folder, `sample-${levels}.zip`);
    writeFileSync(zip, zipOf({ ...files, 'LOBSTER_SampleFiles_ReadMe.txt': 'not a table' }));
    const packed = join(folder, `packed-${levels}`);
    mkdirSync(packed);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(packed, `${name}.gz`), gzipSync(text));
    const plain = write(`plain-${levels}`);
    const paths = [zip, packed, join(plain, nameOf('message', levels)), join(plain, nameOf('orderbook', levels))];
    const told = async (path: string): Promise<string> =>
      asJson({ ...lobster((await analyzeTape(path, RATES))[0]), file: '' });
    const expected = await told(plain);
    for (const path of paths) expect(await told(path), path).toBe(expected);
  });
});

describe('a LOBSTER tape spoilt', () => {
  const sample = sampleOf(1);
  const at = (name: string, files: Readonly<Record<string, string>>): string => {
    const path = join(folder, name);
    mkdirSync(path);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return path;
  };
  test.each([
    ['message', 'orderbook', sample.message],
    ['orderbook', 'message', sample.orderbook],
  ])('by its %s file standing alone is refused with the name of the other', async (present, other, text) => {
    const path = at(`alone-${present}`, { [nameOf(present, 1)]: text });
    await expect(analyzeTape(path, RATES)).rejects.toThrow(
      new RegExp(`${present}_1\\.csv: expected the ${other} file of XYZ_2024-05-08_1 beside it, found none`),
    );
    await expect(analyzeTape(join(path, nameOf(present, 1)), RATES)).rejects.toThrow(/beside it, found none/);
  });
  test('by a lost row, a word or a type of no meaning is refused with file, line and expectation', async () => {
    const cut = sample.orderbook.slice(0, sample.orderbook.lastIndexOf('\n', sample.orderbook.length - 2) + 1);
    const rows = sample.message.split('\n');
    const spoil = (line: number, column: number, cell: string): string =>
      rows.with(line - 1, (rows[line - 1] ?? '').split(',').with(column, cell).join(',')).join('\n');
    const cases = [
      ['lost', sample.message, cut, /orderbook_1\.csv: expected \d+ rows, one for each row of the message file/],
      ['word', spoil(7, 3, 'many'), sample.orderbook, /line 7, column 4 \(size\): expected a number, found "many"/],
      ['type', spoil(9, 1, '8'), sample.orderbook, /line 9, column 2 \(type\): expected 1 to 7, found 8/],
      ['disorder', spoil(11, 0, '34200.000'), sample.orderbook, /line 11, column 1 \(time\)/],
    ] as const;
    for (const [name, message, orderbook, problem] of cases) {
      const path = at(`spoilt-${name}`, { [nameOf('message', 1)]: message, [nameOf('orderbook', 1)]: orderbook });
      await expect(analyzeTape(path, RATES)).rejects.toThrow(problem);
    }
  });
  test('by a halt that says nothing known is counted, not believed', async () => {
    const path = at('halt', {
      [nameOf('message', 1)]: sample.message.replace(/,7,(\d+),0,0,-1/, ',7,$1,0,5,-1'),
      [nameOf('orderbook', 1)]: sample.orderbook,
    });
    const { counts } = lobster((await analyzeTape(path, RATES))[0]);
    expect([counts.quotingResumptions, counts.rejected['unknown-halt-indicator']]).toEqual([0, 1]);
  });
  test('tells how far it is', async () => {
    const told: string[] = [];
    await analyzeTape(
      at('far', { [nameOf('message', 1)]: sample.message, [nameOf('orderbook', 1)]: sample.orderbook }),
      RATES,
      (done) => void told.push(done),
    );
    expect(told[0]).toBe('reading');
  });
});

describe('a tape of our own', () => {
  const start = newYorkInstant('2026-11-20' as SessionDate, '11:00:00');
  const at = (seconds: number) => instant(start + seconds * 1000);
  /** Four a second, and 25 chains. */
  const ENTRIES = 6_025;
  const tapes = (): string => join(folder, 'tapes');
  /** 25 minutes of one fund: quotes, books and prints a second, one chain a minute. */
  const record = async (runId: string): Promise<string> => {
    const random = randomFrom(SEED);
    const writer = createTapeWriter({ folder: tapes(), runId, sessionDateOf: dateInNewYork, log: () => {} });
    let seq = 0;
    let price = 600;
    const put = (seconds: number, input: MarketInput): void => {
      seq++;
      writer.record({ seq, at: at(seconds), input });
    };
    for (let n = 0; n < 1_500; n++) {
      price += random() < 0.5 ? 0.01 : -0.01;
      const [bidPrice, askPrice] = [price - 0.01, price + 0.01];
      put(n, { kind: 'quote.seen', symbol: 'SPY', bidPrice, bidSize: 300, askPrice, askSize: 200, lastPrice: price });
      for (const side of [0, 1] as const) {
        const row = { operation: n === 0 ? 0 : 1, side, level: 0, size: 100 + Math.floor(random() * 500) } as const;
        put(n, { kind: 'depth.seen', symbol: 'SPY', ...row, price: side === 0 ? askPrice : bidPrice, venue: 'ARCA' });
      }
      put(n, { kind: 'trade.seen', symbol: 'SPY', price, size: 400, venue: 'ARCA', sourceAt: at(n) });
      if (n % 60 === 0) {
        const rows = [590, 595, 600, 605, 610].flatMap((strike) =>
          (['C', 'P'] as const).map((right) => ({
            expiry: '2026-11-20',
            right,
            strike,
            bid: 2 + Math.max(0, (right === 'C' ? 1 : -1) * (600 - strike)),
            ask: 2.1 + Math.max(0, (right === 'C' ? 1 : -1) * (600 - strike)),
            openInterest: 1_000,
            volume: 50,
            impliedVolatility: 0.2,
          })),
        );
        put(n, { kind: 'chain.seen', chain: chainOf('SPY', at(n), rows) });
      }
      if (n % 500 === 0) await writer.flush();
    }
    await writer.close();
    return join(tapes(), runId);
  };

  test('whole, cut and torn tells every listed figure, or its absence with a reason', async () => {
    const path = await record('whole');
    const whole = own((await analyzeTape(path, RATES))[0]);
    expect([whole.entries, whole.gaps]).toEqual([ENTRIES, []]);
    expect(toldOf(whole.symbols[0]?.analytics.modules ?? [], tapeWords(whole))).toBeGreaterThan(50);
    asJson(whole);

    const cut = await cutTape(
      { folder: tapes(), runId: 'whole' },
      { from: at(600), to: at(1_200) },
      join(folder, 'cut'),
    );
    const part = own((await analyzeTape(cut.folder, RATES))[0]);
    expect([part.from, part.to, part.gaps.length]).toEqual([at(600), at(1_200), 2]);
    expect(part.entries).toBe(cut.entries);
    expect(toldOf(part.symbols[0]?.analytics.modules ?? [], tapeWords(part))).toBeGreaterThan(35);

    const torn = join(path, '2026-11-20.tape');
    truncateSync(torn, Bun.file(torn).size - 40);
    const rest = own((await analyzeTape(torn, RATES))[0]);
    expect(rest.entries).toBeLessThan(ENTRIES);
    expect(rest.entries).toBeGreaterThan(ENTRIES / 2);
    expect(rest.gaps).toHaveLength(1);
    expect(toldOf(rest.symbols[0]?.analytics.modules ?? [], tapeWords(rest))).toBeGreaterThan(50);
    for (const module of BETWEEN) expect(tapeWords(rest)).toContain(`\n${module} (level`);
  });
});
