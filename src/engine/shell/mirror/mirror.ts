import { type Bar, barAt } from '../../core/analytics/bars.ts';
import type { State, SymbolState } from '../../core/state.ts';
import type { EngineView } from '../../core/view.ts';
import type { Log } from '../../ports/log.ts';
import type { StateStore } from '../../ports/store.ts';
import { createAccountMirror } from './mirror-account.ts';
import { createAnalyticsMirror } from './mirror-analytics.ts';
import { createBookMirror } from './mirror-books.ts';
import { createChainMirror } from './mirror-chains.ts';
import { type Moment, stampOf } from './stamp.ts';

const SLOW_EVERY_MS = 1_000;
const CLOSED_BARS = 60;

export interface Mirror {
  /** Called by the runner a few times a second, after the view was published. */
  pulse(state: State, view: EngineView): void;
}

const barsText = ({ bars }: SymbolState): string => {
  const closed: Bar[] = [];
  for (let back = CLOSED_BARS; back >= 1; back -= 1) {
    const bar = barAt(bars, back);
    if (bar) closed.push(bar);
  }
  return JSON.stringify({ closed, open: barAt(bars, 0) });
};

/**
 * Writes the engine's state to the store, best effort. It reads at the runner's pulse, so a tick costs it nothing: books
 * and quotes at every pulse, the rest once a second, chains in slices. Nothing it meets reaches the engine.
 */
export const createMirror = (options: {
  readonly store: StateStore;
  readonly wallNow: () => number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  readonly log: Log;
}): Mirror => {
  const { store, wallNow, speed, log } = options;
  const books = createBookMirror(store);
  const chains = createChainMirror(store);
  const analytics = createAnalyticsMirror(store);
  const account = createAccountMirror(store);
  let slowAt = Number.NEGATIVE_INFINITY;
  let problems = 0;

  const write = (state: State, view: EngineView): void => {
    const moment: Moment = { marketAt: view.marketAt, wallNow: wallNow(), speed };
    const slow = moment.wallNow - slowAt >= SLOW_EVERY_MS;
    if (slow) slowAt = moment.wallNow;
    const symbols = [...state.symbols.values()];
    chains(symbols, moment);
    for (const symbol of symbols) {
      books(symbol, moment);
      if (slow && Number.isFinite(symbol.tradeAt)) {
        const stamp = stampOf(moment, symbol.tradeAt);
        store.put(`market:${symbol.symbol}:bars:1min`, { kind: 'json', text: barsText(symbol) }, stamp);
      }
    }
    if (!slow) return;
    analytics(view, moment);
    account(view, moment);
  };

  return {
    pulse: (state, view) => {
      try {
        write(state, view);
      } catch (error) {
        problems += 1;
        if (problems === 1) log('error', 'the state could not be mirrored; trading goes on', { error });
      }
      void store.flush();
    },
  };
};
