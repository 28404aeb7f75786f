import type { FeedId, FeedState, MarketInput } from '../../core/inputs.ts';
import type { Instant } from '../../core/types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed, Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';
import { type Refusal, refusal } from './body.ts';
import { parseOptionsChain } from './chain/parse-chain.ts';
import { parseMinuteBars } from './parse-minute-bars.ts';
import { createPolls } from './polls.ts';

export interface AlphaVantageOptions {
  /** `https://www.alphavantage.co`, or the sandbox's. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly optionSymbols: readonly string[];
  readonly barSymbols: readonly string[];
  /** Wall milliseconds between two questions about the same symbol. */
  readonly optionsEveryMs: number;
  readonly barsEveryMs: number;
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}

const TIMEOUT_MS = 20_000;
const MINUTE_MS = 60_000;
/** So many unanswered questions in a row, and the feed is down rather than degraded. */
const DOWN_AFTER = 3;
const UNANSWERED: ReadonlySet<string> = new Set(['timeout', 'network']);

const queryUrl = (baseUrl: string): string => `${baseUrl.replace(/\/+$/, '').replace(/\/query$/, '')}/query`;

/** Bytes of an answer with status 200; everything else is a refusal. Never throws. */
const ask = async (url: string, timeoutMs: number, stopped: AbortSignal): Promise<Uint8Array | Refusal> => {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopped]),
      redirect: 'error',
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return response.status === 200 ? bytes : refusal(`http-${response.status}`, `status ${response.status}`);
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return name === 'TimeoutError'
      ? refusal('timeout', `no answer within ${timeoutMs} ms`)
      : refusal('network', error instanceof Error ? error.message : String(error));
  }
};

/** What we know of one of the two feeds: reported when its state or its counts change. */
const createHealth = (feed: FeedId, redact: (text: string) => string, emit: Sink<MarketInput>, log: Log) => {
  const refused: Record<string, number> = {};
  let state: FeedState = 'connecting';
  let unanswered = 0;
  const report = (reason: string | null): void =>
    emit({ kind: 'feed.reported', feed, state, reason, refused: { ...refused } });
  return {
    connecting: (): void => report(null),
    answered: (rejected: Readonly<Record<string, number>>): void => {
      unanswered = 0;
      const reasons = Object.entries(rejected);
      for (const [reason, times] of reasons) refused[reason] = (refused[reason] ?? 0) + times;
      if (state === 'live' && reasons.length === 0) return;
      if (state !== 'live') log('info', 'feed is live', { feed });
      state = 'live';
      report(null);
    },
    refused: (problem: Refusal): void => {
      refused[problem.kind] = (refused[problem.kind] ?? 0) + 1;
      unanswered = UNANSWERED.has(problem.kind) ? unanswered + 1 : 0;
      const reason = redact(`${problem.kind}: ${problem.message}`).slice(0, 300);
      if (state !== 'degraded' && state !== 'down') log('warn', 'feed gave no data', { feed, reason });
      state = unanswered >= DOWN_AFTER ? 'down' : 'degraded';
      report(reason);
    },
  };
};

export const createAlphaVantageFeed = (options: AlphaVantageOptions): Feed => {
  const { apiKey, clock, log } = options;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const stopped = new AbortController();
  const polls = createPolls();
  const newestBar = new Map<string, Instant>();
  const redact = (text: string): string => text.replaceAll(apiKey, '***').replaceAll(encodeURIComponent(apiKey), '***');
  const urlFor = (parameters: Readonly<Record<string, string>>): string =>
    `${queryUrl(options.baseUrl)}?${new URLSearchParams({ ...parameters, apikey: apiKey })}`;
  const question = (parameters: Readonly<Record<string, string>>) => ask(urlFor(parameters), timeoutMs, stopped.signal);

  const pollOptions = (emit: Sink<MarketInput>, health: ReturnType<typeof createHealth>) => async (symbol: string) => {
    const answer = await question({ function: 'REALTIME_OPTIONS', symbol, require_greeks: 'true' });
    if (stopped.signal.aborted) return;
    const parsed = answer instanceof Uint8Array ? parseOptionsChain(answer, symbol, clock.now()) : answer;
    if (!parsed.ok) {
      health.refused(parsed);
      return;
    }
    health.answered(parsed.chain.rejected);
    emit({ kind: 'chain.seen', chain: parsed.chain });
  };
  const pollBars = (emit: Sink<MarketInput>, health: ReturnType<typeof createHealth>) => async (symbol: string) => {
    const answer = await question({
      function: 'TIME_SERIES_INTRADAY',
      symbol,
      interval: '1min',
      outputsize: 'compact',
    });
    if (stopped.signal.aborted) return;
    const parsed = answer instanceof Uint8Array ? parseMinuteBars(answer, symbol) : answer;
    if (!parsed.ok) {
      health.refused(parsed);
      return;
    }
    health.answered(parsed.rejected);
    const now = clock.now();
    for (const bar of parsed.bars) {
      // The newest bar may still be forming, and a bar once told is not told again.
      if (bar.openAt + MINUTE_MS > now || bar.openAt <= (newestBar.get(symbol) ?? 0)) continue;
      newestBar.set(symbol, bar.openAt);
      emit(bar);
    }
  };

  return {
    start: async (emit) => {
      const optionsHealth = createHealth('alphavantage.options', redact, emit, log);
      const barsHealth = createHealth('alphavantage.bars', redact, emit, log);
      if (options.optionSymbols.length > 0) optionsHealth.connecting();
      if (options.barSymbols.length > 0) barsHealth.connecting();
      polls.every(options.optionsEveryMs, options.optionSymbols, pollOptions(emit, optionsHealth));
      polls.every(options.barsEveryMs, options.barSymbols, pollBars(emit, barsHealth));
    },
    watch: () => {},
    unwatch: () => {},
    stop: async () => {
      stopped.abort();
      await polls.stop();
    },
  };
};
