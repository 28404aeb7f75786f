import { expect, type Locator, test } from 'playwright/test';
import postgres from 'postgres';
import { startServer, type TestServer } from '../support/server.ts';
import { complaintsOf, type DemoName, feedOf, openFeed, signInAs } from './support/pages.ts';

let server: TestServer;

/** `npm start` itself: bootstrap, embedded PostgreSQL, sandboxed vendors, the engine on its thread. */
test.beforeAll(async () => {
  test.setTimeout(90_000);
  server = await startServer({ viaNpm: true, env: { SANDBOX_SPEED: '20', SANDBOX_SEED: '1' } });
});
test.afterAll(() => server.stop());

const shots = process.env['SCREENSHOTS_DIR'];

test('a signal that the engine itself finds reaches Premium at once, Basic after 60 s and Free after 300 s, each in its own words', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const complaints: string[] = [];
  const feedFor = async (who: DemoName): Promise<Locator> => {
    const page = await (await browser.newContext()).newPage();
    const heard = complaintsOf(page);
    await signInAs(page, server.url.replace('127.0.0.1', 'localhost'), who);
    await openFeed(page, server.url.replace('127.0.0.1', 'localhost'));
    page.on('close', () => complaints.push(...heard));
    return feedOf(page).signals;
  };
  const premium = await feedFor('Premium member');
  const basic = await feedFor('Basic member');
  const free = await feedFor('Free member');

  const first = premium.filter({ hasText: /^.*BUY / }).last();
  await expect(first).toBeVisible({ timeout: 150_000 });
  const words = await first.locator('.signal-wording').textContent();
  const told = /^BUY (\w+) ([\d.]+)([CP]) @ (\d+\.\d\d), Stop @ (\d+\.\d\d), Target (\d+\.\d\d)$/.exec(words ?? '');
  expect(told, `Premium's words: ${words}`).not.toBeNull();
  const [, symbol = '', , right = ''] = told ?? [];
  const side = right === 'C' ? 'Calls' : 'Puts';
  const basicWords = new RegExp(`BUY ${symbol} ${side} around \\d+ strike, trailing stop active`);
  const freeWords = `${right === 'C' ? 'Bullish' : 'Bearish'} ${symbol} setup triggered, premium members entered ${side.toLowerCase()}`;
  await expect(basic).toHaveCount(0);
  await expect(free).toHaveCount(0);

  const sql = postgres(server.runtime().databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  const shift = (seconds: number) =>
    sql.unsafe(
      `create or replace function policy_now() returns timestamptz language sql stable as $$ select clock_timestamp() + interval '${seconds} seconds' $$`,
    );
  try {
    await shift(60);
    await expect(basic.filter({ hasText: basicWords })).toHaveCount(1, { timeout: 10_000 });
    await expect(free).toHaveCount(0);
    await shift(300);
    await expect(free.filter({ hasText: freeWords }).first()).toBeVisible({ timeout: 10_000 });
  } finally {
    await sql.end();
  }
  const entry = told?.[4] ?? 'no entry price';
  for (const lower of [basic, free]) expect((await lower.allTextContents()).join('\n')).not.toContain(`@ ${entry}`);
  if (shots)
    for (const [name, feed] of Object.entries({ premium, basic, free }))
      await feed.page().screenshot({ path: `${shots}/live-${name}.png` });
  expect(complaints).toEqual([]);
});

test('the operator sees feeds, figures and limits, and the kill switch blocks until the broker shows nothing held', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await signInAs(page, server.url.replace('127.0.0.1', 'localhost'), 'Operator');
  await page.goto(`${server.url.replace('127.0.0.1', 'localhost')}/admin`);
  await expect(page.locator('#feeds').getByText('ibkr.trades')).toBeVisible();
  await expect(page.getByText('SPY', { exact: true }).first()).toBeVisible();
  if (shots) await page.screenshot({ path: `${shots}/live-admin.png`, fullPage: true });
  const cookie = await server.signIn('operator@demo.quanticity.example');
  await page
    .getByLabel(/reason/i)
    .first()
    .fill('drill from the browser');
  await page.getByLabel('Cancel every order and close every position.').check();
  await page.getByRole('button', { name: 'Stop trading now' }).click();
  await expect.poll(async () => (await server.view(cookie))?.kill.engaged, { timeout: 10_000 }).toBe(true);
  await expect.poll(async () => (await server.view(cookie))?.kill.flat, { timeout: 30_000 }).toBe(true);
  const view = await server.view(cookie);
  expect(view?.positions.filter(({ quantity }) => quantity !== 0)).toEqual([]);
  expect(view?.kill.reason).toContain('drill from the browser');
});
