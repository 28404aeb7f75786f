import type { MarketInput, StreamState } from '../../../core/inputs.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Sink } from '../../../ports/feed.ts';
import type { Log } from '../../../ports/log.ts';
import type { Health, IbkrFeedId } from '../health.ts';
import { FEED_OF, type Stream } from './stream.ts';

const MARKET_FEEDS = ['ibkr.quotes', 'ibkr.trades', 'ibkr.depth', 'ibkr.bars'] as const satisfies IbkrFeedId[];

/** A feed is degraded for so long after a message of it did not fit. */
const SPOILED_MS = 5_000;

export interface StreamBoardOptions {
  readonly emit: Sink<MarketInput>;
  readonly health: Health;
  readonly clock: Clock;
  readonly log: Log;
  /** Why the prints of a symbol are late or not whole; null when they are neither. */
  readonly behind: (symbol: string) => string | null;
}

/**
 * Tells how each stream fares, and how its feed does. A stream that fails concerns what depends on it; a feed fails
 * when a farm is broken, or none of its streams is left.
 */
export class StreamBoard {
  readonly #options: StreamBoardOptions;
  readonly #brokenFarms = new Set<string>();
  readonly #spoiled = new Map<IbkrFeedId, { readonly reason: string; readonly until: number }>();

  constructor(options: StreamBoardOptions) {
    this.#options = options;
  }

  /** False when it was so already. */
  set(stream: Stream, state: StreamState, reason: string | null): boolean {
    if (stream.state === state && (stream.reason === reason || state === 'silent')) return false;
    const { log, emit } = this.#options;
    const { kind, symbol } = stream;
    if (state !== 'live') log('warn', 'a stream cannot be relied on', { kind, symbol, state, reason });
    else if (stream.state !== 'waiting') log('info', 'a stream is well again', { kind, symbol, was: stream.state });
    stream.state = state;
    stream.reason = reason;
    // The best quote of a symbol comes from its quote stream: ticks of bid and ask only add to it.
    if (kind === 'bid-ask') return true;
    const behind = kind === 'trades' && state === 'live' ? this.#options.behind(symbol) : null;
    const told = behind === null ? { state, reason } : { state: 'silent' as const, reason: behind };
    emit({ kind: 'stream.reported', feed: FEED_OF[kind], symbol, ...told });
    return true;
  }

  farm(name: string, broken: boolean): void {
    if (broken) this.#brokenFarms.add(name);
    else this.#brokenFarms.delete(name);
  }

  /** A message of that feed did not fit: what it would have said is missing. */
  spoil(feed: IbkrFeedId, reason: string, now: number): void {
    this.#spoiled.set(feed, { reason, until: now + SPOILED_MS });
  }

  forgetFarms(): void {
    this.#brokenFarms.clear();
  }

  down(reason: string): void {
    for (const feed of MARKET_FEEDS) this.#options.health.set(feed, 'down', reason);
  }

  judge(streams: Iterable<Stream>, now: number): void {
    const farms = this.#brokenFarms.size > 0 ? `market data farm broken: ${[...this.#brokenFarms].join(', ')}` : null;
    const count = new Map<IbkrFeedId, { all: number; well: number; reason: string | null }>();
    for (const { kind, state, reason } of streams) {
      if (kind === 'bid-ask') continue;
      const feed = count.get(FEED_OF[kind]) ?? { all: 0, well: 0, reason: null };
      feed.all += 1;
      if (state === 'live' || state === 'waiting') feed.well += 1;
      else feed.reason ??= reason;
      count.set(FEED_OF[kind], feed);
    }
    for (const [feed, { all, well, reason }] of count) {
      const spoiled = this.#spoiled.get(feed);
      const unfit = spoiled && now < spoiled.until ? spoiled.reason : null;
      const trouble = farms ?? unfit ?? (well === 0 && all > 0 ? reason : null);
      this.#options.health.set(feed, trouble === null ? 'live' : 'degraded', trouble);
    }
  }
}
