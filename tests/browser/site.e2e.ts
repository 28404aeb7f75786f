import { expect, type Locator, test } from 'playwright/test';
import { insertReport } from '../../src/db/queries/reports.ts';
import { exampleSignal } from '../../src/engine/testing/example-signal.ts';
import { mailTo, pathOf } from '../support/mails.ts';
import { commitSignal, shiftPolicyClock } from '../support/signals.ts';
import { exampleView } from '../support/view.ts';
import { complaintsOf, type DemoName, feedOf, openFeed, overflows, signInAs } from './support/pages.ts';
import { type BrowserSite, startSite } from './support/server.ts';

let site: BrowserSite;

test.beforeEach(async () => {
  site = await startSite();
});
test.afterEach(async () => {
  await site.stop();
});

const shots = process.env['SCREENSHOTS_DIR'];

test.use({ colorScheme: process.env['SCREENSHOTS_DARK'] ? 'dark' : 'light' });

const emit = async (changes: Parameters<typeof exampleSignal>[0] = {}): Promise<void> => {
  await commitSignal(site.database.db, exampleSignal(changes));
  site.bus.publish('signals.committed', {});
};

test('a signal reaches the Premium page by itself, in full, and the page complains of nothing', async ({ page }) => {
  const complaints = complaintsOf(page);
  await signInAs(page, site.url, 'Premium member');
  await openFeed(page, site.url);
  const { signals, status } = feedOf(page);
  await expect(signals).toHaveCount(0);
  await expect(page.getByText('No signals yet.')).toBeVisible();
  await emit();
  await expect(signals).toHaveCount(1);
  await expect(signals.first()).toContainText('BUY SPY 440C @ 2.50, Stop @ 2.10, Target 5.00');
  await expect(signals.first()).toContainText('Simulated trading');
  await expect(page.getByText('No signals yet.')).toBeHidden();
  await emit({ version: 2, change: 'updated', update: 'filled' });
  await emit({ version: 3, change: 'closed', outcome: 'stopped', exitPrice: 2.1, returnPercent: -16.4 });
  await expect(signals).toHaveCount(3);
  await expect(signals.first()).toContainText('Closed');
  await expect(signals.last()).toContainText('BUY SPY 440C');
  await expect(status).toContainText(/Live · last update \d\d:\d\d:\d\d/);
  const streamed = await signals.first().evaluate((element) => element.outerHTML);
  await page.reload();
  await expect(signals).toHaveCount(3);
  const served = await signals.first().evaluate((element) => element.outerHTML);
  expect(served).toBe(streamed);
  expect(complaints).toEqual([]);
});

test('each plan hears of one signal in its own time and words', async ({ browser }) => {
  const signalsFor = async (who: DemoName): Promise<Locator> => {
    const page = await (await browser.newContext()).newPage();
    await signInAs(page, site.url, who);
    await openFeed(page, site.url);
    return feedOf(page).signals;
  };
  const premium = await signalsFor('Premium member');
  const basic = await signalsFor('Basic member');
  const free = await signalsFor('Free member');
  await emit();
  await expect(premium).toHaveCount(1);
  await expect(basic).toHaveCount(0);
  await shiftPolicyClock(site.database.db, 60_000);
  await expect(basic).toContainText('BUY SPY Calls around 440 strike, trailing stop active');
  await expect(free).toHaveCount(0);
  await shiftPolicyClock(site.database.db, 300_000);
  await expect(free).toContainText('Bullish SPY setup triggered, premium members entered calls');
  await expect(free).not.toContainText('440');
});

test('a signal between the page and its stream, or while the stream is down, is not lost', async ({ page }) => {
  await signInAs(page, site.url, 'Premium member');
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/live?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${site.url}/feed`);
  await emit();
  release();
  const { signals } = feedOf(page);
  await expect(signals).toHaveCount(1);
  await page.evaluate('document.getElementById("feed")._htmx.sse.reader.cancel()');
  await emit({ version: 2, change: 'updated', update: 'filled' });
  await expect(signals).toHaveCount(2, { timeout: 20_000 });
  await emit({ version: 3, change: 'closed', outcome: 'not-filled' });
  await expect(signals).toHaveCount(3);
});

test('a silent connection is called stale after 45 seconds, given up and made anew', async ({ page }) => {
  const quiet = await startSite({ heartbeatMs: 3_600_000 });
  try {
    await signInAs(page, quiet.url, 'Free member');
    await page.clock.install();
    await openFeed(page, quiet.url);
    const { status } = feedOf(page);
    await page.clock.fastForward(40_000);
    await expect(status).toHaveAttribute('data-state', 'live');
    const again = page.waitForRequest('**/live?*');
    await page.clock.fastForward(6_000);
    await expect(status).toContainText('STALE');
    await page.clock.runFor(3_000);
    await again;
    await expect(status).toHaveAttribute('data-state', 'live');
  } finally {
    await quiet.stop();
  }
});

test('a changed plan rebuilds the page, and the end of the session stops it with words and without a loop', async ({
  page,
}) => {
  await signInAs(page, site.url, 'Free member');
  await openFeed(page, site.url);
  await site.database
    .sql`insert into comps (user_id, tier, actor, reason) select id, 'premium', '{}', 'a test' from users where email like 'free@%'`;
  await expect(page.getByText('You see signals as they are made.')).toBeVisible({ timeout: 10_000 });
  await expect(feedOf(page).status).toHaveAttribute('data-state', 'live');
  let attempts = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/live') attempts += 1;
  });
  await site.database.sql`delete from sessions`;
  await expect(feedOf(page).status).toContainText('You are signed out', { timeout: 10_000 });
  await page.waitForTimeout(3_000);
  expect(attempts).toBeLessThanOrEqual(1);
  await expect(page).toHaveURL(/\/feed$/);
});

test('a stream that is refused at once says so instead of showing the refusal as a signal', async ({ page }) => {
  await signInAs(page, site.url, 'Free member');
  await page.route('**/live?*', async (route) => route.fulfill({ status: 401, body: 'Sign in again.' }));
  await page.goto(`${site.url}/feed`);
  await expect(feedOf(page).status).toContainText('You are signed out');
  await expect(page.locator('#feed')).not.toContainText('Sign in again.');
});

test('a stream that cannot be opened at first is opened once the server is back', async ({ page }) => {
  await signInAs(page, site.url, 'Premium member');
  let refusals = 0;
  await page.route('**/live?*', async (route) => {
    refusals += 1;
    if (refusals === 1) await route.fulfill({ status: 503, body: 'The server is going down.' });
    else if (refusals === 2) await route.abort('connectionrefused');
    else await route.continue();
  });
  await page.goto(`${site.url}/feed`);
  await expect(feedOf(page).status).toContainText('trying again');
  await emit();
  await expect(feedOf(page).signals).toHaveCount(1, { timeout: 20_000 });
  await expect(feedOf(page).status).toHaveAttribute('data-state', 'live');
  await expect(page.locator('#feed')).not.toContainText('going down');
});

test('hostile text in a signal stays text, on the page and in the stream', async ({ page }) => {
  const complaints = complaintsOf(page);
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
  const { contract } = exampleSignal();
  await signInAs(page, site.url, 'Premium member');
  await openFeed(page, site.url);
  await emit({
    contract: { ...contract, underlying: hostile },
    triggeredBy: [hostile],
    riskFactors: ['<b hx-get="/admin">x</b>'],
  });
  const { signals } = feedOf(page);
  await expect(signals).toHaveCount(1);
  await expect(signals.locator('img, script, [hx-get]')).toHaveCount(0);
  await page.reload();
  await expect(signals).toHaveCount(1);
  await expect(signals.locator('img, script, [hx-get]')).toHaveCount(0);
  expect(await page.title()).toContain('QuantiCity');
  expect(complaints).toEqual([]);
});

test('the kill switch is asked for with a reason and shows requested, engaged and flat as the engine reports', async ({
  page,
}) => {
  const complaints = complaintsOf(page);
  site.engine.show(exampleView());
  await signInAs(page, site.url, 'Operator');
  await expect(page).toHaveURL(/\/admin$/);
  const stage = page.locator('#kill-state');
  await expect(stage).toHaveAttribute('data-stage', 'armed');
  await expect(page.locator('#positions')).toContainText('2.10 for all 5');
  const form = page.getByRole('form', { name: 'Kill switch' });
  await form.getByRole('button', { name: 'Stop trading now' }).click();
  await expect(stage).toHaveAttribute('data-stage', 'armed');
  await form.getByLabel('Reason').fill('fat finger <b>drill</b>');
  await expect(page.locator('#refresh-status')).toContainText('Renewed');
  await page.waitForTimeout(1_500);
  await expect(form.getByLabel('Reason')).toHaveValue('fat finger <b>drill</b>');
  await form.getByLabel('Cancel every order').check();
  await form.getByRole('button', { name: 'Stop trading now' }).click();
  await expect(stage).toHaveAttribute('data-stage', 'requested');
  const [row] = await site.database.sql`select command, reason, actor from commands`;
  expect(row).toMatchObject({
    command: { kind: 'kill' },
    reason: 'fat finger <b>drill</b>',
    actor: { kind: 'operator' },
  });
  const since = exampleView().marketAt;
  const engaged = { engaged: true, by: 'operator@demo.quanticity.example', reason: 'fat finger', since, flat: false };
  site.engine.show(exampleView({ kill: engaged }));
  await expect(stage).toHaveAttribute('data-stage', 'engaged');
  site.engine.show(exampleView({ kill: { ...engaged, flat: true }, positions: [], orders: [] }));
  await expect(stage).toHaveAttribute('data-stage', 'flat');
  await expect(stage).toContainText('The broker reports no position and no working order.');
  site.engine.become('restarting');
  await expect(page.locator('.engine-status')).toContainText('The engine is restarting');
  expect(complaints).toEqual([]);
});

test('pages fit a phone and a desk, without complaint', async ({ page }) => {
  const complaints = complaintsOf(page);
  site.engine.show(exampleView());
  const table =
    '<div class="table-scroll"><table><tr><th>Symbol</th><th>Gamma exposure</th></tr><tr><td>SPY</td><td>$1.4 B</td></tr></table></div>';
  const html = `<article class="report"><h1>Market close</h1><p>One signal, closed with a loss.</p>${table}</article>`;
  const report = { kind: 'market-close', sessionDate: '2026-11-19', title: 'Market close, 19 November', html } as const;
  await insertReport(site.database.db, { ...report, tier: 'premium', releaseAt: new Date(Date.now() - 1_000) });
  await signInAs(page, site.url, 'Operator');
  await emit();
  await emit({ version: 2, change: 'updated', update: 'filled' });
  await emit({ version: 3, change: 'closed', outcome: 'stopped', exitPrice: 2.1, returnPercent: -16.4 });
  const paths = [
    '/',
    '/feed',
    '/reports',
    '/reports/market-close/2026-11-19',
    '/admin',
    '/status',
    '/account',
    '/account/security',
    '/account/second-factor',
    '/account/sessions',
    '/account/email',
    '/account/password',
    '/account/api',
    '/account/data',
    '/account/data/delete',
  ];
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const path of paths) {
      const response = await page.goto(`${site.url}${path}`);
      expect(response?.status()).toBe(200);
      if (path === '/feed') await expect(feedOf(page).status).toHaveAttribute('data-state', 'live');
      expect(await overflows(page), `${path} at ${width} px`).toBe(false);
      if (shots) await page.screenshot({ path: `${shots}/${path.replaceAll('/', '_')}-${width}.png`, fullPage: true });
    }
  }
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ['/', '/sign-in', '/sign-up', '/forgot', '/terms', '/disclosures']) {
      await page.goto(`${site.url}${path}`);
      expect(await overflows(page), `${path} at ${width} px, signed out`).toBe(false);
      if (shots)
        await page.screenshot({ path: `${shots}/out${path.replaceAll('/', '_')}-${width}.png`, fullPage: true });
    }
  }
  expect(complaints).toEqual([]);
});

test('a visitor signs up, proves the address by the mailed link and finds the Free feed', async ({ page }) => {
  const email = 'visitor@example.com';
  await page.goto(`${site.url}/sign-up`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('four unrelated words here');
  await page.getByLabel('I understand').check();
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText(`A mail is on its way to ${email}`)).toBeVisible();
  const { url } = await mailTo(site.database.db, email, 'verify-email');
  await page.goto(`${site.url}${pathOf(url)}`);
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(page).toHaveURL(/\/feed$/);
  await expect(page.getByText('You see signals 5 minutes after Premium.')).toBeVisible();
  await expect(feedOf(page).status).toHaveAttribute('data-state', 'live');
});

test('a visitor proves the address by the mailed code', async ({ page }) => {
  const complaints = complaintsOf(page);
  const email = 'coded@example.com';
  await page.goto(`${site.url}/sign-up`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('four unrelated words here');
  await page.getByLabel('I understand').check();
  await page.getByRole('button', { name: 'Create account' }).click();
  const { code } = await mailTo(site.database.db, email, 'verify-email');
  await page.getByLabel('Code from the mail').fill(code);
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(page).toHaveURL(/\/feed$/);
  expect(complaints).toEqual([]);
});
