import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { mails } from '../schema/mails.ts';
import { users } from '../schema/users.ts';
import { audit } from './audit.ts';
import type { By } from './members/by.ts';

type Plan = 'Premium' | 'Basic';
type Interval = 'month' | 'year';
interface PlanSwitch {
  readonly from: Plan;
  readonly fromInterval: Interval;
  readonly to: Plan;
  readonly toInterval: Interval;
}
/** Wall milliseconds since 1970: the template tells it in words. */
type AtMs = number;

/** Each mail there is, with what it tells. Addresses (`…Url`) are whole. Money in cents of a US dollar. */
export interface MailData {
  'verify-email': { readonly url: string; readonly code: string };
  'address-taken': { readonly signInUrl: string; readonly resetUrl: string };
  'reset-password': { readonly url: string };
  'password-changed': { readonly resetUrl: string };
  'confirm-new-email': { readonly url: string };
  'email-changed': { readonly newAddress: string; readonly revertUrl: string };
  'second-factor-changed': { readonly what: 'added' | 'removed' | 'recovery-code-used'; readonly securityUrl: string };
  'chat-linked': { readonly vendor: 'Telegram' | 'Discord'; readonly name: string; readonly chatsUrl: string };
  'chat-unlinked': { readonly vendor: 'Telegram' | 'Discord'; readonly name: string; readonly chatsUrl: string };
  'account-deleted': Record<string, never>;
  'subscription-started': {
    readonly plan: Plan;
    readonly amountCents: number;
    readonly interval: 'month' | 'year';
    readonly renewsAtMs: AtMs;
    readonly trialEndsAtMs: AtMs | null;
    readonly billingUrl: string;
  };
  'trial-ending': {
    readonly plan: Plan;
    readonly endsAtMs: AtMs;
    readonly amountCents: number;
    readonly billingUrl: string;
  };
  'payment-received': {
    readonly plan: Plan;
    readonly amountCents: number;
    readonly paidThroughMs: AtMs;
    readonly invoiceUrl: string | null;
  };
  'payment-failed': {
    readonly plan: Plan;
    readonly amountCents: number;
    readonly accessUntilMs: AtMs | null;
    readonly payUrl: string;
  };
  'payment-action-required': { readonly plan: Plan; readonly amountCents: number; readonly payUrl: string };
  'plan-changed': PlanSwitch & { readonly billingUrl: string };
  'plan-change-scheduled': PlanSwitch & { readonly atMs: AtMs; readonly billingUrl: string };
  'plan-change-withdrawn': { readonly plan: Plan; readonly billingUrl: string };
  /** Of a yearly subscription, a month before. */
  'renewal-coming': {
    readonly plan: Plan;
    readonly renewsAtMs: AtMs;
    readonly amountCents: number;
    readonly billingUrl: string;
  };
  'cancel-scheduled': { readonly plan: Plan; readonly accessUntilMs: AtMs; readonly billingUrl: string };
  'subscription-resumed': { readonly plan: Plan; readonly renewsAtMs: AtMs; readonly billingUrl: string };
  'subscription-ended': {
    readonly plan: Plan;
    readonly why: 'cancelled' | 'unpaid' | 'never-paid' | 'refunded' | 'disputed' | 'trial-not-taken';
    readonly plansUrl: string;
  };
  /** A missed payment was borne with for long enough. */
  'grace-over': { readonly plan: Plan; readonly billingUrl: string };
  /** A trial on a card or address that has had one: ended, nothing charged. */
  'trial-refused': { readonly plan: Plan; readonly plansUrl: string };
  'payment-disputed': { readonly plan: Plan; readonly amountCents: number };
  /** More than one subscription at once. */
  'paying-twice': { readonly plans: readonly Plan[]; readonly billingUrl: string };
  refunded: { readonly plan: Plan; readonly amountCents: number };
  'comp-granted': {
    readonly plan: Plan;
    readonly endsAtMs: AtMs | null;
    readonly feedUrl: string;
  };
}
export type MailTemplate = keyof MailData;

export interface NewMail<T extends MailTemplate = MailTemplate> {
  readonly userId: string;
  /** Where to, if not to the account's address of now. */
  readonly recipient?: string;
  readonly template: T;
  readonly data: MailData[T];
  /** Names the news: what is queued twice under one key is sent once. */
  readonly dedupeKey: string;
}

/** In the transaction of what it tells of. Does nothing when this news has been queued before, or the account is gone. */
export const queueMail = async <T extends MailTemplate>(tx: Db, mail: NewMail<T>): Promise<void> => {
  const { userId, template, data, dedupeKey } = mail;
  const [account] = mail.recipient
    ? [{ email: mail.recipient }]
    : await tx
        .select({ email: users.email })
        .from(users)
        .where(and(eq(users.id, userId), isNull(users.deletedAt)))
        .limit(1);
  if (!account) return;
  await tx
    .insert(mails)
    .values({ userId, recipient: account.email, template, data, dedupeKey })
    .onConflictDoNothing({ target: mails.dedupeKey });
};

export type MailRow = typeof mails.$inferSelect;

/** The next mail that is due, promised to the caller for `leaseMs`; null when there is none. Several may ask at once. */
export const claimMail = async (db: Db, leaseMs: number): Promise<MailRow | null> => {
  const [row] = await db
    .update(mails)
    .set({ attempts: sql`${mails.attempts} + 1`, dueAt: sql`now() + ${leaseMs} * interval '1 millisecond'` })
    .where(
      sql`${mails.id} = (select m.id from mails m where m.state = 'queued' and m.due_at <= now()
        order by m.queued_at, m.id limit 1 for update skip locked)`,
    )
    .returning();
  return row ?? null;
};

/** Letters that hold a link or a code which opens the account. They are not kept; another is made when it is asked for. */
const OPENS_ACCOUNT: readonly MailTemplate[] = ['verify-email', 'reset-password', 'confirm-new-email', 'email-changed'];
const harmlessData = sql`case when ${mails.template} in ${OPENS_ACCOUNT} then '{}'::jsonb else ${mails.data} end`;

export const settleMail = async (
  db: Db,
  id: string,
  outcome:
    | { readonly state: 'sent'; readonly vendorId: string | null }
    | { readonly state: 'failed' | 'suppressed'; readonly problem: string },
): Promise<void> => {
  const sent = outcome.state === 'sent';
  await db
    .update(mails)
    .set({
      state: outcome.state,
      lastError: sent ? null : outcome.problem,
      ...(sent && { vendorId: outcome.vendorId, sentAt: sql`now()` }),
      // What a mail said may open an account: of one that is done only its kind is kept, unless it may be tried again.
      ...(outcome.state === 'failed' ? { data: harmlessData } : { data: {} }),
      // Of somebody who is gone not even that the address was theirs.
      recipient: sql`case when exists (select 1 from users u where u.id = ${mails.userId} and u.deleted_at is not null)
        then 'deleted' else ${mails.recipient} end`,
    })
    .where(eq(mails.id, id));
};

/** Not now: to be tried again later. */
export const deferMail = async (db: Db, id: string, waitMs: number, problem: string): Promise<void> => {
  await db
    .update(mails)
    .set({ dueAt: sql`now() + ${waitMs} * interval '1 millisecond'`, lastError: problem })
    .where(eq(mails.id, id));
};

/** One that failed goes to the queue again; false when there is none such of this member, or its words are no longer there. */
export const requeueMail = async (
  db: Db,
  mail: { readonly id: string; readonly userId: string },
  { actor, reason, address }: By,
): Promise<boolean> =>
  await db.transaction(async (tx) => {
    const kept = sql`${mails.data} <> '{}'::jsonb`;
    const [queued] = await tx
      .update(mails)
      .set({ state: 'queued', attempts: 0, lastError: null, dueAt: sql`now()` })
      .where(and(eq(mails.id, mail.id), eq(mails.userId, mail.userId), eq(mails.state, 'failed'), kept))
      .returning({ id: mails.id, template: mails.template });
    if (!queued) return false;
    await audit(tx, {
      actor,
      action: 'mail.requeued',
      userId: mail.userId,
      before: { ...queued, state: 'failed' },
      after: { ...queued, state: 'queued' },
      cause: reason,
      address,
    });
    return true;
  });
