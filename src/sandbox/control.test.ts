import { afterAll, expect, test } from 'bun:test';
import { nyTime, seededMarket } from '../../tests/support/seeded.ts';
import { NOTHING_CONTROLLED, startControl } from './control.ts';

const start = nyTime('2026-11-18', '11:00');
const market = seededMarket(3, start, ['SPY']);
const control = startControl({ ...NOTHING_CONTROLLED, tws: { inject: () => {}, market } });
afterAll(control.stop);
const url = `${control.url}/market/scenario`;
const post = (body: unknown, type = 'application/json'): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) });

test('tells the scenarios, and switches the market to one from its next minute on', async () => {
  expect((await (await fetch(url)).json()) as string[]).toEqual([...(market.scenarios?.names ?? [])]);
  expect((await post({ scenario: 'crash' })).status).toBe(204);
  market.advanceTo(nyTime('2026-11-18', '11:45'));
  const usual = seededMarket(3, market.now(), ['SPY']).quote('SPY')?.lastPrice ?? Number.NaN;
  expect(market.quote('SPY')?.lastPrice ?? Number.NaN).toBeLessThan(0.97 * usual);
});

test('refuses what it does not know, says what it expected, and changes nothing', async () => {
  const unknown = await post({ scenario: 'doom' });
  expect(unknown.status).toBe(409);
  expect(await unknown.text()).toContain('expected one of mixed');
  expect((await post({ scenario: 7 })).status).toBe(400);
  expect((await post({ scenario: 'calm', now: true })).status).toBe(400);
  expect((await post({ scenario: 'calm' }, 'text/plain')).status).toBe(415);
  expect((await fetch(`${control.url}/market/other`)).status).toBe(404);
});

test('says that a recording has no scenarios', async () => {
  const { scenarios: _none, ...recorded } = market;
  const other = startControl({
    ...NOTHING_CONTROLLED,
    tws: { inject: () => {}, market: { ...recorded, description: 'a recording' } },
  });
  const answer = await fetch(`${other.url}/market/scenario`);
  other.stop();
  expect(answer.status).toBe(409);
  expect(await answer.text()).toBe('a recording has no scenarios');
});
