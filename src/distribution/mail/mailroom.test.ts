import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { eq } from 'drizzle-orm';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { type MailData, type MailTemplate, queueMail } from '../../db/queries/mails.ts';
import { createUser } from '../../db/queries/users.ts';
import { mails } from '../../db/schema/mails.ts';
import { type ResendSandbox, startResendSandbox } from '../../sandbox/resend/server.ts';
import { startMailroom } from './mailroom.ts';
import { createResendSender } from './send.ts';
import { letterOf } from './templates.ts';

const IMPRINT = { postalAddress: '1 Test Street, New York', siteUrl: 'https://quanticity.example' };
const URL = 'https://quanticity.example/x?token=a&b=c';
/** One of each, so that none can be forgotten: the compiler asks for them all. */
const EXAMPLES: { readonly [T in MailTemplate]: MailData[T] } = {
  'verify-email': { url: URL, code: '123456' },
  'address-taken': { signInUrl: URL, resetUrl: URL },
  'reset-password': { url: URL },
  'password-changed': { resetUrl: URL },
  'confirm-new-email': { url: URL },
  'email-changed': { newAddress: '<b>new@example.com', revertUrl: URL },
  'second-factor-changed': { what: 'added', securityUrl: URL },
  'chat-linked': { vendor: 'Telegram', name: '<b>Robin', chatsUrl: URL },
  'chat-unlinked': { vendor: 'Discord', name: 'Robin', chatsUrl: URL },
  'account-deleted': {},
  'subscription-started': {
    plan: 'Premium',
    amountCents: 29_700,
    interval: 'month',
    renewsAtMs: Date.UTC(2026, 11, 24),
    trialEndsAtMs: null,
    billingUrl: URL,
  },
  'trial-ending': { plan: 'Basic', endsAtMs: 0, amountCents: 9_700, billingUrl: URL },
  'payment-received': { plan: 'Basic', amountCents: 9_700, paidThroughMs: 0, invoiceUrl: URL },
  'payment-failed': { plan: 'Basic', amountCents: 9_700, accessUntilMs: 0, payUrl: URL },
  'payment-action-required': { plan: 'Basic', amountCents: 9_700, payUrl: URL },
  'plan-changed': { from: 'Basic', fromInterval: 'month', to: 'Premium', toInterval: 'month', billingUrl: URL },
  'plan-change-scheduled': {
    from: 'Premium',
    fromInterval: 'month',
    to: 'Premium',
    toInterval: 'year',
    atMs: 0,
    billingUrl: URL,
  },
  'plan-change-withdrawn': { plan: 'Premium', billingUrl: URL },
  'renewal-coming': { plan: 'Premium', renewsAtMs: 0, amountCents: 297_000, billingUrl: URL },
  'grace-over': { plan: 'Premium', billingUrl: URL },
  'trial-refused': { plan: 'Premium', plansUrl: URL },
  'payment-disputed': { plan: 'Premium', amountCents: 29_700 },
  'paying-twice': { plans: ['Premium', 'Basic'], billingUrl: URL },
  'cancel-scheduled': { plan: 'Basic', accessUntilMs: 0, billingUrl: URL },
  'subscription-resumed': { plan: 'Basic', renewsAtMs: 0, billingUrl: URL },
  'subscription-ended': { plan: 'Basic', why: 'unpaid', plansUrl: URL },
  refunded: { plan: 'Basic', amountCents: 9_700 },
  'comp-granted': { plan: 'Premium', endsAtMs: null, feedUrl: URL },
};

let database: TestDatabase;
let resend: ResendSandbox;
let userId: string;
const rooms: ReturnType<typeof startMailroom>[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  userId = (await createUser(database.db, { email: 'reader@example.com', passwordHash: 'x' })) ?? '';
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.delete(mails);
  resend = await startResendSandbox();
});
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.stop();
  await resend.stop();
});

const open = (timeoutMs = 2_000): void => {
  const send = createResendSender({
    apiKey: 're_test',
    baseUrl: resend.url,
    from: 'QuantiCity <desk@example.com>',
    timeoutMs,
  });
  rooms.push(startMailroom({ db: database.db, send, imprint: IMPRINT, log: () => {}, pollMs: 20 }));
};
const queue = <T extends MailTemplate>(template: T, dedupeKey: string, data: MailData[T] = EXAMPLES[template]) =>
  queueMail(database.db, { userId, template, data, dedupeKey });
const states = async (): Promise<string[]> =>
  (await database.db.select({ state: mails.state }).from(mails)).map(({ state }) => state);
const settled = async (): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while ((await states()).includes('queued')) {
    if (performance.now() > deadline)
      throw new Error(`still queued: ${JSON.stringify(await database.db.select().from(mails))}`);
    await Bun.sleep(10);
  }
};

describe('what waits to be mailed', () => {
  test('goes out once, to the address of its account, as text and as HTML', async () => {
    await queue('reset-password', 'reset 1');
    open();
    await settled();
    expect(resend.received()).toMatchObject([
      { from: 'QuantiCity <desk@example.com>', to: ['reader@example.com'], subject: 'Choose a new password' },
    ]);
    const [mail] = resend.received();
    expect(mail?.text).toContain(URL);
    expect(mail?.text).toContain('1 Test Street');
    expect(mail?.html).toContain(URL.replace('&', '&amp;'));
  });

  test('is queued once under one key, and not at all for an account that is gone', async () => {
    await queue('account-deleted', 'gone');
    await queue('account-deleted', 'gone');
    await queueMail(database.db, {
      userId: crypto.randomUUID(),
      template: 'account-deleted',
      data: {},
      dedupeKey: 'nobody',
    });
    expect(await states()).toEqual(['queued']);
  });

  test('is not queued by what was rolled back', async () => {
    const failing = database.db.transaction(async (tx) => {
      await queueMail(tx, { userId, template: 'account-deleted', data: {}, dedupeKey: 'never' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await states()).toEqual([]);
  });

  test('goes out once though the answer was lost, and though several rooms work', async () => {
    resend.inject({ kind: 'accept-then-hang', times: 1 });
    resend.inject({ kind: 'accept-then-fail', times: 1 });
    for (let i = 0; i < 12; i++) await queue('password-changed', `p ${i}`);
    open(300);
    open(300);
    open(300);
    await settled();
    expect(resend.received()).toHaveLength(12);
    expect(await states()).toEqual(Array(12).fill('sent'));
  });

  test('waits for a vendor that limits or stumbles, and gives up on what is refused', async () => {
    resend.inject({ kind: 'rate-limit', times: 1 });
    await queue('password-changed', 'limited');
    open();
    await settled();
    expect(await states()).toEqual(['sent']);
    resend.inject({ kind: 'refuse', times: 1 });
    await queue('password-changed', 'refused');
    await settled();
    const [row] = await database.db.select().from(mails).where(eq(mails.dedupeKey, 'refused'));
    expect(row).toMatchObject({ state: 'failed', attempts: 1 });
    expect(row?.lastError).toContain('403');
  });

  test('keeps no link or code once it is done with', async () => {
    await queue('verify-email', 'v');
    open();
    await settled();
    const [row] = await database.db.select().from(mails);
    expect(row?.data).toEqual({});
  });
});

describe('every letter', () => {
  test.each(Object.keys(EXAMPLES) as MailTemplate[])(
    '%s has a subject of one line, and says something',
    async (template) => {
      const letter = letterOf(template, EXAMPLES[template] as never);
      expect(letter.subject).toMatch(/^[^\r\n]{5,90}$/);
      expect(letter.paragraphs.join(' ').length).toBeGreaterThan(20);
      expect(JSON.stringify(letter)).not.toMatch(/undefined|NaN|Invalid Date|\[object/);
    },
  );

  test('shows what people have typed as they typed it, inert', async () => {
    await queue('email-changed', 'typed');
    open();
    await settled();
    const [mail] = resend.received();
    expect(mail?.html).toContain('&lt;b&gt;new@example.com');
    expect(mail?.html).not.toContain('<b>new');
  });
});
