import { expect, test } from 'bun:test';
import { type LobsterDay, readLobster, touchOf } from '../../../../../tests/support/lobster.ts';
import { hasRecordedData } from '../../../../../tests/support/reference.ts';
import { hashOf } from '../../hash.ts';
import { createBook } from '../../market/book.ts';
import { type Instant, instant } from '../../types.ts';
import { figuresIn } from './figures.ts';
import { onSuiteBook, onSuiteQuote, onSuiteTimer, onSuiteTrade } from './on-market.ts';
import { createSuite, type Suite } from './suite.ts';
import { suiteView } from './suite-view.ts';

const AMZN = 'ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip';

interface Told {
  readonly event: number;
  readonly text: string;
}

/** Folds the first `events`; what it says after each of `at` is written down on the spot. */
const fold = (day: LobsterDay, events: number, looks: ReadonlySet<number>): { suite: Suite; told: Told[] } => {
  const suite = createSuite('AMZN');
  const book = createBook();
  const told: Told[] = [];
  let touch: readonly number[] = [];
  let timerAt = 0;
  for (let i = 0; i < events; i++) {
    const at: Instant = instant(Math.floor(day.at[i] as number));
    if (at >= timerAt) onSuiteTimer(suite, at);
    timerAt = Math.floor(at / 1000) * 1000 + 1000;
    if (day.type[i] === 4 || day.type[i] === 5)
      onSuiteTrade(suite, day.price[i] as number, day.size[i] as number, 'NASDAQ', at, at, day.aggressor[i]);
    day.bookAfter(book, i);
    const now = touchOf(book);
    if (now.some((cell, column) => cell !== touch[column])) onSuiteQuote(suite, ...now, at);
    touch = now;
    onSuiteBook(suite, book, at);
    if (looks.has(i)) told.push({ event: i, text: JSON.stringify(suiteView(suite, at)) });
  }
  return { suite, told };
};

test.skipIf(!hasRecordedData(AMZN))(
  'no output of a whole session depends on what came after it: with the future removed it is the same (needs ../shared/data)',
  () => {
    const day = readLobster(AMZN, 5);
    expect(day.events).toBe(155_935);
    const looks = new Set([500, 10_000, 40_000, 77_777, 120_000, 150_000]);
    const whole = fold(day, day.events, looks);
    expect(whole.told.length).toBe(looks.size);
    for (const { event, text } of whole.told) {
      const cut = fold(day, event + 1, new Set([event]));
      expect(cut.told[0]?.text).toBe(text);
    }
    const again = fold(day, day.events, new Set());
    expect(hashOf(again.suite)).toBe(hashOf(whole.suite));
    expect(whole.suite.anomalies).toEqual([]);
    const end = suiteView(whole.suite, instant(Math.floor(day.at[day.events - 1] as number)));
    const said = end.modules.map((module) => ({
      module: module.module,
      values: figuresIn(module.figures).filter(({ figure }) => figure.value !== null).length,
    }));
    const silent = said.filter(({ values }) => values === 0).map(({ module }) => module);
    // What lives on chains and auction ticks, and the forecast that needs a week: none of it is in this file.
    expect(silent.sort()).toEqual([
      'chain-greeks',
      'closing-auction',
      'positioning',
      'put-call-parity',
      'vendor-greeks-check',
      'volatility-forecast',
    ]);
    process.stdout.write(
      `AMZN 2012-06-21: ${said.reduce((sum, { values }) => sum + values, 0)} figures at the end of the day, compared at ${looks.size} cuts\n`,
    );
  },
);
