import { type BrowserContext, expect, type Page, test } from 'playwright/test';
import { openDatabase } from '../../src/db/client.ts';
import { acceptTerms } from '../../src/db/queries/terms.ts';
import { createUser } from '../../src/db/queries/users.ts';
import { exampleSignal } from '../../src/engine/testing/example-signal.ts';
import { hashPassword } from '../../src/web/auth/password.ts';
import { currentCode } from '../../src/web/auth/second-factor/totp.ts';
import { TERMS_VERSION } from '../../src/web/auth/terms.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { commitSignal } from '../support/signals.ts';
import { DAY, goToPayment, pass, passAtStripe, payWith } from './support/buying.ts';
import { complaintsOf, overflows, signInAs } from './support/pages.ts';

const MEMBER_PASSWORD = 'a phrase that nobody else has';

let server: TestServer;
let origin: string;

/** The whole program: its own database, every vendor simulated, nobody's first week free. */
test.beforeAll(async () => {
  test.setTimeout(90_000);
  server = await startServer({ env: { BILLING_TRIAL_DAYS: '0' } });
  origin = server.url.replace('127.0.0.1', 'localhost');
});
test.afterAll(() => server.stop());

const shots = process.env['SCREENSHOTS_DIR'];
const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots) await page.screenshot({ path: `${shots}/billing-${name}.png`, fullPage: true });
};

/** A signal that the engine would never make, so that none of its own is taken for it. */
const emit = async (signalId: string): Promise<void> => {
  const database = openDatabase({ url: server.runtime().databaseUrl, connectionsMax: 1 });
  const signal = exampleSignal({ signalId: signalId as never });
  await commitSignal(database.db, { ...signal, contract: { ...signal.contract, underlying: 'ZZTEST' } });
  await database.close();
};

const operatorPage = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await signInAs(page, origin, 'Operator');
  return page;
};

const signUp = async (page: Page, operator: Page, email: string): Promise<void> => {
  await page.goto(`${origin}/plans`);
  await page.goto(`${origin}/sign-up`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(MEMBER_PASSWORD);
  await page.getByLabel(/I understand that QuantiCity gives information/).check();
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirm your address');
  // The mail as the world outside received it.
  const mail = operator.locator('li', { hasText: email }).first();
  await expect(async () => {
    await operator.goto(`${origin}/sandbox/inbox`);
    await expect(mail).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  const link = /http:\/\/localhost:\d+\/verify\?token=[\w-]+/.exec((await mail.textContent()) ?? '')?.[0];
  await page.goto(link ?? 'about:blank');
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Signals');
};

const chip = (page: Page) => page.locator('.site-header .chip');

test('sign up, prove the address, pay, see Basic, upgrade and see Premium on the open page, cancel, keep it to the end and lose it', async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const operator = await operatorPage(await browser.newContext());
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await signUp(page, operator, 'whole-path@example.com');
  await expect(chip(page)).toHaveText('Free');

  await goToPayment(page, origin, 'Basic');
  await shoot(page, 'checkout');
  await payWith(page, '4242 4242 4242 4242');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Basic/);
  await shoot(page, 'done');
  await page.getByRole('link', { name: 'Open the feed' }).click();
  await expect(chip(page)).toHaveText('Basic');
  const feed = page.locator('#feed > article', { hasText: 'ZZTEST' });
  await expect(page.locator('#live-status')).toHaveAttribute('data-state', 'live');
  await emit('browser-1');
  await expect(feed).toHaveCount(0);
  await pass(server, 60);
  await expect(feed).toHaveText(/BUY ZZTEST Calls around 440 strike, trailing stop active/, { timeout: 10_000 });
  await expect(feed).not.toContainText('2.50');

  // In another tab; the feed's own page stays open and is not touched.
  const second = await context.newPage();
  await second.goto(`${origin}/plans`);
  await second.getByRole('link', { name: 'Switch to Premium' }).click();
  await shoot(second, 'change');
  await second.getByRole('checkbox').check();
  await second.getByRole('button', { name: 'Switch to Premium' }).click();
  await expect(second.getByText('Your plan is changed.')).toBeVisible();
  const changedAt = Date.now();
  await expect(chip(page)).toHaveText('Premium', { timeout: 10_000 });
  expect(Date.now() - changedAt).toBeLessThan(5_000);
  await expect(page.locator('#live-status')).toHaveAttribute('data-state', 'live');
  await emit('browser-2');
  await expect(feed.first()).toContainText('BUY ZZTEST 440C @ 2.50, Stop @ 2.10, Target 5.00');

  await second.goto(`${origin}/account/billing`);
  await second.getByRole('button', { name: 'Cancel subscription' }).click();
  await expect(second.getByText('It is cancelled: nothing will be charged any more.')).toBeVisible();
  await shoot(second, 'cancelled');
  await passAtStripe(server, 27 * DAY);
  await pass(server, 27 * DAY);
  await second.goto(`${origin}/feed`);
  await expect(chip(second)).toHaveText('Premium');

  await passAtStripe(server, 5 * DAY);
  await pass(server, 32 * DAY);
  await expect(chip(page)).toHaveText('Free', { timeout: 10_000 });
  await second.goto(`${origin}/account/billing`);
  await expect(second.getByText(/has ended/)).toBeVisible();
  await shoot(second, 'ended');
  expect(complaints).toEqual([]);
});

test('a declined card buys nothing and says so; a bank that asks is answered no, then yes', async ({ browser }) => {
  test.setTimeout(120_000);
  const operator = await operatorPage(await browser.newContext());
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  await signUp(page, operator, 'careful@example.com');
  await goToPayment(page, origin, 'Premium');
  await payWith(page, '4000 0000 0000 0002');
  await expect(page.getByText('Your card was declined.')).toBeVisible();
  await shoot(page, 'declined');
  expect(await overflows(page)).toBe(false);
  const checkout = page.url();

  await payWith(page, '4000 0027 6000 3184');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirm it is you');
  await shoot(page, 'bank');
  await page.getByRole('button', { name: /fail/i }).click();
  await expect(page.getByText(/authenticat/i).first()).toBeVisible();
  await page.goto(`${origin}/feed`);
  await expect(chip(page)).toHaveText('Free');

  await page.goto(checkout);
  await payWith(page, '4000 0027 6000 3184');
  await page.getByRole('button', { name: /complete/i }).click();
  await page.getByRole('link', { name: 'Open the feed' }).click();
  await expect(chip(page)).toHaveText('Premium');
  expect(await overflows(page)).toBe(false);
});

test('an operator sets up a second factor before anything else, and signs in with it', async ({ page }) => {
  test.setTimeout(90_000);
  const database = openDatabase({ url: server.runtime().databaseUrl, connectionsMax: 1 });
  const passwordHash = await hashPassword(MEMBER_PASSWORD);
  const account = { email: 'new-operator@example.com', passwordHash, emailVerifiedAt: new Date() };
  const id = await createUser(database.db, { ...account, role: 'operator' });
  await acceptTerms(database.db, id ?? '', TERMS_VERSION, null);
  await database.close();
  const signIn = async (): Promise<void> => {
    await page.goto(`${origin}/sign-in`);
    await page.getByLabel('E-mail').fill('new-operator@example.com');
    await page.getByLabel('Password').fill(MEMBER_PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await signIn();
  await expect(page).toHaveURL(/\/account\/second-factor$/);
  await page.goto(`${origin}/admin`);
  await expect(page).toHaveURL(/\/account\/second-factor$/);
  await page.getByRole('button', { name: 'Set it up' }).click();
  await shoot(page, 'second-factor');
  const secret = ((await page.locator('code.secret').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(page.getByText('That code does not fit.')).toBeVisible();
  const firstCode = currentCode(secret);
  await page.getByLabel('Code', { exact: true }).fill(firstCode);
  await page.getByRole('button', { name: 'Turn it on' }).click();
  const recoveryCodes = await page.locator('.recovery-codes code').allTextContents();
  expect(recoveryCodes).toHaveLength(10);
  await page.goto(`${origin}/admin`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Trading desk');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second factor');
  await page.goto(`${origin}/admin`);
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn();
  const enter = async (code: string): Promise<void> => {
    await page.getByLabel('Code', { exact: true }).fill(code);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  // A code that was used already is somebody looking over a shoulder.
  await enter(firstCode);
  await expect(page.getByRole('alert')).toBeVisible();
  await enter(recoveryCodes[0] ?? '');
  await expect(page).toHaveURL(/\/admin$/);
  await page.goto(`${origin}/admin/members?text=new-oper`);
  await expect(page.getByRole('main').getByRole('link', { name: 'new-operator@example.com' })).toBeVisible();
  await page.goto(`${origin}/admin/revenue`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Revenue');
  await shoot(page, 'revenue');
});
