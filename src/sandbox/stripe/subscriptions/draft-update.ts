import { nextPeriodEnd } from '../clock/months.ts';
import type { Params } from '../http/params.ts';
import { invalid } from '../http/refusal.ts';
import { draftInvoice, pendingItems } from '../invoices/draft.ts';
import { periodLines } from '../invoices/lines.ts';
import type { Invoice } from '../invoices/types.ts';
import type { World } from '../world.ts';
import { changedItems, cycleOf, itemList } from './items.ts';
import { addCredits, addDebits } from './prorate.ts';
import type { ProrationBehavior, Subscription, SubscriptionItem } from './types.ts';

interface Change {
  readonly items: readonly Params[] | null;
  readonly prorationBehavior: ProrationBehavior;
  /** Seconds since epoch; null: now. */
  readonly prorationDate: number | null;
  readonly anchorNow: boolean;
  /** A new end of the trial; now or earlier ends it. */
  readonly trialEnd: number | null;
}

interface Drafted {
  /** What the subscription becomes. */
  readonly patch: Partial<Subscription>;
  /** What is to be paid for it at once; null when nothing is invoiced now. */
  readonly invoice: Invoice | null;
}

const isSame = (a: SubscriptionItem, b: SubscriptionItem): boolean =>
  a.price.id === b.price.id && a.quantity === b.quantity;

const itemPatch = (id: string, items: readonly SubscriptionItem[]): Partial<Subscription> => {
  const single = items.length === 1 ? items[0] : undefined;
  return { items: itemList(id, items), plan: single?.plan ?? null, quantity: single?.quantity ?? null };
};

const prorationDateOf = (
  world: World,
  { current_period_start: start, current_period_end: end }: Subscription,
  date: number | null,
): number => {
  const at = date ?? world.now();
  if (at < start || at > end)
    throw invalid('`proration_date` must be within the current period of the subscription.', 'proration_date');
  return at;
};

/**
 * Works out an update of items, trial or anchor and drafts the invoice it calls for, without writing the subscription.
 * In the same cycle: credit for what is unused and debit for what remains. Another interval, `billing_cycle_anchor=now`
 * or the end of a trial: a new period begins now and is invoiced whole, less the credit. In a trial nothing is charged.
 */
export const draftUpdate = (world: World, subscription: Subscription, change: Change): Drafted => {
  const { id, customer } = subscription;
  const now = world.now();
  const before = subscription.items.data;
  const after = change.items ? changedItems(world, id, before, change.items) : before;
  const removed = before.filter((old) => !after.some((item) => item.id === old.id && isSame(old, item)));
  const added = after.filter((item) => !before.some((old) => old.id === item.id && isSame(old, item)));
  const inTrial = subscription.status === 'trialing';
  if (change.trialEnd !== null && change.trialEnd > now) {
    const invoice = inTrial ? null : draftTrial(world, subscription, after, change.trialEnd);
    return {
      patch: {
        ...itemPatch(id, after),
        billing_cycle_anchor: change.trialEnd,
        current_period_start: inTrial ? subscription.current_period_start : now,
        current_period_end: change.trialEnd,
        status: 'trialing',
        trial_start: subscription.trial_start ?? now,
        trial_end: change.trialEnd,
        internal: { ...subscription.internal, trialWillEndSent: false },
      },
      invoice,
    };
  }
  const endsTrial = change.trialEnd !== null && inTrial;
  if (inTrial && !endsTrial) return { patch: itemPatch(id, after), invoice: null };

  const [oldCycle, cycle] = [cycleOf(before), cycleOf(after)];
  const isOtherCycle = cycle.interval !== oldCycle.interval || cycle.interval_count !== oldCycle.interval_count;
  const date = prorationDateOf(world, subscription, change.prorationDate);
  const prorates = change.prorationBehavior !== 'none';
  const base = {
    customer,
    autoAdvance: true,
    finalizesAt: null,
    dunning: true,
    reason: 'subscription_update' as const,
  };
  if (endsTrial || isOtherCycle || change.anchorNow) {
    const period = { start: now, end: nextPeriodEnd(now, cycle, now) };
    if (prorates && !endsTrial) addCredits(world, subscription, before, date);
    const patch: Partial<Subscription> = {
      ...itemPatch(id, after),
      billing_cycle_anchor: now,
      current_period_start: period.start,
      current_period_end: period.end,
      ...(endsTrial ? { status: 'active' as const, trial_end: now } : {}),
    };
    const next: Subscription = { ...subscription, ...patch };
    const invoice = draftInvoice(world, {
      ...base,
      subscription: next,
      lines: periodLines(world, next, period, { isTrial: false }),
      items: pendingItems(world, customer, id),
      period: { start: subscription.current_period_start, end: now },
      prorationDate: date,
    });
    return { patch, invoice };
  }
  const patch = change.items ? itemPatch(id, after) : {};
  if (!prorates || (removed.length === 0 && added.length === 0)) return { patch, invoice: null };
  addCredits(world, subscription, removed, date);
  addDebits(world, subscription, added, date);
  if (change.prorationBehavior === 'create_prorations') return { patch, invoice: null };
  const invoice = draftInvoice(world, {
    ...base,
    subscription,
    lines: [],
    items: pendingItems(world, customer, id),
    period: { start: subscription.current_period_start, end: now },
    prorationDate: date,
  });
  return { patch, invoice };
};

const draftTrial = (
  world: World,
  subscription: Subscription,
  items: readonly SubscriptionItem[],
  trialEnd: number,
): Invoice => {
  const next = { ...subscription, items: itemList(subscription.id, items) };
  const period = { start: world.now(), end: trialEnd };
  return draftInvoice(world, {
    customer: subscription.customer,
    subscription,
    lines: periodLines(world, next, period, { isTrial: true }),
    items: [],
    reason: 'subscription_update',
    period: { start: subscription.current_period_start, end: period.start },
    finalizesAt: null,
    autoAdvance: true,
    dunning: false,
  });
};
