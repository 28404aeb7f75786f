import type { FeedId } from '../inputs.ts';
import type { Denial } from '../outputs.ts';
import { streamKey } from '../streams.ts';
import type { Rule } from './rule.ts';

/** What a trade in a symbol's options rests on: its quote, its prints, its book and its chain. */
const OF_SYMBOL: readonly FeedId[] = ['ibkr.quotes', 'ibkr.trades', 'ibkr.depth', 'alphavantage.options'];

/**
 * A stream that is known to be silent, delayed, frozen or refused blocks what rests on it, and nothing else: other symbols
 * go on. One of which nothing was reported is judged by the age of its data alone.
 */
export const streamsLive: Rule = ({ state, symbol, intent }) => {
  const denials: Denial[] = [];
  const check = (feed: FeedId, name: string): void => {
    const stream = state.streams.get(streamKey(feed, name));
    if (stream === undefined || stream.state === 'live') return;
    const { state: known, reason } = stream;
    denials.push({
      code: 'stream-not-live',
      facts: { feed, symbol: name, state: known, reason: reason ?? 'not given' },
    });
  };
  for (const feed of OF_SYMBOL) check(feed, symbol.symbol);
  check('ibkr.quotes', intent.contract.id);
  return denials;
};
