import { type BrowserContext, expect, type Page, test } from 'playwright/test';
import postgres from 'postgres';
import { startServer, type TestServer } from '../support/server.ts';
import { DAY, goToPayment, pass, passAtStripe, payWith } from './support/buying.ts';
import { complaintsOf, overflows, signInAs } from './support/pages.ts';

const WITHIN_MS = 2_000;
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
  if (!shots) return;
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: `${shots}/rooms-${name}-${width}.png`, fullPage: true });
  }
};

const ask = async <T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
  const sql = postgres(server.runtime().databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
};

const databaseNowMs = (): Promise<number> =>
  ask(async (sql) => {
    const [row] = await sql`select extract(epoch from clock_timestamp()) * 1000 as ms`;
    return Number(row?.['ms']);
  });

interface Change {
  readonly action: string;
  readonly place: string;
  /** By the database's clock. */
  readonly atMs: number;
}

/** What the record says of access and of rooms, oldest first. */
const changes = (): Promise<readonly Change[]> =>
  ask(async (sql) => {
    const rows = await sql`select action, after::json ->> 'vendor' as vendor, after::json ->> 'room' as room,
      extract(epoch from at) * 1000 as ms from audit_log
      where action like 'chat.%' or action = 'subscription.synced' order by position`;
    return rows.map((row) => ({
      action: String(row['action']),
      place: `${row['vendor'] ?? ''} ${row['room'] ?? ''}`,
      atMs: Number(row['ms']),
    }));
  });

/** The first change of the kind after a moment. */
const changeAfter = async (atMs: number, action: string, place: string): Promise<number> => {
  let found: Change | undefined;
  await expect(async () => {
    found = (await changes()).find((one) => one.atMs >= atMs && one.action === action && one.place === place);
    expect(found, `${action} of ${place}`).toBeTruthy();
  }).toPass({ timeout: 15_000 });
  return found?.atMs ?? Number.NaN;
};

/** When the newest sync with Stripe that changed access was committed. */
const syncedAfter = async (atMs: number): Promise<number> => {
  const found = (await changes()).filter((one) => one.action === 'subscription.synced' && one.atMs >= atMs);
  expect(found.length).toBeGreaterThan(0);
  return found[0]?.atMs ?? Number.NaN;
};

const linkTelegram = async (page: Page, context: BrowserContext): Promise<Page> => {
  await page.goto(`${origin}/account/chats`);
  await page.getByRole('button', { name: 'Link Telegram' }).click();
  await expect(page.getByText('Waiting for you to press Start in Telegram…')).toBeVisible();
  await shoot(page, 'asked');
  const deepLink = (await page.getByRole('link', { name: 'Open the chat' }).getAttribute('href')) ?? '';
  const telegram = await context.newPage();
  await telegram.goto(deepLink);
  await telegram.getByRole('button', { name: /^Robin/ }).click();
  await telegram.getByRole('button', { name: 'START' }).click();
  await expect(page.getByText('Somebody called Robin opened your link')).toBeVisible({ timeout: 10_000 });
  await shoot(page, 'claimed');
  await page.getByRole('button', { name: 'Yes, that is me' }).click();
  await expect(page.getByText('Linked as Robin')).toBeVisible();
  return telegram;
};

const linkDiscord = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Link Discord' }).click();
  await page.getByLabel(/^Kim/).check();
  await shoot(page, 'discord');
  await page.getByRole('button', { name: 'Authorize' }).click();
  await expect(page.getByText('Linked as Kim')).toBeVisible();
};

const knock = async (telegram: Page, room: 'Basic' | 'Premium'): Promise<void> => {
  await telegram.goto(`${new URL(telegram.url()).origin}/client`);
  await telegram.getByRole('link', { name: `Ask to join QuantiCity ${room}` }).click();
  await telegram.getByRole('button', { name: 'Request to join' }).click();
  await expect(async () => {
    await telegram.reload();
    await expect(telegram.getByText('You are in.')).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 10_000 });
};

const within = (name: string, fromMs: number, toMs: number): void => {
  process.stdout.write(`${name}: ${Math.round(toMs - fromMs)} ms by the database's clock\n`);
  expect(toMs - fromMs, name).toBeLessThan(WITHIN_MS);
};

test('a member links both chats, is let into each room that is paid for within two seconds, and put out as soon as it ends', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await signInAs(page, origin, 'Free member');
  const telegram = await linkTelegram(page, context);
  await linkDiscord(page);
  await expect(page.getByText('Free signals stand in a public channel')).toBeVisible();
  const none = (await changes()).filter(({ action }) => action === 'chat.inside' || action === 'chat.invited');
  expect(none).toEqual([]);

  const boughtFrom = await databaseNowMs();
  await goToPayment(page, origin, 'Basic');
  await payWith(page, '4242 4242 4242 4242');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Basic/);
  const role = await changeAfter(boughtFrom, 'chat.inside', 'discord basic');
  const invited = await changeAfter(boughtFrom, 'chat.invited', 'telegram basic');
  const bought = await syncedAfter(boughtFrom);
  within('Basic bought, the role at Discord', bought, role);
  within('Basic bought, the invitation in Telegram', bought, invited);
  await page.goto(`${origin}/account/chats`);
  await expect(page.getByText('You are invited to the Basic room.')).toBeVisible();
  await shoot(page, 'invited');
  await knock(telegram, 'Basic');
  await expect(page.getByText('You are in the Basic room.')).toBeVisible({ timeout: 10_000 });

  const upgradedFrom = await databaseNowMs();
  await page.goto(`${origin}/plans`);
  await page.getByRole('link', { name: 'Switch to Premium' }).click();
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Switch to Premium' }).click();
  await expect(page.getByText('Your plan is changed.')).toBeVisible();
  const higher = await changeAfter(upgradedFrom, 'chat.inside', 'discord premium');
  within('Premium bought, the role at Discord', await syncedAfter(upgradedFrom), higher);
  await changeAfter(upgradedFrom, 'chat.invited', 'telegram premium');
  await knock(telegram, 'Premium');
  await page.goto(`${origin}/account/chats`);
  await expect(page.getByText('You are in the Premium room.')).toBeVisible();
  await expect(page.getByText('You hold the Premium role.')).toBeVisible();
  await shoot(page, 'inside');
  expect(await overflows(page)).toBe(false);
  await telegram.goto(`${new URL(telegram.url()).origin}/client`);
  await expect(telegram.getByRole('heading', { name: 'QuantiCity Premium' })).toBeVisible();
  await shoot(telegram, 'telegram');

  await page.goto(`${origin}/account/billing`);
  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  await expect(page.getByText('It is cancelled: nothing will be charged any more.')).toBeVisible();
  const endsFrom = await databaseNowMs();
  await passAtStripe(server, 32 * DAY);
  const outs: number[] = [];
  for (const place of ['discord premium', 'discord basic', 'telegram premium', 'telegram basic'])
    outs.push(await changeAfter(endsFrom, 'chat.outside', place));
  const syncs = (await changes()).filter(({ action, atMs }) => action === 'subscription.synced' && atMs >= endsFrom);
  const ended = syncs.findLast(({ atMs }) => atMs < Math.min(...outs));
  within('the subscription ended, the last room left', ended?.atMs ?? Number.NaN, Math.max(...outs));
  await telegram.reload();
  await expect(telegram.getByRole('heading', { name: 'QuantiCity Premium' })).toHaveCount(0);
  await expect(telegram.getByRole('heading', { name: 'QuantiCity Basic' })).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('an operator sees where a member stands, and unlinks', async ({ browser }) => {
  test.setTimeout(90_000);
  const context = await browser.newContext();
  const page = await context.newPage();
  await signInAs(page, origin, 'Premium member');
  await page.goto(`${origin}/account/chats`);
  await page.getByRole('button', { name: 'Link Discord' }).click();
  await page.getByLabel(/^Sam/).check();
  await page.getByRole('button', { name: 'Authorize' }).click();
  await expect(page.getByText('You hold the Premium role.')).toBeVisible({ timeout: 10_000 });

  const operator = await (await browser.newContext()).newPage();
  await signInAs(operator, origin, 'Operator');
  await operator.goto(`${origin}/admin/members?text=premium@demo`);
  await operator.getByRole('main').getByRole('link', { name: 'premium@demo.quanticity.example' }).click();
  const panel = operator.locator('#chats').locator('xpath=ancestor-or-self::section[1]');
  await expect(panel.getByRole('row', { name: /premium.*inside/ })).toBeVisible();
  await shoot(operator, 'member');
  const from = await databaseNowMs();
  await operator.getByText('Unlink Discord').click();
  await operator.locator('#unlink-discord-reason').fill('asked by telephone');
  await operator.getByRole('button', { name: 'Unlink', exact: true }).click();
  await expect(operator.getByText('The chat account is unlinked')).toBeVisible();
  within('unlinked, out of Discord', from, await changeAfter(from, 'chat.outside', 'discord premium'));
});

test('access that was given until a moment ends in the rooms by the clock alone', async ({ browser }) => {
  test.setTimeout(90_000);
  const page = await (await browser.newContext()).newPage();
  await signInAs(page, origin, 'Basic member');
  await ask(
    (sql) => sql`update comps set ends_at = clock_timestamp() + interval '60 seconds'
      where user_id = (select id from users where email = 'basic@demo.quanticity.example') and revoked_at is null`,
  );
  await page.goto(`${origin}/account/chats`);
  await page.getByRole('button', { name: 'Link Discord' }).click();
  await page.getByLabel(/^Alex|alex/).check();
  await page.getByRole('button', { name: 'Authorize' }).click();
  await expect(page.getByText('You hold the Basic role.')).toBeVisible({ timeout: 10_000 });
  const from = await databaseNowMs();
  await pass(server, 61);
  within('access lapsed, out of Discord', from, await changeAfter(from, 'chat.outside', 'discord basic'));
});
