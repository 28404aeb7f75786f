import type { StripeWorld } from '../../src/sandbox/stripe/seam.ts';
import type { Contract, Paid, Plan } from './reference.ts';

type World = Pick<StripeWorld, 'all' | 'get'>;

/** As much of a contract as Stripe and the reference both know, to tell which of them is wrong when access is. */
export interface ContractFacts {
  readonly status: Contract['status'];
  readonly plan: string;
  readonly end: number;
  readonly cancelAtEnd: boolean;
  readonly cancelAt: number | null;
  readonly next: string | null;
  readonly pending: boolean;
  readonly refundedCents: number;
}

const OVER: Pick<ContractFacts, 'plan' | 'end' | 'cancelAtEnd' | 'cancelAt' | 'next' | 'pending'> = {
  plan: '',
  end: 0,
  cancelAtEnd: false,
  cancelAt: null,
  next: null,
  pending: false,
};

const planWords = ({ tier, interval }: Plan): string => `${tier} by the ${interval}`;

export const factsOf = (contract: Contract): ContractFacts => {
  const refundedCents = contract.payments.reduce((sum, payment) => sum + payment.refundedCents, 0);
  if (contract.status === 'over') return { status: 'over', ...OVER, refundedCents };
  return {
    status: contract.status,
    plan: planWords(contract.plan),
    end: contract.end,
    cancelAtEnd: contract.cancelAtEnd,
    cancelAt: contract.cancelAt,
    next: contract.next && planWords(contract.next),
    pending: contract.pending !== null,
    refundedCents,
  };
};

const STATUSES: Readonly<Record<string, Contract['status']>> = {
  trialing: 'trialing',
  active: 'active',
  past_due: 'past-due',
  canceled: 'over',
};

const planOfKey = (lookupKey: string | null): string => {
  const [, tier = '', interval = ''] = /^quanticity_(\w+)_(\w+)$/.exec(lookupKey ?? '') ?? [];
  return planWords({ tier: tier as Paid, interval: interval as Plan['interval'] });
};

const nextAtStripe = (world: World, subscriptionId: string, after: number): string | null => {
  const schedule = world
    .all('subscription_schedule')
    .findLast((one) => one.subscription === subscriptionId && one.status === 'active');
  const price = schedule?.phases.find(({ start_date: start }) => start >= after)?.items[0]?.price;
  return price ? planOfKey(world.get('price', price)?.lookup_key ?? null) : null;
};

/** Null when Stripe knows no such subscription. */
export const factsAtStripe = (world: World, id: string): ContractFacts | null => {
  const subscription = world.get('subscription', id);
  if (!subscription) return null;
  const status = STATUSES[subscription.status];
  if (!status) throw new Error(`${id} is ${subscription.status}: the reference has no such state`);
  const invoices = new Set(
    world
      .all('invoice')
      .filter((one) => one.subscription === id)
      .map((one) => one.id),
  );
  const charges = world.all('charge').filter(({ invoice }) => invoice !== null && invoices.has(invoice));
  const refundedCents = charges.reduce((sum, charge) => sum + charge.amount_refunded, 0);
  if (status === 'over') return { status, ...OVER, refundedCents };
  const { current_period_end: end, cancel_at_period_end: cancelAtEnd } = subscription;
  return {
    status,
    plan: planOfKey(subscription.items.data[0]?.price.lookup_key ?? null),
    end,
    cancelAtEnd,
    cancelAt: cancelAtEnd ? null : subscription.cancel_at,
    next: nextAtStripe(world, id, end),
    pending: subscription.pending_update !== null,
    refundedCents,
  };
};
