import type { FeedId, FeedState, MarketInput } from '../../core/inputs.ts';
import type { Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';

export const IBKR_FEEDS = [
  'ibkr.session',
  'ibkr.quotes',
  'ibkr.trades',
  'ibkr.depth',
  'ibkr.bars',
  'ibkr.auction',
  'ibkr.history',
  'ibkr.account',
] as const;
export type IbkrFeedId = Extract<FeedId, `ibkr.${string}`>;

export interface Health {
  /** Reports when something has changed. */
  set(feed: IbkrFeedId, state: FeedState, reason: string | null): void;
  /** Counts what was refused at the border; told with the next report, at the latest after a second. */
  refuse(feed: IbkrFeedId, reason: string): void;
  state(feed: IbkrFeedId): FeedState;
  stop(): void;
}

const COUNTS_EVERY_MS = 1_000;

/** What we know of each stream of the socket, with what was refused at the border since the start. */
export const createHealth = (options: { readonly emit: Sink<MarketInput>; readonly log: Log }): Health => {
  const known = new Map<IbkrFeedId, { state: FeedState; reason: string | null; refused: Record<string, number> }>();
  const stale = new Set<IbkrFeedId>();
  const of = (feed: IbkrFeedId) => {
    const found = known.get(feed) ?? { state: 'connecting' as FeedState, reason: null, refused: {} };
    known.set(feed, found);
    return found;
  };
  const report = (feed: IbkrFeedId): void => {
    const { state, reason, refused } = of(feed);
    stale.delete(feed);
    options.emit({ kind: 'feed.reported', feed, state, reason, refused: { ...refused } });
  };
  const timer = setInterval(() => {
    for (const feed of [...stale]) report(feed);
  }, COUNTS_EVERY_MS);
  timer.unref();
  return {
    set: (feed, state, reason) => {
      const before = known.get(feed);
      if (before && before.state === state && before.reason === reason) return;
      const now = of(feed);
      now.state = state;
      now.reason = reason;
      options.log(state === 'live' ? 'info' : 'warn', 'feed changed', { feed, state, reason });
      report(feed);
    },
    refuse: (feed, reason) => {
      const { refused } = of(feed);
      refused[reason] = (refused[reason] ?? 0) + 1;
      stale.add(feed);
    },
    state: (feed) => of(feed).state,
    stop: () => clearInterval(timer),
  };
};
