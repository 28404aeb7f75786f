import { expect, type Page, test } from 'playwright/test';
import { currentCode } from '../../src/web/auth/second-factor/totp.ts';
import { mailTo, pathOf } from '../support/mails.ts';
import { addMember, PASSWORD } from '../support/site.ts';
import { complaintsOf, feedOf, openFeed, overflows, signInAs } from './support/pages.ts';
import { type BrowserSite, startSite } from './support/server.ts';

let site: BrowserSite;

test.beforeEach(async () => {
  site = await startSite();
});
test.afterEach(async () => {
  await site.stop();
});

const shots = process.env['SCREENSHOTS_DIR'];
const shoot = async (page: Page, name: string): Promise<void> => {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await overflows(page), `${name} at ${width} px`).toBe(false);
    if (shots) await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
  }
};

const signIn = async (page: Page, email: string, password = PASSWORD): Promise<void> => {
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

test('a member sets a second factor up by hand, signs in with its code, and gets in with a recovery code once', async ({
  page,
}) => {
  const complaints = complaintsOf(page);
  const email = 'careful@example.com';
  await addMember(site.database.db, { email });
  await signIn(page, email);
  await page.goto(`${site.url}/account/security`);
  await page.getByRole('link', { name: 'Set up second factor' }).click();
  await page.getByRole('button', { name: 'Set it up' }).click();
  await expect(page.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible();
  await shoot(page, 'second-factor-set-up');
  const secret = ((await page.locator('code.secret').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('Code', { exact: true }).fill(currentCode(secret));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await expect(page.getByText('Your second factor is on.')).toBeVisible();
  const codes = await page.locator('.recovery-codes code').allTextContents();
  expect(codes).toHaveLength(10);
  await shoot(page, 'recovery-codes');
  await page.getByRole('button', { name: 'Sign out' }).click();

  // The code that turned it on was used; the next half minute's is not waited for.
  await site.database.sql`update second_factors set last_step = 0`;
  await signIn(page, email);
  await expect(page.getByRole('heading', { name: 'Second factor' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out' })).toHaveCount(0);
  await page.goto(`${site.url}/feed`);
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.goto(`${site.url}/sign-in/code`);
  await shoot(page, 'sign-in-code');
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('does not fit');
  await page.getByLabel('Code', { exact: true }).fill(currentCode(secret));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/feed$/);

  for (const outcome of [/\/feed$/, /\/sign-in\/code$/]) {
    await page.context().clearCookies();
    await signIn(page, email);
    await page.getByLabel('Code', { exact: true }).fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page).toHaveURL(outcome);
  }
  // The two refusals are errors of loading to the browser; nothing else may be.
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
});

test('signing out elsewhere stops the live feed of that browser within two seconds', async ({ page, browser }) => {
  const email = 'twice@example.com';
  await addMember(site.database.db, { email });
  await signIn(page, email);
  const other = await (await browser.newContext()).newPage();
  await signIn(other, email);
  await openFeed(other, site.url);
  await page.goto(`${site.url}/account/sessions`);
  await expect(page.getByText('Chrome on Linux')).toHaveCount(2);
  await shoot(page, 'sessions');
  const from = Date.now();
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(page.getByText('Every other session is over.')).toBeVisible();
  await expect(feedOf(other).status).toContainText('You are signed out', { timeout: 2_000 });
  expect(Date.now() - from).toBeLessThan(4_000);
  await page.goto(`${site.url}/feed`);
  await expect(feedOf(page).status).toHaveAttribute('data-state', 'live');
});

test('a forgotten password is replaced by mail, and an old sign-in is asked for again where it matters', async ({
  page,
}) => {
  const email = 'forgetful@example.com';
  await addMember(site.database.db, { email });
  await page.goto(`${site.url}/sign-in`);
  await page.getByRole('link', { name: 'Forgotten the password?' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByRole('status')).toContainText('a mail with a link is on its way');
  await page.goto(`${site.url}${pathOf((await mailTo(site.database.db, email, 'reset-password')).url)}`);
  await shoot(page, 'reset');
  await page.getByLabel('New password', { exact: true }).fill('a phrase to remember now');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByRole('status')).toContainText('Your password is changed');
  await signIn(page, email, 'a phrase to remember now');
  await expect(page).toHaveURL(/\/feed$/);

  await site.database.sql`update sessions set authenticated_at = now() - interval '11 minutes'`;
  await page.goto(`${site.url}/account/data/delete`);
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
  await shoot(page, 'confirm');
  await page.getByLabel('Password').fill('a phrase to remember now');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page).toHaveURL(/\/account\/data\/delete$/);
  await shoot(page, 'delete');
  await page.getByLabel(`Delete ${email}`).check();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('Your account is deleted.')).toBeVisible();
  await signIn(page, email, 'a phrase to remember now');
  await expect(page.getByRole('alert')).toContainText('do not match an account');
});

test('a Premium member makes a key, reads signals with it, downloads their data and revokes the key', async ({
  page,
}) => {
  const complaints = complaintsOf(page);
  await signInAs(page, site.url, 'Premium member');
  await page.goto(`${site.url}/account/api`);
  await page.getByLabel('Name').fill('my program');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const key = (await page.locator('.key-shown').textContent()) ?? '';
  await shoot(page, 'api');
  const ask = () => fetch(`${site.url}/api/v1/me`, { headers: { Authorization: `Bearer ${key}` } });
  expect(await (await ask()).json()).toMatchObject({ plan: 'Premium', key: { name: 'my program' } });
  await page.goto(`${site.url}/account/data`);
  await shoot(page, 'data');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download a copy' }).click();
  expect((await download).suggestedFilename()).toBe('quanticity-data.json');
  await page.goto(`${site.url}/account/api`);
  await page.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('That key is revoked.')).toBeVisible();
  expect((await ask()).status).toBe(401);
  expect(complaints).toEqual([]);
});

test('an operator whose sign-in is old pulls the kill switch on one form, with the code that the sandbox shows', async ({
  page,
}) => {
  await signInAs(page, site.url, 'Operator');
  await site.database.sql`update sessions set authenticated_at = now() - interval '11 minutes'`;
  await page.goto(`${site.url}/admin`);
  const form = page.getByRole('form', { name: 'Kill switch' });
  await expect(form.getByText('Confirm that it is you')).toBeVisible();
  const [password = '', code = ''] = await form.locator('.hint code').allTextContents();
  await form.getByLabel('Reason').fill('a drill in the browser');
  await form.getByLabel('Cancel every order').check();
  await form.getByLabel('Password').fill(password);
  await form.getByLabel('Code of your authenticator').fill(code);
  await shoot(page, 'kill-again');
  await form.getByRole('button', { name: 'Stop trading now' }).click();
  await expect(page.locator('#kill-state')).toHaveAttribute('data-stage', 'requested');
  const [row] = await site.database.sql`select command, reason from commands`;
  expect(row).toMatchObject({ command: { kind: 'kill' }, reason: 'a drill in the browser' });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a visitor signs up, proves the address and sees the account', async ({ page }) => {
    const email = 'plain@example.com';
    await page.goto(`${site.url}/sign-up`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('four unrelated words here');
    await page.getByLabel('I understand').check();
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.goto(`${site.url}${pathOf((await mailTo(site.database.db, email, 'verify-email')).url)}`);
    await page.getByRole('button', { name: 'Confirm this address' }).click();
    await page.getByRole('link', { name: email }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Profile' })).toBeVisible();
    await expect(page.getByRole('definition').filter({ hasText: email })).toBeVisible();
  });
});
