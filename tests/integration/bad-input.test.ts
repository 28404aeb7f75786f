import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import type { EngineView } from '../../src/engine/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { demo, startServer, type TestServer, until } from '../support/server.ts';

/*
 * What vendors get wrong, through the whole line: the sandbox sends it over the wire, and the operators' page must count
 * it and name it, while no figure is made of it.
 */
let database: TestDatabase;
let server: TestServer;
let cookie: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ databaseUrl: database.url, env: { SANDBOX_SPEED: '5' } });
  cookie = await server.signIn(demo('operator'));
  await until(
    'the first chain',
    30_000,
    async () => typeof exposureOf(await server.view(cookie))?.gex.value === 'number',
  );
}, 60_000);
afterAll(async () => {
  await server.stop();
  await database.drop();
});
beforeEach(async () => {
  await fetch(`${sandbox().alphaVantageUrl}/__sandbox/faults`, { method: 'DELETE' });
});

const sandbox = () => {
  const found = server.runtime().sandbox;
  if (!found?.alphaVantageUrl || !found.controlUrl) throw new Error('the server runs without its sandbox');
  return { alphaVantageUrl: found.alphaVantageUrl, controlUrl: found.controlUrl };
};
const post = async (url: string, body: unknown): Promise<void> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
};
const spoil = (name: string): Promise<void> => post(`${sandbox().alphaVantageUrl}/__sandbox/faults`, { name });
const break_ = (fault: object): Promise<void> => post(`${sandbox().controlUrl}/tws/faults`, fault);

const exposureOf = (view: EngineView | null) => view?.symbols.find(({ symbol }) => symbol === 'SPY')?.exposure ?? null;
const feedOf = (view: EngineView | null, feed: string) => view?.feeds.find((found) => found.feed === feed);
const adminPage = async (): Promise<string> => (await fetch(`${server.url}/admin`, { headers: { cookie } })).text();
const refusedCount = async (feed: string, reason: string): Promise<number> =>
  feedOf(await server.view(cookie), feed)?.refused[reason] ?? 0;

test('a market that is well raises no anomaly: bid and ask that move together are never read as crossed', async () => {
  await Bun.sleep(5_000);
  const view = await server.view(cookie);
  expect(view?.symbols.every(({ trades }) => trades > 50)).toBe(true);
  // That prints come late is true of a machine that is busy with other things; it says nothing of the market.
  const ofTheMarket = view?.anomalies.filter(({ facts }) => !/^prints come .* late$/.test(String(facts['reason'])));
  expect(ofTheMarket).toEqual([]);
}, 20_000);

describe('Alpha Vantage answers 200 with something that is no chain', () => {
  test.each(['note', 'information', 'error-message', 'premium-placeholder', 'truncated', 'not-json', 'http-500'])(
    '%s is counted under its name, the feed is not live, and the last good chain stays as old as it is',
    async (fault) => {
      const before = exposureOf(await server.view(cookie));
      await spoil(fault);
      const feed = await until(`a feed that is not live, for ${fault}`, 20_000, async () => {
        const seen = feedOf(await server.view(cookie), 'alphavantage.options');
        return seen && seen.state !== 'live' ? seen : null;
      });
      const reasons = Object.keys(feed.refused);
      expect(reasons.length).toBeGreaterThan(0);
      expect(feed.reason).toBeTruthy();
      const page = await adminPage();
      for (const reason of reasons) expect(page).toContain(reason);
      const after = exposureOf(await server.view(cookie));
      expect(after?.contracts).toBe(before?.contracts ?? -1);
      await fetch(`${sandbox().alphaVantageUrl}/__sandbox/faults`, { method: 'DELETE' });
      await until(
        'the feed live again',
        20_000,
        async () => feedOf(await server.view(cookie), 'alphavantage.options')?.state === 'live',
      );
    },
    60_000,
  );
});

test('a chain whose gammas are all zero gives no exposure at all, with the reason, and never a zero', async () => {
  await spoil('all-gamma-zero');
  const exposure = await until('the refused chain', 20_000, async () => {
    const seen = exposureOf(await server.view(cookie));
    return seen && seen.gex.value === null ? seen : null;
  });
  expect(exposure.gex).toMatchObject({ value: null, reason: 'all-gamma-zero' });
  expect(exposure.gammaFlip.value).toBeNull();
  expect(exposure.callWall.value).toBeNull();
  expect(await adminPage()).toContain('all-gamma-zero');
}, 40_000);

test('contracts without open interest are left out and counted', async () => {
  await spoil('missing-oi');
  const exposure = await until('rejections for missing open interest', 20_000, async () => {
    const seen = exposureOf(await server.view(cookie));
    return seen && Object.keys(seen.rejected).some((reason) => reason.includes('open-interest')) ? seen : null;
  });
  const [reason = ''] = Object.keys(exposure.rejected).filter((name) => name.includes('open-interest'));
  expect(exposure.rejected[reason]).toBeGreaterThan(0);
  expect(await adminPage()).toContain(reason);
}, 40_000);

test('crossed quotes in the chain are counted by name', async () => {
  await spoil('crossed-quotes');
  await until('crossed quotes on the page', 20_000, async () => {
    const view = await server.view(cookie);
    const inFeed = Object.keys(feedOf(view, 'alphavantage.options')?.refused ?? {});
    const inChain = Object.keys(exposureOf(view)?.rejected ?? {});
    return [...inFeed, ...inChain].some((reason) => reason.includes('crossed'));
  });
  expect(await adminPage()).toContain('crossed');
}, 40_000);

test('an unknown TWS message is counted and the socket stays', async () => {
  const before = await refusedCount('ibkr.session', 'unknown-message');
  await break_({ kind: 'unknown-message' });
  await until('the count', 10_000, async () => (await refusedCount('ibkr.session', 'unknown-message')) === before + 1);
  expect(feedOf(await server.view(cookie), 'ibkr.session')?.state).toBe('live');
  expect(await adminPage()).toContain('unknown-message');
}, 30_000);

test('a truncated frame is counted, the connection is made anew and the engine goes on', async () => {
  await break_({ kind: 'truncate-frame' });
  await until('the count', 15_000, async () => (await refusedCount('ibkr.session', 'truncated-frame')) > 0);
  await until('a synced broker again', 30_000, async () => (await server.view(cookie))?.broker.synced);
  expect(await adminPage()).toContain('truncated-frame');
}, 60_000);
