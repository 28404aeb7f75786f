import type { Params } from '../http/params.ts';
import { invalid, missingParam, noSuch } from '../http/refusal.ts';
import type { World } from '../world.ts';
import type { Refund } from './settlement-types.ts';
import type { Charge } from './types.ts';

const chargeNamed = (world: World, params: Params): Charge => {
  const [charge, intent] = [params.text('charge'), params.text('payment_intent')];
  if (charge) return world.named('charge', charge, 'charge');
  if (!intent) throw missingParam('charge');
  const { latest_charge, status } = world.named('payment_intent', intent, 'payment_intent');
  if (latest_charge === null || status !== 'succeeded')
    throw invalid(`This PaymentIntent (${intent}) does not have a successful charge to refund.`, 'payment_intent');
  return world.need('charge', latest_charge);
};

const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;

/** Gives a charge back in whole or in part. It cancels no subscription. */
export const createRefund = (world: World, params: Params): Refund => {
  const charge = chargeNamed(world, params);
  if (!charge.paid) throw invalid(`Charge ${charge.id} has not been paid and cannot be refunded.`, 'charge');
  if (charge.refunded)
    throw invalid(`Charge ${charge.id} has already been refunded.`, undefined, 'charge_already_refunded');
  const dispute = charge.internal.dispute === null ? undefined : world.store.get('dispute', charge.internal.dispute);
  if (dispute && dispute.status !== 'won')
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, undefined, 'charge_disputed');
  const left = charge.amount - charge.amount_refunded;
  const amount = params.integer('amount') ?? left;
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (amount > left)
    throw invalid(
      `Refund amount (${dollars(amount)}) is greater than unrefunded amount on charge (${dollars(left)})`,
      'amount',
    );
  const now = world.now();
  const id = world.newId('re');
  const transaction = world.insert('balance_transaction', {
    id: world.newId('txn'),
    object: 'balance_transaction',
    amount: -amount,
    available_on: now,
    created: now,
    currency: charge.currency,
    description: 'REFUND FOR CHARGE',
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: -amount,
    reporting_category: 'refund',
    source: id,
    status: 'available',
    type: 'refund',
  });
  const refund = world.insert(
    'refund',
    {
      id,
      object: 'refund',
      amount,
      balance_transaction: transaction.id,
      charge: charge.id,
      created: now,
      currency: charge.currency,
      metadata: params.metadata(),
      payment_intent: charge.payment_intent,
      reason: params.oneOf('reason', ['duplicate', 'fraudulent', 'requested_by_customer']) ?? null,
      receipt_number: null,
      source_transfer_reversal: null,
      status: 'succeeded',
      transfer_reversal: null,
    },
    'refund.created',
  );
  const amount_refunded = charge.amount_refunded + amount;
  world.update(
    'charge',
    charge.id,
    { amount_refunded, refunded: amount_refunded === charge.amount },
    'charge.refunded',
  );
  return refund;
};

export const refundsOf = (world: World, chargeId: string): readonly Refund[] =>
  world.store.all('refund').filter(({ charge }) => charge === chargeId);

export const refundOf = (world: World, id: string, chargeId: string): Refund => {
  const refund = world.find('refund', id);
  if (refund.charge !== chargeId) throw noSuch('refund', id, 'id');
  return refund;
};
