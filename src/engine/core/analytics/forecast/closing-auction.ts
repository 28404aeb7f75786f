import { type Book, isCrossed } from '../../market/book.ts';
import { sessionAt } from '../../market/calendar.ts';
import { type Instant, instant } from '../../types.ts';
import { auctionFeatures, auctionPrice, foretellRatio } from './closing-auction-model.ts';
import { type ClosingAuction, stageAt } from './closing-auction-state.ts';
import { type ForecastRecord, isForecastDue, logForecast, settleForecast } from './forecast-record.ts';
import { learnRidge, RIDGE_DIMS } from './ridge.ts';

const settleAll = (record: ForecastRecord, truth: number, at: Instant): void => {
  while (isForecastDue(record, at)) settleForecast(record, truth, at);
};

/** A new session begins with nothing of the last one but what it taught. */
const enterSession = (state: ClosingAuction, closeAt: Instant, at: Instant): void => {
  settleAll(state.imbalanceRecord, Number.NaN, at);
  settleAll(state.priceRecord, Number.NaN, at);
  state.closeAt = closeAt;
  state.tickAt = Number.NaN;
  state.bookAt = Number.NaN;
  state.closeCount = 0;
  state.stagesLogged = 0;
  state.stageLogged.fill(0);
  state.resultPrice = Number.NaN;
  state.resultAt = Number.NaN;
};

/** True within the open session's last `leadMs`. */
const isClosing = (state: ClosingAuction, at: Instant): boolean => {
  if (at < state.closeAt) return at >= state.closeAt - state.params.leadMs;
  const session = sessionAt(at);
  if (session === null) return false;
  if (session.closeAt !== state.closeAt) enterSession(state, session.closeAt, at);
  return at >= session.closeAt - state.params.leadMs;
};

const logStage = (state: ClosingAuction, at: Instant): void => {
  const stage = stageAt(state, at);
  if (stage < 0 || state.stageLogged[stage] === 1) return;
  const model = state.models[stage];
  const features = auctionFeatures(state, at);
  if (model === undefined || typeof features === 'string') return;
  const ratio = foretellRatio(model, features);
  const due = instant(state.closeAt);
  if (!logForecast(state.imbalanceRecord, ratio, features[0] ?? Number.NaN, 0, at, due)) return;
  state.stageFeatures.set(features, stage * RIDGE_DIMS);
  state.stageLogged[stage] = 1;
  state.stagesLogged++;
  const price = auctionPrice(state, ratio, at);
  if (typeof price === 'number')
    logForecast(state.priceRecord, price, state.referencePrice, state.referencePrice, at, due);
};

/**
 * One auction tick: paired shares, signed imbalance, prices in dollars. Near and far of 0 are absent (Nasdaq sends them so
 * until 15:55); a tick without paired shares, imbalance or reference is refused and changes nothing.
 */
export const onClosingAuctionTick = (
  state: ClosingAuction,
  pairedShares: number,
  imbalanceShares: number,
  referencePrice: number,
  nearPrice: number,
  farPrice: number,
  at: Instant,
): void => {
  if (!isClosing(state, at)) return;
  if (
    !(
      pairedShares >= 0 &&
      pairedShares < Infinity &&
      Number.isFinite(imbalanceShares) &&
      referencePrice > 0 &&
      referencePrice < Infinity
    )
  ) {
    state.refusedTicks++;
    return;
  }
  state.pairedShares = pairedShares;
  state.imbalanceShares = imbalanceShares;
  state.referencePrice = referencePrice;
  state.nearPrice = nearPrice > 0 && nearPrice < Infinity ? nearPrice : Number.NaN;
  state.farPrice = farPrice > 0 && farPrice < Infinity ? farPrice : Number.NaN;
  state.tickAt = at;
  logStage(state, at);
};

/** The continuous book. Copied, and only in the last minutes; a broken or crossed one is none. */
export const onClosingAuctionBook = (state: ClosingAuction, book: Book, at: Instant): void => {
  if (!isClosing(state, at)) return;
  if (book.broken || book.askCount === 0 || book.bidCount === 0 || isCrossed(book)) {
    state.bookAt = Number.NaN;
    return;
  }
  state.bookPrice.set(book.price);
  state.bookSize.set(book.size);
  state.askCount = book.askCount;
  state.bidCount = book.bidCount;
  state.bookAt = at;
};

/** One closed one-minute bar of the session, `at` its close. */
export const onClosingAuctionBar = (state: ClosingAuction, close: number, at: Instant): void => {
  // Entering the session is what counts here: the trend is of this session alone.
  isClosing(state, instant(at - 1));
  if (!(close > 0 && close < Infinity) || at <= state.barAt) return;
  state.logClose[state.closeCount % state.logClose.length] = Math.log(close);
  state.closeCount++;
  state.barAt = at;
};

/**
 * The auction has traded at `price`. Scores today's forecasts and learns from them. The true imbalance is that of the last
 * tick before the close; where that came too early, or not at all, there is none.
 */
export const onClosingAuctionResult = (state: ClosingAuction, price: number, at: Instant): void => {
  if (!(price > 0 && price < Infinity && at >= state.closeAt) || !Number.isNaN(state.resultAt)) return;
  const shares = state.pairedShares + Math.abs(state.imbalanceShares);
  const known = state.closeAt - state.tickAt <= state.params.tickAgeMsMax && shares > 0;
  const truth = known ? state.imbalanceShares / shares : Number.NaN;
  settleAll(state.imbalanceRecord, truth, at);
  settleAll(state.priceRecord, price, at);
  state.resultPrice = price;
  state.resultAt = at;
  if (!known) return;
  state.models.forEach((model, stage) => {
    if (state.stageLogged[stage] === 1) learnRidge(model, state.stageFeatures, stage * RIDGE_DIMS, truth);
  });
};

/** A result that does not come voids what waited for it. */
export const onClosingAuctionTimer = (state: ClosingAuction, at: Instant): void => {
  if (!Number.isNaN(state.resultAt) || !(at >= state.closeAt + state.params.resultWaitMs)) return;
  settleAll(state.imbalanceRecord, Number.NaN, at);
  settleAll(state.priceRecord, Number.NaN, at);
};
