import type { MailData, MailTemplate, NewMail } from '../../db/queries/mails.ts';
import { entitlementsOf, type PaidTier } from '../plans.ts';
import { endsAt, isOver, isUnderWay, whyEnded } from './changes.ts';
import type { InvoiceRow, SubscriptionRow } from './rows.ts';

/** What letters need beside the rows. */
export interface LetterContext {
  /** The policy clock's now. */
  readonly nowMs: number;
  readonly billingUrl: string;
  readonly plansUrl: string;
  /** Stripe's own reason for the end of a subscription. */
  readonly saidWhy: (subscriptionId: string) => string | null;
}

type AnyMail = { [T in MailTemplate]: NewMail<T> }[MailTemplate];
type PlanName = 'Premium' | 'Basic';

const DAY_MS = 86_400_000;
/** The law of some states wants yearly renewals told beforehand. */
const YEARLY_NOTICE_MS = 30 * DAY_MS;
const TRIAL_NOTICE_MS = 3 * DAY_MS + 3_600_000;

const planName = (tier: PaidTier): PlanName => entitlementsOf(tier).name as PlanName;

const mail = <T extends MailTemplate>(userId: string, template: T, dedupeKey: string, data: MailData[T]): AnyMail =>
  ({ userId, template, dedupeKey: `${template}:${dedupeKey}`, data }) as unknown as AnyMail;

const renewalCents = (row: SubscriptionRow): number => row.amountCents - row.discountCents;

const beginning = (before: SubscriptionRow | null, after: SubscriptionRow, context: LetterContext): AnyMail[] => {
  if (isUnderWay(before) || (after.status !== 'active' && after.status !== 'trialing') || after.strayReason) return [];
  return [
    mail(after.userId, 'subscription-started', after.id, {
      plan: planName(after.tier),
      amountCents: renewalCents(after),
      interval: after.billingInterval,
      renewsAtMs: after.currentPeriodEnd.getTime(),
      trialEndsAtMs: after.status === 'trialing' ? (after.trialEnd?.getTime() ?? null) : null,
      billingUrl: context.billingUrl,
    }),
  ];
};

const notices = (after: SubscriptionRow, { nowMs, billingUrl }: LetterContext): AnyMail[] => {
  const { userId, id, tier } = after;
  if (endsAt(after) !== null || after.strayReason) return [];
  const endMs = after.currentPeriodEnd.getTime();
  const facts = { plan: planName(tier), amountCents: renewalCents(after), billingUrl };
  const near = (withinMs: number): boolean => endMs > nowMs && endMs - nowMs <= withinMs;
  if (after.status === 'trialing' && near(TRIAL_NOTICE_MS))
    return [mail(userId, 'trial-ending', `${id}:${endMs}`, { ...facts, endsAtMs: endMs })];
  if (after.status === 'active' && after.billingInterval === 'year' && near(YEARLY_NOTICE_MS))
    return [mail(userId, 'renewal-coming', `${id}:${endMs}`, { ...facts, renewsAtMs: endMs })];
  return [];
};

const planChanges = (before: SubscriptionRow, after: SubscriptionRow, { billingUrl }: LetterContext): AnyMail[] => {
  const { userId, id } = after;
  const facts = { billingUrl, fromInterval: before.billingInterval, from: planName(before.tier) };
  const changed = before.tier !== after.tier || before.billingInterval !== after.billingInterval;
  if (changed)
    return [
      mail(userId, 'plan-changed', `${id}:${after.priceId}:${after.currentPeriodStart.getTime()}`, {
        ...facts,
        to: planName(after.tier),
        toInterval: after.billingInterval,
      }),
    ];
  const { nextTier, nextInterval, nextAt } = after;
  if (nextTier && nextInterval && nextAt && (before.nextTier !== nextTier || before.nextInterval !== nextInterval))
    return [
      mail(userId, 'plan-change-scheduled', `${after.scheduleId}:${nextTier}:${nextInterval}`, {
        ...facts,
        to: planName(nextTier),
        toInterval: nextInterval,
        atMs: nextAt.getTime(),
      }),
    ];
  if (before.nextTier && !nextTier && before.nextAt && before.nextAt.getTime() > after.currentPeriodStart.getTime())
    return [mail(userId, 'plan-change-withdrawn', `${before.scheduleId}`, { plan: planName(after.tier), billingUrl })];
  return [];
};

const cancellations = (
  before: SubscriptionRow | null,
  after: SubscriptionRow,
  { billingUrl }: LetterContext,
): AnyMail[] => {
  const { userId, id } = after;
  const plan = planName(after.tier);
  const [was, is] = [before && endsAt(before), endsAt(after)];
  if (is !== null && was?.getTime() !== is.getTime())
    return [
      mail(userId, 'cancel-scheduled', `${id}:${is.getTime()}:${after.canceledAt?.getTime() ?? ''}`, {
        plan,
        accessUntilMs: is.getTime(),
        billingUrl,
      }),
    ];
  if (is === null && was && before)
    return [
      mail(userId, 'subscription-resumed', `${id}:${was.getTime()}:${before.canceledAt?.getTime() ?? ''}`, {
        plan,
        renewsAtMs: after.currentPeriodEnd.getTime(),
        billingUrl,
      }),
    ];
  return [];
};

/** A missed payment whose time to be mended is over: no event tells that, the nightly pass does. */
const graceOver = (after: SubscriptionRow, { nowMs, billingUrl }: LetterContext): AnyMail[] => {
  const { status, accessUntil, pastDueSince, everPaid } = after;
  if (status !== 'past_due' || !everPaid || !accessUntil || !pastDueSince || accessUntil.getTime() > nowMs) return [];
  return [
    mail(after.userId, 'grace-over', `${after.id}:${pastDueSince.getTime()}`, {
      plan: planName(after.tier),
      billingUrl,
    }),
  ];
};

/** What the mail of one sync tells of one subscription. */
export const subscriptionLetters = (
  before: SubscriptionRow | null,
  after: SubscriptionRow,
  context: LetterContext,
): AnyMail[] => {
  if (after.strayReason === 'a trial that was had before')
    return [mail(after.userId, 'trial-refused', after.id, { plan: planName(after.tier), plansUrl: context.plansUrl })];
  if (isOver(after)) {
    if (!isUnderWay(before) && before?.status !== 'incomplete') return [];
    const why = whyEnded(before, after, context.saidWhy(after.id));
    const data = { plan: planName(after.tier), why, plansUrl: context.plansUrl };
    return before?.strayReason ? [] : [mail(after.userId, 'subscription-ended', after.id, data)];
  }
  if (!isUnderWay(after)) return [];
  return [
    ...beginning(before, after, context),
    ...(before && isUnderWay(before) ? planChanges(before, after, context) : []),
    ...cancellations(before, after, context),
    ...notices(after, context),
    ...graceOver(after, context),
  ];
};

const failure = (after: InvoiceRow, paysFor: SubscriptionRow, context: LetterContext): AnyMail[] => {
  const { id, userId, hostedUrl } = after;
  const facts = {
    plan: planName(paysFor.tier),
    amountCents: after.amountRemainingCents,
    payUrl: hostedUrl ?? context.billingUrl,
  };
  if (after.actionRequired) return [mail(userId, 'payment-action-required', id, facts)];
  const missed = ['past_due', 'unpaid', 'incomplete'].includes(paysFor.status);
  if (!missed || after.attemptCount === 0) return [];
  const accessUntilMs =
    paysFor.accessUntil && paysFor.accessUntil.getTime() > context.nowMs ? paysFor.accessUntil.getTime() : null;
  return [mail(userId, 'payment-failed', `${id}:${after.attemptCount}`, { ...facts, accessUntilMs })];
};

/** What the mail of one sync tells of one invoice. */
export const invoiceLetters = (
  before: InvoiceRow | null,
  after: InvoiceRow,
  paysFor: SubscriptionRow | null,
  context: LetterContext,
): AnyMail[] => {
  if (!paysFor) return [];
  const { id, userId } = after;
  const plan = planName(paysFor.tier);
  const letters: AnyMail[] = [];
  if (after.status === 'paid' && after.amountPaidCents > 0 && before?.status !== 'paid')
    letters.push(
      mail(userId, 'payment-received', id, {
        plan,
        amountCents: after.amountPaidCents,
        paidThroughMs: paysFor.currentPeriodEnd.getTime(),
        invoiceUrl: after.hostedUrl,
      }),
    );
  if (after.status === 'open') letters.push(...failure(after, paysFor, context));
  const refunded = after.refundedCents - (before?.refundedCents ?? 0);
  if (refunded > 0)
    letters.push(mail(userId, 'refunded', `${id}:${after.refundedCents}`, { plan, amountCents: refunded }));
  if (after.disputeStatus && !before?.disputeStatus)
    letters.push(mail(userId, 'payment-disputed', id, { plan, amountCents: after.amountPaidCents }));
  return letters;
};
