import { afterEach, expect, test } from 'bun:test';
import type { MarketInput } from '../../src/engine/core/inputs.ts';
import { createAlphaVantageFeed } from '../../src/engine/shell/alphavantage/feed.ts';
import type { AlphaVantageFault } from '../../src/sandbox/alphavantage/faults.ts';
import { startAlphaVantageSandbox } from '../../src/sandbox/alphavantage/server.ts';
import { TEN_O_CLOCK, TinyMarket } from '../support/tiny-market.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The first chain or refusal of our feed from a sandbox that misbehaves in one way. */
const firstWith = async (fault: AlphaVantageFault | null) => {
  const market = new TinyMarket();
  const sandbox = await startAlphaVantageSandbox({ market, port: 0 });
  closers.push(sandbox.stop);
  if (fault) sandbox.faults.set(fault);
  const inputs: MarketInput[] = [];
  const feed = createAlphaVantageFeed({
    baseUrl: sandbox.url,
    apiKeys: ['demo'],
    optionSymbols: ['SPX'],
    barSymbols: ['AMZN'],
    openEveryMs: { options: 30, bars: 30 },
    clock: { now: () => TEN_O_CLOCK },
    log: () => {},
  });
  closers.push(feed.stop);
  await feed.start((input) => inputs.push(structuredClone(input)));
  await Bun.sleep(150);
  const chain = inputs.find((input) => input.kind === 'chain.seen')?.chain ?? null;
  const reports = inputs.flatMap((input) =>
    input.kind === 'feed.reported' && input.feed === 'alphavantage.options' ? [input] : [],
  );
  return { chain, report: reports.at(-1), inputs };
};

test('a chain and minute bars of the sandbox arrive as the market has them', async () => {
  const { chain, report, inputs } = await firstWith(null);
  expect(report?.state).toBe('live');
  expect(chain?.rowCount).toBe(4);
  expect([chain?.bid[0], chain?.ask[0], chain?.openInterest[0], chain?.gamma[0], chain?.thetaPerDay[0]]).toEqual([
    4.9, 5, 123, 0.002, -1.5,
  ]);
  expect(chain?.last[0]).toBeNaN();
  // The SPX root settles at the open of its third Friday, which in April 2022 was a holiday.
  expect([...(chain?.settlesAm ?? [])]).toEqual([0, 0, 0, 1]);
  expect(inputs.filter(({ kind }) => kind === 'vendor-bar.seen').length).toBeGreaterThan(0);
});

test.each([
  ['note', 'note'],
  ['information', 'information'],
  ['error-message', 'error-message'],
  ['premium-placeholder', 'premium-placeholder'],
  ['truncated', 'truncated-json'],
  ['not-json', 'not-json'],
  ['http-500', 'http-500'],
] as const)('%s gives no chain and is counted as %s', async (fault, kind) => {
  const { chain, report } = await firstWith(fault);
  expect(chain).toBeNull();
  expect(report?.state).toBe('degraded');
  expect(report?.refused[kind]).toBeGreaterThan(0);
});

test('missing open interest is absent, all-zero gammas are zeros, crossed quotes are absent and counted', async () => {
  expect((await firstWith('missing-oi')).chain?.openInterest[0]).toBeNaN();
  expect((await firstWith('all-gamma-zero')).chain?.gamma[0]).toBe(0);
  const { chain } = await firstWith('crossed-quotes');
  expect(chain?.bid[0]).toBeNaN();
  expect(chain?.rejected['crossed-quote']).toBeGreaterThan(0);
});
