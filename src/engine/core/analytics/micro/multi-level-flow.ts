import { BOOK_LEVELS, type Book, isCrossed } from '../../market/book.ts';
import { instant } from '../../types.ts';
import { absent, type Measured, type ModuleInfo, measured } from '../measured.ts';

const LEVELS = 5;

/**
 * Order-flow imbalance at each of the best five rows, in shares, over clock-aligned ten seconds.
 * Source: Xu, Gould, Howison (2018), who apply Cont, Kukanov, Stoikov's event row by row.
 */
export interface MultiLevelFlow {
  readonly intervalMs: number;
  /** Rows of the last good book, as in `Book`: prices and sizes of row `level` of side `s` at `s * LEVELS + level`. */
  readonly price: Float64Array;
  readonly size: Float64Array;
  rows: number;
  /** Sums per level: of the open interval, and of the last one with changes before it. */
  readonly open: Float64Array;
  readonly finished: Float64Array;
  openNumber: number;
  finishedNumber: number;
  lastAt: number;
}

export interface MultiLevelFlowView {
  /** Shares per level, touch first, of the last finished interval with changes. */
  readonly last: Measured<readonly number[]>;
}

export const MULTI_LEVEL_FLOW_MODULE: ModuleInfo = {
  name: 'multi-level-order-flow-imbalance',
  level: 2,
  cadence: 'book-change',
  warmUp: 'one finished interval of 10 s with two good books of five rows a side',
  ageMsMax: 60_000,
};

export const createMultiLevelFlow = (): MultiLevelFlow => ({
  intervalMs: 10_000,
  price: new Float64Array(2 * LEVELS),
  size: new Float64Array(2 * LEVELS),
  rows: 0,
  open: new Float64Array(LEVELS),
  finished: new Float64Array(LEVELS),
  openNumber: Number.NaN,
  finishedNumber: Number.NaN,
  lastAt: Number.NaN,
});

const turnInterval = (state: MultiLevelFlow, number: number): void => {
  if (!Number.isNaN(state.openNumber)) {
    state.finished.set(state.open);
    state.finishedNumber = state.openNumber;
  }
  state.open.fill(0);
  state.openNumber = number;
};

const keepRows = (state: MultiLevelFlow, book: Book): void => {
  for (let level = 0; level < LEVELS; level++) {
    state.price[level] = book.price[level] ?? 0;
    state.size[level] = book.size[level] ?? 0;
    state.price[LEVELS + level] = book.price[BOOK_LEVELS + level] ?? 0;
    state.size[LEVELS + level] = book.size[BOOK_LEVELS + level] ?? 0;
  }
};

/** Only books with five rows a side before and after count: a row that appears is no flow. */
export const onMultiLevelBook = (state: MultiLevelFlow, book: Book, at: number): void => {
  const rows = book.broken || isCrossed(book) ? 0 : Math.min(book.bidCount, book.askCount, LEVELS);
  if (rows === LEVELS && state.rows === LEVELS) {
    const number = Math.floor(at / state.intervalMs);
    if (state.openNumber !== number) turnInterval(state, number);
    for (let level = 0; level < LEVELS; level++) {
      const askPrice = book.price[level] ?? 0;
      const bidPrice = book.price[BOOK_LEVELS + level] ?? 0;
      const askBefore = state.price[level] ?? 0;
      const bidBefore = state.price[LEVELS + level] ?? 0;
      let event = 0;
      if (bidPrice >= bidBefore) event += book.size[BOOK_LEVELS + level] ?? 0;
      if (bidPrice <= bidBefore) event -= state.size[LEVELS + level] ?? 0;
      if (askPrice <= askBefore) event -= book.size[level] ?? 0;
      if (askPrice >= askBefore) event += state.size[level] ?? 0;
      state.open[level] = (state.open[level] ?? 0) + event;
    }
    state.lastAt = at;
  }
  state.rows = rows;
  if (rows === LEVELS) keepRows(state, book);
};

export const multiLevelFlowView = (state: MultiLevelFlow, at: number): MultiLevelFlowView => {
  const openIsOver = state.openNumber < Math.floor(at / state.intervalMs);
  const flows = openIsOver ? state.open : state.finished;
  if (!openIsOver && Number.isNaN(state.finishedNumber)) return { last: absent('warming-up', 'book') };
  if (at - state.lastAt > MULTI_LEVEL_FLOW_MODULE.ageMsMax) return { last: absent('stale', 'book') };
  return { last: measured(Array.from(flows), instant(state.lastAt), 'book') };
};
