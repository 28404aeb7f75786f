import type { Book } from '../../market/book.ts';
import type { Instant } from '../../types.ts';
import { barAt } from '../bars.ts';
import { CLOSED } from '../bars-set.ts';
import { onFlowClassTimer, onFlowClassTrade } from '../flow-classes/flow-classes.ts';
import { onClosingAuctionBar, onClosingAuctionBook, onClosingAuctionTimer } from '../forecast/closing-auction.ts';
import { onMeanReversionBar } from '../forecast/mean-reversion.ts';
import { onVolatilityForecastBar, onVolatilityForecastTimer } from '../forecast/volatility-forecast.ts';
import { onLevelOneTimer, onLevelOneTrade } from '../level-one/level-one.ts';
import { liquidityScoreView } from '../micro/liquidity-score.ts';
import { onMicroBook, onMicroQuote, onMicroTimer, onMicroTrade } from '../micro/microstructure.ts';
import { onRegimeBar, onRegimeLiquidity } from '../regime/regime.ts';
import { addSignedVpinTrade, addVpinTrade } from '../vpin.ts';
import { addBulkVpinTrade, onBulkVpinTimer } from '../vpin-bulk.ts';
import { begin } from './heartbeats.ts';
import type { Suite, SuiteAnomaly } from './suite.ts';

const MINUTE_CLOSED = CLOSED['1m'];
const MINUTE_MS = 60_000;

/** A part that throws takes nobody with it: it is silenced for the run, named, and told as an anomaly. */
export const blame = (suite: Suite, error: unknown): void => {
  const { hearts, symbol } = suite;
  const message = error instanceof Error ? error.message : String(error);
  hearts.failed.set(hearts.working, message);
  suite.anomalies.push({ name: 'analytics-failed', facts: { subject: symbol, part: hearts.working, message } });
};

const NONE: readonly SuiteAnomaly[] = Object.freeze([]);

/** What has come up since it was last asked; empty almost always. */
export const takeAnomalies = (suite: Suite): readonly SuiteAnomaly[] =>
  suite.anomalies.length === 0 ? NONE : suite.anomalies.splice(0);

/** A new top of book, sizes in shares. A crossed quote is handed in as NaN on both sides. */
export const onSuiteQuote = (
  suite: Suite,
  bidPrice: number,
  bidSize: number,
  askPrice: number,
  askSize: number,
  at: Instant,
): void => {
  const { hearts } = suite;
  hearts.quoteAt = at;
  hearts.quotes++;
  suite.bidPrice = bidPrice;
  suite.askPrice = askPrice;
  try {
    if (begin(hearts, 'microstructure')) onMicroQuote(suite.micro, bidPrice, bidSize, askPrice, askSize, at);
  } catch (error) {
    blame(suite, error);
  }
};

/** What is worked out on a closed minute. */
const onMinuteClosed = (suite: Suite, at: Instant): void => {
  const { hearts } = suite;
  hearts.barAt = at;
  hearts.bars++;
  const bar = barAt(suite.levelOne.bars.minutes, 1);
  if (bar === null) return;
  const { openAt, open, close } = bar;
  const closedAt = (openAt + MINUTE_MS) as Instant;
  if (begin(hearts, 'regime')) {
    const { score } = liquidityScoreView(suite.micro.liquidity, at);
    if (score.value !== null) onRegimeLiquidity(suite.regime, score.value / 100, score.asOf);
    onRegimeBar(suite.regime, close, closedAt);
  }
  if (begin(hearts, 'closing-auction')) onClosingAuctionBar(suite.auction, close, closedAt);
  if (begin(hearts, 'volatility-forecast')) onVolatilityForecastBar(suite.volatilityForecast, openAt, open, close, at);
  if (begin(hearts, 'mean-reversion')) onMeanReversionBar(suite.meanReversion, openAt, close);
};

const onVpinTrade = (suite: Suite, price: number, size: number, aggressor: number, sourceAt: Instant): void => {
  const { vpin } = suite;
  addVpinTrade(vpin.tickRule, price, size, sourceAt);
  addBulkVpinTrade(vpin.bulk, price, size, sourceAt);
  if (aggressor !== 0) vpin.aggressorsGiven++;
  if (vpin.aggressorsGiven > 0) addSignedVpinTrade(vpin.aggressor, price, size, aggressor, sourceAt);
};

/**
 * One print, arrived `at`. `aggressor` is 1 or −1 where the tape says who took, else 0. Returns the mask (`CLOSED`)
 * of the bars it closed.
 */
export const onSuiteTrade = (
  suite: Suite,
  price: number,
  size: number,
  venue: string,
  sourceAt: Instant,
  at: Instant,
  aggressor = 0,
): number => {
  const { hearts } = suite;
  hearts.tradeAt = at;
  hearts.trades++;
  if (price > 0) suite.lastPrice = price;
  let closed = 0;
  try {
    if (begin(hearts, 'level-one')) closed = onLevelOneTrade(suite.levelOne, price, size, sourceAt, at);
    if (begin(hearts, 'vpin')) onVpinTrade(suite, price, size, aggressor, sourceAt);
    let sign = 0;
    if (begin(hearts, 'microstructure')) sign = onMicroTrade(suite.micro, price, size, venue, at);
    if (begin(hearts, 'flow-classes'))
      onFlowClassTrade(suite.flow, price, size, sign, suite.bidPrice, suite.askPrice, at);
    if (closed & MINUTE_CLOSED) onMinuteClosed(suite, at);
  } catch (error) {
    blame(suite, error);
  }
  return closed;
};

/** The book after a change of it. */
export const onSuiteBook = (suite: Suite, book: Book, at: Instant): void => {
  const { hearts } = suite;
  hearts.bookAt = at;
  hearts.books++;
  try {
    if (begin(hearts, 'microstructure')) onMicroBook(suite.micro, book, at);
    if (begin(hearts, 'closing-auction')) onClosingAuctionBook(suite.auction, book, at);
  } catch (error) {
    blame(suite, error);
  }
};

/** The pulse. Returns the mask of the bars that time alone has closed. */
export const onSuiteTimer = (suite: Suite, at: Instant): number => {
  const { hearts } = suite;
  hearts.timerAt = at;
  hearts.timers++;
  let closed = 0;
  try {
    if (begin(hearts, 'level-one')) closed = onLevelOneTimer(suite.levelOne, at);
    if (begin(hearts, 'microstructure')) onMicroTimer(suite.micro, at);
    if (begin(hearts, 'vpin')) onBulkVpinTimer(suite.vpin.bulk, at);
    if (begin(hearts, 'flow-classes')) onFlowClassTimer(suite.flow);
    if (closed & MINUTE_CLOSED) onMinuteClosed(suite, at);
    if (begin(hearts, 'closing-auction')) onClosingAuctionTimer(suite.auction, at);
    if (begin(hearts, 'volatility-forecast')) onVolatilityForecastTimer(suite.volatilityForecast, at);
  } catch (error) {
    blame(suite, error);
  }
  return closed;
};
