import { expect, test } from 'bun:test';
import { BOOK_LEVELS, type Book, createBook } from '../../market/book.ts';
import { nextSession, type Session, sessionOn } from '../../market/calendar.ts';
import { instant, type SessionDate } from '../../types.ts';
import {
  onClosingAuctionBar,
  onClosingAuctionBook,
  onClosingAuctionResult,
  onClosingAuctionTick,
  onClosingAuctionTimer,
} from './closing-auction.ts';
import { type ClosingAuction, createClosingAuction } from './closing-auction-state.ts';
import { type ClosingAuctionView, closingAuctionView } from './closing-auction-view.ts';

const MINUTE = 60_000;
const first = (): Session => sessionOn('2026-06-01' as SessionDate) as Session;

/** Bids from 500.00 down and asks from 500.01 up, a cent apart. */
const bookOf = (bids: readonly number[], asks: readonly number[]): Book => {
  const book = createBook();
  asks.forEach((size, i) => {
    book.price[i] = Math.round(50_001 + i) / 100;
    book.size[i] = size;
  });
  bids.forEach((size, i) => {
    book.price[BOOK_LEVELS + i] = Math.round(50_000 - i) / 100;
    book.size[BOOK_LEVELS + i] = size;
  });
  book.askCount = asks.length;
  book.bidCount = bids.length;
  return book;
};
const EVEN = [300, 500, 900, 2000];

const feedBars = (state: ClosingAuction, session: Session, drift = 0): void => {
  for (let i = 31; i >= 1; i--) {
    const at = instant(session.closeAt - 10 * MINUTE - (i - 1) * MINUTE);
    onClosingAuctionBar(state, 500 + drift * (31 - i) + (i % 2 === 0 ? 0.01 : -0.01), at);
  }
};
const tick = (
  state: ClosingAuction,
  session: Session,
  secondsLeft: number,
  imbalance: number,
  near = Number.NaN,
  paired = 10_000,
): void => {
  const at = instant(session.closeAt - secondsLeft * 1000);
  onClosingAuctionBook(state, bookOf(EVEN, EVEN), at);
  onClosingAuctionTick(state, paired, imbalance, 500, near, Number.NaN, at);
};
const viewAt = (state: ClosingAuction, session: Session, secondsLeft: number): ClosingAuctionView =>
  closingAuctionView(state, instant(session.closeAt - secondsLeft * 1000));
const reasonOf = (figure: { readonly value: unknown; readonly reason?: string }): string =>
  figure.value === null ? (figure.reason ?? '') : 'present';

test('with nothing learnt the imbalance is foretold to stay, with no confidence, and cleared against the book', () => {
  const state = createClosingAuction();
  const session = first();
  feedBars(state, session);
  tick(state, session, 590, 1000);
  const view = viewAt(state, session, 590);
  expect(view.imbalanceForecast).toMatchObject({ value: 1000, confidence: 0, basis: 'forecast' });
  expect(view.ratioForecast.value as number).toBeCloseTo(1000 / 11_000, 12);
  // 300 at 500.01 and 500 at 500.02 do not fill it; 900 at 500.03 do.
  expect(view.priceForecast.value).toBe(500.03);
  tick(state, session, 580, -600);
  expect(viewAt(state, session, 580).priceForecast.value).toBe(499.99);
  tick(state, session, 570, 0);
  expect(viewAt(state, session, 570).priceForecast.value).toBe(500);
});

test('an imbalance that the visible book can not take has no price', () => {
  const state = createClosingAuction();
  const session = first();
  feedBars(state, session);
  tick(state, session, 590, 3700);
  expect(viewAt(state, session, 590).priceForecast.value).toBe(500.04);
  tick(state, session, 589, 3701);
  expect(reasonOf(viewAt(state, session, 589).priceForecast)).toBe('book-too-thin');
});

test('where the exchange publishes a near price, only the step from the imbalance of now is ours', () => {
  const state = createClosingAuction();
  const session = first();
  feedBars(state, session);
  tick(state, session, 290, 1000, 500.07);
  // Foretold to stay: no step.
  expect(viewAt(state, session, 290).priceForecast.value as number).toBeCloseTo(500.07, 9);
  expect(viewAt(state, session, 290).nearPrice.value).toBe(500.07);
  tick(state, session, 289, 1000, 0);
  expect(reasonOf(viewAt(state, session, 289).nearPrice)).toBe('not-published');
});

/** Days on which what is left at the close is half of what is shown before it. */
const runDays = (state: ClosingAuction, days: number, until = Infinity, said: string[] = []): Session => {
  let session = first();
  for (let day = 0; day < days; day++) {
    if (day > 0) session = nextSession(session.date);
    feedBars(state, session);
    const shown = [2000, -1500, 900, -2500, 1200][day % 5] as number;
    const final = shown / 2;
    for (const [secondsLeft, imbalance] of [
      [595, shown],
      [295, shown],
      [115, shown],
      [5, final],
    ] as const) {
      // Paired shares so that the share of all halves too.
      const paired = imbalance === final ? 20_000 - Math.abs(final) : 20_000 - Math.abs(shown);
      if (session.closeAt - secondsLeft * 1000 > until) continue;
      tick(state, session, secondsLeft, imbalance, Number.NaN, paired);
      said.push(JSON.stringify(viewAt(state, session, secondsLeft)));
    }
    if (session.closeAt <= until) onClosingAuctionResult(state, 500.02, instant(session.closeAt + 2000));
  }
  return session;
};

test('it learns from results that imbalances shrink, and its record beats the imbalance of now', () => {
  const state = createClosingAuction();
  const session = nextSession(runDays(state, 60).date);
  feedBars(state, session);
  tick(state, session, 595, 2000, Number.NaN, 18_000);
  const view = viewAt(state, session, 595);
  expect(view.ratioForecast.value as number).toBeGreaterThan(0.045);
  expect(view.ratioForecast.value as number).toBeLessThan(0.08);
  expect(view.imbalanceForecast).toMatchObject({ confidence: 60 / 80 });
  const { scored, waiting, meanAbsoluteError, meanAbsoluteErrorNaive, hitRate } = view.imbalanceRecord;
  expect([scored, waiting]).toEqual([180, 1]);
  expect(meanAbsoluteError.value as number).toBeLessThan(0.75 * (meanAbsoluteErrorNaive.value as number));
  expect(hitRate.value).toBe(1);
  expect(view.priceRecord.scored).toBe(180);
});

test('nothing foretold depends on what came after it: cut off anywhere, all that was said before is the same', () => {
  const whole: string[] = [];
  const last = runDays(createClosingAuction(), 12, Infinity, whole);
  expect([whole.length, new Set(whole).size]).toEqual([48, 48]);
  for (const secondsLeft of [400, 100, -1, 3 * 86_400]) {
    const cut: string[] = [];
    runDays(createClosingAuction(), 12, last.closeAt - secondsLeft * 1000, cut);
    expect(cut.length).toBeGreaterThan(30);
    expect(cut).toEqual(whole.slice(0, cut.length));
  }
});

test('on an early close everything is ten minutes before 13:00', () => {
  const session = sessionOn('2026-11-27' as SessionDate) as Session;
  expect(session.earlyClose).toBe(true);
  const state = createClosingAuction();
  feedBars(state, session);
  tick(state, session, 601, 1000);
  expect(reasonOf(viewAt(state, session, 601).imbalanceForecast)).toBe('before-imbalances');
  expect(Number.isNaN(state.tickAt)).toBe(true);
  tick(state, session, 600, 1000);
  expect(viewAt(state, session, 600).imbalanceForecast.value).toBe(1000);
});

test('what is missing is said: no session, tick, book or bars, an old tick, a broken book, an auction that is over', () => {
  const session = first();
  const bare = createClosingAuction();
  expect(reasonOf(viewAt(bare, session, 590).imbalanceNow)).toBe('no-session');
  feedBars(bare, session);
  expect(reasonOf(viewAt(bare, session, 590).imbalanceNow)).toBe('no-auction-tick');
  onClosingAuctionTick(bare, 10_000, 1000, 500, 0, 0, instant(session.closeAt - 590_000));
  expect(viewAt(bare, session, 590).imbalanceNow.value).toBe(1000);
  expect(reasonOf(viewAt(bare, session, 590).imbalanceForecast)).toBe('book-absent');
  const crossed = bookOf(EVEN, EVEN);
  crossed.price[0] = 499;
  onClosingAuctionBook(bare, crossed, instant(session.closeAt - 590_000));
  expect(reasonOf(viewAt(bare, session, 590).imbalanceForecast)).toBe('book-absent');
  expect(reasonOf(viewAt(bare, session, 559).imbalanceNow)).toBe('stale');
  expect(reasonOf(viewAt(bare, session, 0).imbalanceNow)).toBe('auction-over');

  const barless = createClosingAuction();
  tick(barless, session, 590, 1000);
  expect(reasonOf(viewAt(barless, session, 590).imbalanceForecast)).toBe('warming-up');
  onClosingAuctionTick(barless, Number.NaN, 5, 500, 0, 0, instant(session.closeAt - 589_000));
  onClosingAuctionTick(barless, 5, 5, 0, 0, 0, instant(session.closeAt - 589_000));
  expect([barless.refusedTicks, barless.imbalanceShares]).toEqual([2, 1000]);
});

test('a result that never comes, and a last tick too long before the close, teach nothing', () => {
  const state = createClosingAuction();
  const session = first();
  feedBars(state, session);
  tick(state, session, 590, 1000);
  onClosingAuctionTimer(state, instant(session.closeAt + 60_000));
  expect(state.imbalanceRecord).toMatchObject({ scored: 0, voided: 0 });
  onClosingAuctionTimer(state, instant(session.closeAt + 1_800_000));
  expect(state.imbalanceRecord).toMatchObject({ scored: 0, voided: 1 });

  const second = createClosingAuction();
  feedBars(second, session);
  tick(second, session, 590, 1000);
  onClosingAuctionResult(second, 500, instant(session.closeAt - 1));
  expect(Number.isNaN(second.resultAt)).toBe(true);
  onClosingAuctionResult(second, 500.1, instant(session.closeAt + 1000));
  expect(second.imbalanceRecord).toMatchObject({ scored: 0, voided: 1 });
  expect(second.priceRecord).toMatchObject({ scored: 1, voided: 0 });
  expect(second.models.map((model) => model.cases)).toEqual([0, 0, 0]);
  onClosingAuctionResult(second, 499, instant(session.closeAt + 2000));
  expect(viewAt(second, session, -3).lastResult.value).toBe(500.1);
});
