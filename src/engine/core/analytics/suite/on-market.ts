import type { Book } from '../../market/book.ts';
import type { Instant } from '../../types.ts';
import { onLevelOneTimer, onLevelOneTrade } from '../level-one/level-one.ts';
import { onBookImbalanceBook } from '../micro/book-imbalance.ts';
import { onBookPressureBook } from '../micro/book-pressure.ts';
import { onSpreadQuote, onSpreadTrade } from '../micro/spread.ts';
import { signTrade } from '../micro/trade-sign.ts';
import { BEAT } from './beats.ts';
import { begin, fail } from './heartbeats.ts';
import { SUITE_MODULES } from './modules.ts';
import type { Suite } from './suite.ts';

/** A module that throws takes nobody with it: it is silenced, named, and told as an anomaly. */
const blame = (suite: Suite, error: unknown): void => {
  const module = SUITE_MODULES[fail(suite.hearts, error)];
  suite.anomalies.push({
    name: 'analytics-failed',
    facts: {
      subject: suite.symbol,
      module: module?.info.name ?? 'suite',
      message: error instanceof Error ? error.message : String(error),
    },
  });
};

/** A new top of book. A crossed quote is handed in as NaN on both sides. */
export const onSuiteQuote = (
  suite: Suite,
  bidPrice: number,
  _bidSize: number,
  askPrice: number,
  _askSize: number,
  at: Instant,
): void => {
  const { hearts } = suite;
  suite.bidPrice = bidPrice;
  suite.askPrice = askPrice;
  try {
    if (begin(hearts, BEAT.spread, at)) onSpreadQuote(suite.spread, bidPrice, askPrice, at);
  } catch (error) {
    blame(suite, error);
  }
};

/** One print, arrived `at`. Returns the mask (`CLOSED`) of the bars it closed. */
export const onSuiteTrade = (
  suite: Suite,
  price: number,
  size: number,
  _venue: string,
  sourceAt: Instant,
  at: Instant,
): number => {
  const { hearts } = suite;
  if (price > 0) suite.lastPrice = price;
  const closed = onLevelOneTrade(suite.levelOne, price, size, sourceAt, at);
  try {
    const sign = signTrade(suite.sign, price, suite.bidPrice, suite.askPrice);
    if (begin(hearts, BEAT.spread, at)) onSpreadTrade(suite.spread, price, size, sign, at);
  } catch (error) {
    blame(suite, error);
  }
  return closed;
};

/** The book after a change of it. */
export const onSuiteBook = (suite: Suite, book: Book, at: Instant): void => {
  const { hearts } = suite;
  try {
    if (begin(hearts, BEAT.bookImbalance, at)) onBookImbalanceBook(suite.bookImbalance, book, at);
    if (begin(hearts, BEAT.bookPressure, at)) onBookPressureBook(suite.bookPressure, book, at);
  } catch (error) {
    blame(suite, error);
  }
};

/** The pulse. Returns the mask of the bars that time alone has closed. */
export const onSuiteTimer = (suite: Suite, at: Instant): number => onLevelOneTimer(suite.levelOne, at);
