import { expect, test } from 'bun:test';
import { createRandom } from '../../../testing/random.ts';
import { createWorld, feed, restart, wait } from '../../../testing/world.ts';
import type { Recovered } from '../../execution/trade.ts';
import { stateHash } from '../../hash.ts';
import { BOOK_LEVELS, createBook } from '../../market/book.ts';
import { nextSession, type Session, sessionOn } from '../../market/calendar.ts';
import { createReplayer } from '../../replay.ts';
import { instant, type SessionDate } from '../../types.ts';
import {
  onClosingAuctionBar,
  onClosingAuctionBook,
  onClosingAuctionResult,
  onClosingAuctionTick,
} from './closing-auction.ts';
import { createClosingAuction } from './closing-auction-state.ts';
import { createForecastRecord, forecastRecordView, logForecast, settleForecast } from './forecast-record.ts';
import {
  type Forecasts,
  foldForecastNews,
  hasForecastNews,
  type KeptForecasts,
  restoreForecasts,
  takeForecastNews,
} from './kept-forecasts.ts';
import { foldRecordNews, type KeptRecord, restoreRecord, takeRecordNews } from './kept-record.ts';
import { createMeanReversion, meanReversionView, onMeanReversionBar } from './mean-reversion.ts';
import { DEFAULT_DECAY } from './spread-decays.ts';
import {
  createVolatilityForecast,
  onVolatilityForecastBar,
  onVolatilityForecastImplied,
  onVolatilityForecastTimer,
  volatilityForecastView,
} from './volatility-forecast.ts';

const SEED = Number(process.env['SEED'] ?? 20261127);
const MINUTE = 60_000;

const createForecasts = (): Forecasts => ({
  auction: createClosingAuction(),
  volatilityForecast: createVolatilityForecast(),
  meanReversion: createMeanReversion(),
});

/** As a database gives it back. */
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** An engine's forecasts with the ledger beside them. */
interface Kept {
  forecasts: Forecasts;
  kept: KeptForecasts | undefined;
}
const tell = (engine: Kept): void => {
  expect(hasForecastNews(engine.forecasts)).toBe(true);
  const news = takeForecastNews('SPY', engine.forecasts);
  if (news) engine.kept = throughJson(foldForecastNews(engine.kept, throughJson(news)));
  expect(takeForecastNews('SPY', engine.forecasts)).toBeNull();
};
const startAgain = (engine: Kept): void => {
  engine.forecasts = createForecasts();
  if (engine.kept) restoreForecasts(engine.forecasts, engine.kept);
};

interface Day {
  readonly session: Session;
  readonly closes: readonly number[];
  readonly implied: number;
  readonly imbalances: readonly number[];
}
/** Sessions whose volatility wanders, whose price reverts, and whose auction leans as the book does. */
const daysOf = (count: number): Day[] => {
  const random = createRandom(SEED);
  const days: Day[] = [];
  let session = sessionOn('2026-03-02' as SessionDate) as Session;
  let volatility = 0.2;
  let deviation = 0;
  for (; days.length < count; session = nextSession(session.date)) {
    volatility = Math.max(0.05, volatility + 0.03 * (random.next() - 0.5));
    const minutes = (session.closeAt - session.openAt) / MINUTE;
    const closes = Array.from({ length: minutes }, () => {
      deviation = 0.9 * deviation + volatility * 0.006 * (random.next() - 0.5);
      return 500 * Math.exp(deviation);
    });
    const lean = Math.round(4_000 * (random.next() - 0.5));
    days.push({
      session,
      closes,
      implied: volatility * (1.2 + 0.3 * random.next()),
      imbalances: [lean, Math.round(0.8 * lean), Math.round(0.5 * lean)],
    });
  }
  return days;
};

const liveThrough = ({ forecasts }: Kept, { session, closes, implied, imbalances }: Day, upTo = Infinity): void => {
  const { auction, volatilityForecast, meanReversion } = forecasts;
  const book = createBook();
  [book.askCount, book.bidCount] = [10, 10];
  for (let level = 0; level < 10; level++) {
    book.price[level] = Math.round(50_001 + level) / 100;
    book.price[BOOK_LEVELS + level] = Math.round(50_000 - level) / 100;
    book.size[level] = 500;
    book.size[BOOK_LEVELS + level] = 700 + (imbalances[0] ?? 0) / 10;
  }
  closes.slice(0, upTo).forEach((close, i) => {
    const openAt = instant(session.openAt + i * MINUTE);
    const at = instant(openAt + MINUTE);
    onMeanReversionBar(meanReversion, openAt, close);
    onVolatilityForecastBar(volatilityForecast, openAt, closes[Math.max(0, i - 1)] ?? close, close, at);
    onClosingAuctionBar(auction, close, at);
    const minutesLeft = closes.length - i - 1;
    onClosingAuctionBook(auction, book, at);
    const stage = [10, 5, 2].indexOf(minutesLeft);
    if (stage >= 0 || minutesLeft === 0)
      onClosingAuctionTick(
        auction,
        10_000,
        imbalances[Math.max(0, stage)] ?? 0,
        500,
        Number.NaN,
        Number.NaN,
        instant(stage >= 0 ? at + 1 : at - 1),
      );
  });
  if (upTo < closes.length) return;
  onVolatilityForecastImplied(volatilityForecast, implied, instant(session.closeAt - 1));
  onClosingAuctionResult(auction, 500 + (imbalances[2] ?? 0) / 1e5, instant(session.closeAt + 1_000));
  onVolatilityForecastTimer(volatilityForecast, instant(session.closeAt + 2 * MINUTE));
};

test('an engine started anew every night forecasts, scores and recalibrates as one that never stopped', () => {
  process.stdout.write(`kept forecasts: seed ${SEED}\n`);
  const steady: Kept = { forecasts: createForecasts(), kept: undefined };
  const restarted: Kept = { forecasts: createForecasts(), kept: undefined };
  const random = createRandom(SEED + 1);
  let restarts = 0;
  for (const day of daysOf(50)) {
    liveThrough(steady, day);
    liveThrough(restarted, day);
    const at = instant(day.session.closeAt + 3 * MINUTE);
    const viewsOf = ({ forecasts: { auction, volatilityForecast, meanReversion } }: Kept) => ({
      volatility: volatilityForecastView(volatilityForecast, at),
      reversion: meanReversionView(meanReversion, at),
      belief: meanReversion.belief,
      imbalances: forecastRecordView(auction.imbalanceRecord),
      prices: forecastRecordView(auction.priceRecord),
      models: auction.models.map(({ products, targets, cases }) => [...products, ...targets, cases]),
    });
    expect(viewsOf(restarted)).toEqual(viewsOf(steady));
    tell(restarted);
    if (!random.chance(0.6)) continue;
    restarts++;
    startAgain(restarted);
    expect(hasForecastNews(restarted.forecasts)).toBe(false);
  }
  const { auction, volatilityForecast, meanReversion } = restarted.forecasts;
  expect(restarts).toBeGreaterThan(20);
  expect(volatilityForecast.record.scored).toBeGreaterThan(40);
  expect(volatilityForecast.calibrations).toBeGreaterThan(2);
  expect(volatilityForecast.decay).not.toBe(DEFAULT_DECAY);
  expect(meanReversion.record.scored).toBeGreaterThan(meanReversion.record.capacity);
  expect(auction.imbalanceRecord.scored).toBe(150);
  expect(auction.models.map(({ cases }) => cases)).toEqual([50, 50, 50]);
});

test('a restart voids what waited for the next quarter of an hour, and tells so; a night’s volatility goes on waiting', () => {
  const engine: Kept = { forecasts: createForecasts(), kept: undefined };
  const days = daysOf(9);
  for (const day of days.slice(0, 8)) liveThrough(engine, day);
  liveThrough(engine, days[8] as Day, 130);
  const waiting = forecastRecordView(engine.forecasts.meanReversion.record);
  expect(waiting.waiting).toBe(1);
  tell(engine);
  startAgain(engine);
  const { meanReversion, volatilityForecast } = engine.forecasts;
  expect(forecastRecordView(meanReversion.record)).toMatchObject({ waiting: 0, voided: waiting.voided + 1 });
  expect(forecastRecordView(volatilityForecast.record).waiting).toBe(1);
  const news = takeForecastNews('SPY', engine.forecasts);
  expect(news?.records.meanReversion?.settledNow).toMatchObject([{ truth: null }]);
  expect(news?.records.meanReversion?.settledNow[0]?.madeAt).toBeGreaterThan((days[8] as Day).session.openAt);
});

test('a kept record holds the last forecasts that a record looks back over, through any number of restarts', () => {
  const random = createRandom(SEED + 2);
  let record = createForecastRecord('amount', 16);
  const plain = createForecastRecord('amount', 16);
  let kept: KeptRecord | null = null;
  for (let n = 1; n <= 2_000; n++) {
    const [value, naive, truth] = [random.next(), random.next(), random.next()];
    const level = random.chance(0.2) ? Number.NaN : random.next();
    const isVoid = random.chance(0.1);
    for (const each of [record, plain]) {
      logForecast(each, value, naive, level, instant(n * 10), instant(n * 10 + 5));
      settleForecast(each, isVoid ? Number.NaN : truth, instant(n * 10 + 6));
    }
    if (n % 7 !== 0) continue;
    const news = takeRecordNews(record);
    if (!news) throw new Error('expected news');
    expect(news.settledNow).toHaveLength(7);
    kept = throughJson(foldRecordNews(kept, news));
    record = createForecastRecord('amount', 16);
    restoreRecord(record, kept, true);
    expect(forecastRecordView(record)).toEqual(forecastRecordView(plain));
  }
  expect(kept?.rows).toHaveLength(512);
});

test('a record whose rows do not fit its counts begins anew: no figure is made of rows that are not there', () => {
  const record = createForecastRecord('amount', 4);
  const counts = { logged: 3, settled: 3, scored: 3, voided: 0, lastScoredAt: 9 };
  restoreRecord(record, { ...counts, waiting: [], rows: [[1, 1, null, 2]], madeAt: 5 }, true);
  expect(forecastRecordView(record)).toMatchObject({ scored: 0, sample: 0, meanAbsoluteError: { value: null } });
});

test('the engine writes its track record into the ledger, has it back after a restart, and replays to the same hash', () => {
  const world = createWorld();
  const history = (): void => {
    for (const { session, closes } of daysOf(4))
      closes.forEach((close, i) => {
        const openAt = instant(session.openAt + i * MINUTE);
        const endAt = instant(openAt + MINUTE);
        const prices = { open: close, high: close, low: close, close, volume: 1 };
        feed(world, { kind: 'history-bar.seen', symbol: 'SPY', interval: '1m', openAt, endAt, ...prices });
        if (i % 97 === 0) wait(world, 250);
      });
    wait(world, 250);
  };
  const recordNow = () => {
    const spy = world.state.symbols.get('SPY');
    if (!spy) throw new Error('expected SPY in the engine');
    return forecastRecordView(spy.suite.meanReversion.record);
  };
  history();
  const before = recordNow();
  expect(before.scored).toBeGreaterThan(20);
  const told = world.outputs.flatMap(({ output }) => (output.kind === 'forecast.recorded' ? [output.news] : []));
  const settled = told.flatMap(({ records }) => records.meanReversion?.settledNow ?? []);
  expect(settled).toHaveLength(before.scored + before.voided);
  for (const { madeAt, dueAt, truth } of settled) {
    expect(dueAt - madeAt).toBe(15 * MINUTE);
    expect([0, 1, null]).toContain(truth);
  }

  restart(world);
  const started = world.ledger.at(-1)?.body as { recovered: Recovered } | undefined;
  expect(recordNow()).toEqual(before);
  // The broker's bars of the past come again at every start: what was foretold on them is in the record already.
  history();
  expect(recordNow()).toEqual(before);

  const replayer = createReplayer(world.params, started?.recovered);
  for (const entry of world.entries) replayer.take({ kind: 'entry', entry });
  replayer.take({ kind: 'mark', mark: { seq: world.seq, stateHash: stateHash(world.state) } });
  expect(replayer.result()).toMatchObject({ marksAgreed: 1, firstDifferentMark: null });
  const forgetful = createReplayer(world.params);
  for (const entry of world.entries) forgetful.take({ kind: 'entry', entry });
  expect(forgetful.result().hash).not.toBe(stateHash(world.state));

  // And once more, from a ledger that holds the record in its run's first row alone.
  restart(world);
  expect(recordNow()).toEqual(before);
});
