import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyLedger } from '../../src/db/ledger.ts';
import type { BrokerReport } from '../../src/engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../../src/engine/core/limits.ts';
import type { Output } from '../../src/engine/core/outputs.ts';
import { type RunningEngine, startEngine } from '../../src/process/start-engine.ts';
import { type AlphaVantageSandbox, startAlphaVantageSandbox } from '../../src/sandbox/alphavantage/server.ts';
import type { SessionClockAnchor } from '../../src/sandbox/market/session-clock.ts';
import { startTwsSandbox, type TwsSandbox } from '../../src/sandbox/tws/server.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { IBKR_DEFAULTS } from '../support/ibkr-defaults.ts';
import { until } from '../support/server.ts';
import { StoryMarket } from '../support/story-market.ts';

const SPEED = 40;
const folder = mkdtempSync(join(tmpdir(), 'quanticity-story-'));
let database: TestDatabase;
let market: StoryMarket;
let tws: TwsSandbox;
let alphaVantage: AlphaVantageSandbox;
let engine: RunningEngine;
let ticking: ReturnType<typeof setInterval>;
let onlyOnePart = true;

beforeAll(async () => {
  const anchor: SessionClockAnchor = {
    wallMs: Date.now(),
    marketMs: Date.UTC(2026, 10, 20, 15, 0),
    speed: SPEED,
    endsAtMs: Date.UTC(2026, 10, 20, 21, 0),
  };
  database = await createTestDatabase();
  market = new StoryMarket(anchor);
  tws = await startTwsSandbox({ market, stateFolder: null });
  alphaVantage = await startAlphaVantageSandbox({ market, port: 0 });
  const { quoteAgeMsMax, bookAgeMsMax, chainAgeMsMax } = DEFAULT_LIMITS;
  engine = await startEngine(
    {
      databaseUrl: database.url,
      redisUrl: null,
      tapeFolder: join(folder, 'tape'),
      mode: 'simulated',
      symbols: [{ symbol: 'SPY', kind: 'stock', depth: true, trades: true, options: true }],
      limits: {
        ...DEFAULT_LIMITS,
        quoteAgeMsMax: quoteAgeMsMax * SPEED,
        bookAgeMsMax: bookAgeMsMax * SPEED,
        chainAgeMsMax: chainAgeMsMax * SPEED,
        entryLifetimeMs: 600_000,
      },
      rates: { rate: 0.04, dividendYield: 0.013 },
      ibkr: { host: '127.0.0.1', port: tws.port, clientId: 7, ...IBKR_DEFAULTS },
      gateway: null,
      calendar: { overrides: { closures: {}, earlyCloses: {} }, path: null },
      alphaVantage: {
        baseUrl: alphaVantage.url,
        apiKeys: ['story'],
        keyFile: null,
        budgetPerMinute: 600,
        speed: 1,
        openEveryMs: { options: 300, bars: 2_000 },
        repeatsMsMax: null,
        backfillSessions: 0,
      },
      clockAnchor: anchor,
      logLevel: 'error',
      build: 'test',
    },
    {
      onWaiting: () => {},
      onFatal: (error) => {
        throw error;
      },
    },
  );
  ticking = setInterval(() => {
    // Once something is held nothing more is offered, until the test says so.
    if (onlyOnePart && tws.exchange.state.positions.length > 0) market.optionAskSize = 0;
    market.tick();
  }, 50);
});
afterAll(async () => {
  clearInterval(ticking);
  await engine.stop().catch(() => {});
  await alphaVantage.stop();
  tws.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

type Told =
  | { readonly kind: 'input'; readonly body: { readonly kind: string; readonly report?: BrokerReport } }
  | { readonly kind: 'output'; readonly body: Output };

const story = async (): Promise<Told[]> => {
  const rows = await database.sql<{ kind: 'input' | 'output'; body: string }[]>`
    select kind, body from ledger where kind in ('input', 'output') order by position`;
  return rows.map(({ kind, body }) => ({ kind, body: JSON.parse(body) }) as Told);
};

const outputs = async (): Promise<Output[]> =>
  (await story()).flatMap((row) => (row.kind === 'output' ? [row.body] : []));
const executed = async (side: 'BUY' | 'SELL'): Promise<number[]> =>
  (await story()).flatMap((row) =>
    row.kind === 'input' && row.body.report?.kind === 'executed' && row.body.report.execution.side === side
      ? [row.body.report.execution.quantity]
      : [],
  );

/** What rests at the broker itself, not what we believe. */
const restingStops = (): number[] =>
  [...tws.exchange.orders.working()]
    .filter(({ terms }) => terms.orderType === 'STP')
    .map(({ terms }) => terms.totalQuantity);

test('an order filled in two parts is protected after each part, stopped out, and the record tells it in order', async () => {
  market.optionAskSize = 2;
  const rising = setInterval(() => {
    if (market.spot < 439.6) market.spot = Number((market.spot + 0.01).toFixed(2));
  }, 100);
  await until('the first part', 30_000, async () => (await executed('BUY')).length >= 1);
  expect(await executed('BUY')).toEqual([2]);
  await until('a stop for two contracts', 3_000, () => restingStops().join() === '2');
  onlyOnePart = false;
  market.optionAskSize = 50;
  market.requote();
  await until('the second part', 5_000, async () => (await executed('BUY')).length === 2);
  const [first = 0, second = 0] = await executed('BUY');
  expect(first).toBe(2);
  expect(second).toBeGreaterThan(0);
  await until('the same stop for all of them', 3_000, () => restingStops().join() === String(first + second));
  clearInterval(rising);

  market.optionBid = 1.9;
  market.optionAsk = 1.95;
  market.requote();
  await until('the close', 8_000, async () =>
    (await outputs()).some((output) => output.kind === 'signal.told' && output.signal.change === 'closed'),
  );
  expect((await executed('SELL')).reduce((sum, quantity) => sum + quantity, 0)).toBe(first + second);
  expect(restingStops()).toEqual([]);

  const lines = (await story()).flatMap((row) => {
    if (row.kind === 'input')
      return row.body.report?.kind === 'executed'
        ? [`${row.body.report.execution.side} ${row.body.report.execution.quantity}`]
        : [];
    const { body } = row;
    if (body.kind === 'signal.told') return [`signal ${body.signal.change}`];
    if (body.kind === 'order.place' || body.kind === 'order.change')
      return body.ticket.purpose === 'entry' || body.kind === 'order.place' || body.reason === 'quantity'
        ? [`${body.kind} ${body.ticket.purpose} ${body.ticket.quantity}`]
        : [];
    return [];
  });
  const total = first + second;
  const expected = [
    'signal new',
    `order.place entry ${total}`,
    `BUY ${first}`,
    `order.place protective-stop ${first}`,
    `BUY ${second}`,
    `order.change protective-stop ${total}`,
  ];
  const inOrder = lines.filter((line) => expected.includes(line));
  expect([...inOrder].sort((a, b) => expected.indexOf(a) - expected.indexOf(b))).toEqual(inOrder);
  expect(new Set(inOrder)).toEqual(new Set(expected));
  expect(lines.at(-1)).toBe('signal closed');
  const closed = (await outputs()).findLast((output) => output.kind === 'signal.told');
  expect(closed).toMatchObject({ signal: { outcome: 'stopped', exitPrice: 1.9 } });
  expect(await verifyLedger(database.sql)).toMatchObject({ ok: true });
}, 60_000);
