import type { FeedId } from '../inputs.ts';
import type { Denial } from '../outputs.ts';
import type { Rule } from './rule.ts';

const REQUIRED: readonly FeedId[] = ['ibkr.quotes', 'alphavantage.options'];

/** A feed we depend on must have said that it is live. */
export const feedsLive: Rule = ({ state }) => {
  const denials: Denial[] = [];
  for (const feed of REQUIRED) {
    const known = state.feeds.get(feed)?.state ?? 'unreported';
    if (known !== 'live') denials.push({ code: 'feed-not-live', facts: { feed, state: known } });
  }
  return denials;
};
