import { expect, test } from 'bun:test';
import type { MarketInput } from '../core/inputs.ts';
import type { OptionContract } from '../core/market/contract.ts';
import type { Feed } from '../ports/feed.ts';

export interface FeedUnderTest {
  readonly feed: Feed;
  /** Must be called once the feed's sink is in place, where something else is needed for the source to speak. */
  readonly begin: () => Promise<void>;
  readonly option: OptionContract;
  readonly close: () => Promise<void>;
}

/** What every feed must do with a source that is well. */
export const feedContract = (create: () => Promise<FeedUnderTest>): void => {
  test('tells that it is connecting, then live, then hands over market data, and nothing after stop', async () => {
    const { feed, begin, option, close } = await create();
    const inputs: MarketInput[] = [];
    await feed.start((input) => inputs.push(structuredClone(input)));
    await begin();
    feed.watch(option);
    feed.watch(option);
    const has = (holds: (input: MarketInput) => boolean): boolean => inputs.some(holds);
    const deadline = Date.now() + 4_000;
    while (!has(({ kind }) => kind === 'chain.seen' || kind === 'quote.seen') && Date.now() < deadline)
      await Bun.sleep(5);
    const states = inputs.flatMap((input) => (input.kind === 'feed.reported' ? [input.state] : []));
    expect(states[0]).toBe('connecting');
    expect(states).toContain('live');
    expect(has(({ kind }) => kind !== 'feed.reported' && kind !== 'depth.reset')).toBe(true);
    feed.unwatch(option);
    feed.unwatch(option);
    await feed.stop();
    const before = inputs.length;
    await Bun.sleep(100);
    expect(inputs).toHaveLength(before);
    await close();
  });
};
