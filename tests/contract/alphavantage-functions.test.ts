import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import type { MarketInput } from '../../src/engine/core/inputs.ts';
import { newYorkInstant } from '../../src/engine/core/market/calendar.ts';
import type { Instant, SessionDate } from '../../src/engine/core/types.ts';
import { ask } from '../../src/engine/shell/alphavantage/ask.ts';
import { createChainDesk } from '../../src/engine/shell/alphavantage/chain/desk.ts';
import { createAlphaVantageFeed } from '../../src/engine/shell/alphavantage/feed.ts';
import { historyJob, type Job, planJobs } from '../../src/engine/shell/alphavantage/schedule/plan.ts';
import { createAnswers, isChainJob, type Taken } from '../../src/engine/shell/alphavantage/take-answer.ts';
import type { AlphaVantageFault } from '../../src/sandbox/alphavantage/faults.ts';
import { startAlphaVantageSandbox } from '../../src/sandbox/alphavantage/server.ts';
import { createSeededMarket } from '../../src/sandbox/market/seeded-market.ts';
import { createSessionClock } from '../../src/sandbox/market/session-clock.ts';
import type { SandboxMarket } from '../../src/sandbox/market/types.ts';

const NOON = newYorkInstant('2026-11-18' as SessionDate, '14:00:10');
const clock = createSessionClock({ speed: 1, startAt: NOON, wallNow: () => 0 });
const seeded = createSeededMarket({ seed: 1, clock, symbols: ['SPY', 'SPX'] });
/** The seeded market with a past and with news. */
const market: SandboxMarket = Object.assign(Object.create(seeded) as SandboxMarket, {
  pastChain: (symbol: string, date: SessionDate) =>
    (seeded.chain(symbol) ?? []).slice(0, 40).map((row) => ({ ...row, date })),
  news: () => [
    {
      publishedAt: (NOON - 60_000) as Instant,
      title: 'Calm day',
      source: 'Wire',
      url: 'https://wire.example/calm',
      relevance: 0.8,
      sentiment: -0.25,
    },
  ],
});
const sandbox = await startAlphaVantageSandbox({ market, port: 0 });
afterAll(() => sandbox.stop());
afterEach(() => sandbox.faults.clear());

const jobs = planJobs({
  optionSymbols: ['SPY'],
  barSymbols: ['SPY'],
  indicatorSymbols: ['SPY'],
  newsSymbols: ['SPY'],
  macro: true,
  speed: 1,
});
const all: readonly Job[] = [...jobs, historyJob('SPY', '2026-11-17' as SessionDate)];
const jobOf = (id: string): Job => {
  const job = all.find((one) => one.id === id);
  if (!job) throw new Error(`no job ${id}`);
  return job;
};

const desk = createChainDesk();
afterAll(() => desk.stop());

/** Asks as the feed does, over real HTTP, and reads as it does. */
const takeFrom = async (job: Job, answers = createAnswers(), timeoutMs = 8_000): Promise<Taken> => {
  const question = { baseUrl: sandbox.url, parameters: job.parameters, key: 'K', timeoutMs };
  if (isChainJob(job)) return (await desk.ask(question, { underlying: job.symbol ?? '', date: job.date })).finish(NOON);
  const reader = answers.reader(job);
  const problem = await ask({ ...question, stopped: new AbortController().signal }, (piece) => reader.push(piece));
  return problem ?? reader.finish(NOON);
};
const inputsOf = (taken: Taken): readonly MarketInput[] => {
  if (!taken.ok || taken.kind !== 'inputs')
    throw new Error(`expected inputs, got ${JSON.stringify(taken).slice(0, 200)}`);
  return taken.inputs;
};

describe('every function of the sandboxed vendor', () => {
  test('is asked for by the plan', () => {
    expect([...new Set(all.map(({ parameters }) => parameters['function']))].sort()).toEqual(
      'BBANDS CPI FEDERAL_FUNDS_RATE HISTORICAL_OPTIONS MACD NEWS_SENTIMENT REALTIME_OPTIONS REAL_GDP RSI TIME_SERIES_INTRADAY'.split(
        ' ',
      ),
    );
  });

  test('chains of now and of a past day become columns', async () => {
    for (const id of ['options:SPY', 'history:SPY:2026-11-17']) {
      const taken = await takeFrom(jobOf(id));
      if (!taken.ok || taken.kind !== 'chain') throw new Error(`${id}: ${JSON.stringify(taken).slice(0, 300)}`);
      expect(taken.chain.rowCount).toBe(id.startsWith('history') ? 40 : (seeded.chain('SPY')?.length ?? -1));
      expect(taken.chain.impliedVolatility.some((value) => value > 0.01)).toBe(true);
    }
  });

  test('indicators tell their newest point, once', async () => {
    const answers = createAnswers();
    const rsi = inputsOf(await takeFrom(jobOf('indicators:RSI:SPY'), answers))[0];
    if (rsi?.kind !== 'vendor-indicator.seen') throw new Error('expected RSI');
    expect(rsi.values['RSI']).toBeGreaterThan(0);
    expect(rsi.values['RSI']).toBeLessThan(100);
    expect([rsi.interval, new Date(rsi.at).toISOString()]).toEqual(['5min', '2026-11-18T18:55:00.000Z']);
    expect(inputsOf(await takeFrom(jobOf('indicators:RSI:SPY'), answers))).toEqual([]);
    const bands = inputsOf(await takeFrom(jobOf('indicators:BBANDS:SPY')))[0];
    if (bands?.kind !== 'vendor-indicator.seen') throw new Error('expected bands');
    const { values } = bands;
    expect(values['Real Upper Band']).toBeGreaterThan(values['Real Middle Band'] ?? Number.NaN);
    const macd = inputsOf(await takeFrom(jobOf('indicators:MACD:SPY')))[0];
    if (macd?.kind !== 'vendor-indicator.seen') throw new Error('expected MACD');
    const { MACD = Number.NaN, MACD_Signal = Number.NaN, MACD_Hist } = macd.values;
    expect(MACD_Hist).toBeCloseTo(MACD - MACD_Signal, 3);
  });

  test('macro series tell what has been released, oldest first, and only changes afterwards', async () => {
    for (const [series, newest, unit] of [
      ['REAL_GDP', '2026-07-01', 'billions of dollars'],
      ['CPI', '2026-10-01', 'index 1982-1984=100'],
      ['FEDERAL_FUNDS_RATE', '2026-11-17', 'percent'],
    ] as const) {
      const answers = createAnswers();
      const seen = inputsOf(await takeFrom(jobOf(`macro:${series}`), answers));
      expect(seen.length).toBeGreaterThan(10);
      expect(seen.at(-1)).toMatchObject({ kind: 'macro.seen', series, date: newest, unit });
      expect(inputsOf(await takeFrom(jobOf(`macro:${series}`), answers))).toEqual([]);
    }
  });

  test('articles are told once, with the relevance and sentiment of the symbol asked for', async () => {
    const answers = createAnswers();
    expect(inputsOf(await takeFrom(jobOf('news:SPY'), answers))).toEqual([
      {
        kind: 'news-sentiment.seen',
        symbol: 'SPY',
        publishedAt: NOON - 60_000 - ((NOON - 60_000) % 1000),
        title: 'Calm day',
        source: 'Wire',
        url: 'https://wire.example/calm',
        relevance: 0.8,
        sentiment: -0.25,
      } as MarketInput,
    ]);
    expect(inputsOf(await takeFrom(jobOf('news:SPY'), answers))).toEqual([]);
  });
});

describe('an answer that does not fit its schema', () => {
  const refusedIn = async (fault: AlphaVantageFault, id: string): Promise<string> => {
    sandbox.faults.set(fault, { remaining: 1 });
    const taken = await takeFrom(jobOf(id), createAnswers(), fault === 'hang' ? 300 : 8_000);
    return taken.ok ? 'taken' : taken.kind;
  };
  const everyJob = all.map(({ id }) => id);

  test.each(everyJob)('%s: with a field renamed or missing it is refused whole', async (id) => {
    expect(await refusedIn('renamed-field', id)).toBe('unexpected-shape');
    expect(await refusedIn('missing-field', id)).toBe('unexpected-shape');
  });

  test.each(everyJob)(
    '%s: cut off, hung, reset, or with a bad status it is refused, and the next one is taken',
    async (id) => {
      expect(await refusedIn('truncated', id)).toBe('truncated-json');
      expect(await refusedIn('hang', id)).toBe('timeout');
      expect(['network', 'truncated-json']).toContain(await refusedIn('reset', id));
      expect(await refusedIn('http-503', id)).toBe('http-503');
      expect((await takeFrom(jobOf(id))).ok).toBe(true);
    },
  );

  test.each(everyJob)('%s: with more fields, or numbers where texts were, it is taken', async (id) => {
    expect(await refusedIn('extra-field', id)).toBe('taken');
    expect(await refusedIn('numbers', id)).toBe('taken');
  });

  test('about another symbol it is refused', async () => {
    for (const id of ['options:SPY', 'history:SPY:2026-11-17'])
      expect([id, await refusedIn('wrong-symbol', id)]).toEqual([id, 'unexpected-shape']);
    for (const id of ['bars:SPY', 'indicators:RSI:SPY'])
      expect([id, await refusedIn('wrong-symbol', id)]).toEqual([id, 'other-symbol']);
  });

  test('without rows it tells nothing', async () => {
    expect(await refusedIn('empty-data', 'options:SPY')).toBe('empty-answer');
    sandbox.faults.set('empty-data', { remaining: 1 });
    expect(inputsOf(await takeFrom(jobOf('bars:SPY')))).toEqual([]);
  });
});

describe('the feed against it', () => {
  const listen = async (more: object = {}) => {
    const inputs: MarketInput[] = [];
    const kept: { feed: string; reason: string; bytes: number }[] = [];
    const tapped: string[] = [];
    const feed = createAlphaVantageFeed({
      baseUrl: sandbox.url,
      apiKeys: ['K2'],
      optionSymbols: ['SPY'],
      barSymbols: [],
      openEveryMs: { options: 60 },
      budgetPerMinute: 60_000,
      timeoutMs: 2_000,
      clock: { now: () => NOON },
      log: () => {},
      quarantine: { keep: (of, reason, payload) => void kept.push({ feed: of, reason, bytes: payload.length }) },
      tap: (key) => void tapped.push(key),
      ...more,
    });
    await feed.start((input) => inputs.push(input));
    const until = async (holds: () => boolean): Promise<void> => {
      const deadline = Date.now() + 8_000;
      while (!holds()) {
        if (Date.now() > deadline) throw new Error(`not within 8 s: ${inputs.map(({ kind }) => kind).join(' ')}`);
        await Bun.sleep(10);
      }
    };
    return { feed, inputs, kept, tapped, until };
  };
  const chains = (inputs: readonly MarketInput[]): number => inputs.filter(({ kind }) => kind === 'chain.seen').length;

  test('a changed schema is put in quarantine whole, degrades the feed, and tells no chain', async () => {
    sandbox.faults.set('renamed-field');
    const { feed, inputs, kept, until } = await listen();
    await until(() => kept.length > 0);
    await feed.stop();
    expect(kept[0]).toMatchObject({ feed: 'alphavantage.options', reason: expect.stringContaining('open_interest') });
    expect(kept[0]?.bytes).toBeGreaterThan(100_000);
    expect(chains(inputs)).toBe(0);
    expect(inputs.findLast(({ kind }) => kind === 'feed.reported')).toMatchObject({ state: 'degraded' });
  });

  test('a chain that repeats itself too long is not told as fresh, and is again when it moves', async () => {
    sandbox.faults.set('stale');
    const { feed, inputs, tapped, until } = await listen({ repeatsMsMax: 300 });
    const isFrozen = () => inputs.some((input) => input.kind === 'stream.reported' && input.state === 'frozen');
    await until(isFrozen);
    const before = chains(inputs);
    const asked = tapped.length;
    await until(() => tapped.length > asked + 2);
    expect(chains(inputs)).toBe(before);
    expect(inputs.findLast(({ kind }) => kind === 'feed.reported')).toMatchObject({ state: 'degraded' });
    expect(tapped[0]).toBe('raw:av:options:SPY');
    await feed.stop();
  });

  test('zero Greeks are told as absent, and the feed says that they drop out', async () => {
    sandbox.faults.set('greeks-dropout');
    const { feed, inputs, kept, until } = await listen();
    await until(() => chains(inputs) > 0);
    await feed.stop();
    const seen = inputs.find((input) => input.kind === 'chain.seen');
    expect(seen?.kind === 'chain.seen' && seen.chain.gamma.every(Number.isNaN)).toBe(true);
    expect(seen?.kind === 'chain.seen' && seen.chain.openInterest.some((value) => value > 0)).toBe(true);
    expect(kept[0]?.reason).toBe('greeks-dropout');
    expect(inputs.findLast(({ kind }) => kind === 'feed.reported')).toMatchObject({ state: 'degraded' });
  });

  test('an outage is over when the vendor listens again', async () => {
    const { feed, inputs, until } = await listen();
    await until(() => chains(inputs) > 0);
    sandbox.faults.set('outage', { delayMs: 300 });
    await until(() => inputs.some((input) => input.kind === 'feed.reported' && 'network' in input.refused));
    const before = chains(inputs);
    await until(() => chains(inputs) > before);
    await feed.stop();
  });

  test('the budget is reported with its latencies and streams', async () => {
    const { feed, inputs, until } = await listen();
    await until(() => inputs.some(({ kind }) => kind === 'budget.reported'));
    await feed.stop();
    const budget = inputs.find((input) => input.kind === 'budget.reported');
    if (budget?.kind !== 'budget.reported') throw new Error('expected a budget');
    expect(budget.latencyP95Ms).toBeGreaterThan(0);
    expect(budget.slowSince).toBeNull();
    expect(budget.streams['options']?.answered).toBeGreaterThan(5);
  }, 10_000);
});

test('more calls in a minute than the plan allows are answered with a sentence, by key', async () => {
  const strict = await startAlphaVantageSandbox({ market, port: 0, callsPerMinute: 3 });
  const bodyOf = async (key: string) =>
    JSON.stringify(await (await fetch(`${strict.url}/query?function=CPI&apikey=${key}`)).json());
  for (let i = 0; i < 3; i++) expect(await bodyOf('A')).toContain('Consumer Price');
  expect(await bodyOf('A')).toContain('requests per minute');
  expect(await bodyOf('B')).toContain('Consumer Price');
  await strict.stop();
});
