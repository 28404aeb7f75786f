import { invalid } from '../http/refusal.ts';
import type { World } from '../world.ts';
import type { BalanceTransaction, Dispute } from './settlement-types.ts';

const FEE_CENTS = 1_500;
const RESPONSE_SECONDS = 9 * 86_400;
const EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

const adjust = (world: World, dispute: string, amount: number, fee: number, currency: string): BalanceTransaction => {
  const now = world.now();
  return world.insert('balance_transaction', {
    id: world.newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: now,
    created: now,
    currency,
    description: amount < 0 ? 'Chargeback withdrawal' : 'Chargeback reversal',
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0 ? [] : [{ amount: fee, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
    source: dispute,
    status: 'available',
    type: 'adjustment',
  });
};

/** The cardholder takes the whole charge back by his bank; the money leaves our balance until it is decided. */
export const openDispute = (world: World, chargeId: string, reason: string): Dispute => {
  const charge = world.need('charge', chargeId);
  const now = world.now();
  const id = world.newId('dp');
  const amount = charge.amount - charge.amount_refunded;
  const transaction = adjust(world, id, -amount, FEE_CENTS, charge.currency);
  world.update('charge', chargeId, { disputed: true, internal: { dispute: id } }, 'charge.updated');
  const dispute = world.insert(
    'dispute',
    {
      id,
      object: 'dispute',
      amount,
      balance_transactions: [transaction],
      charge: chargeId,
      created: now,
      currency: charge.currency,
      evidence: Object.fromEntries(EVIDENCE.map((key) => [key, null])),
      evidence_details: { due_by: now + RESPONSE_SECONDS, has_evidence: false, past_due: false, submission_count: 0 },
      is_charge_refundable: false,
      livemode: false,
      metadata: {},
      payment_intent: charge.payment_intent,
      payment_method_details: {
        card: { brand: charge.payment_method_details.card.brand, network_reason_code: '10' },
        type: 'card',
      },
      reason,
      status: 'needs_response',
    },
    'charge.dispute.created',
  );
  world.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
};

/** The bank's verdict. Won: the money comes back (the fee does not). */
export const decideDispute = (world: World, id: string, won: boolean): Dispute => {
  const dispute = world.need('dispute', id);
  if (dispute.status === 'won' || dispute.status === 'lost')
    throw invalid(`This dispute is already ${dispute.status}.`, 'dispute');
  const back = won ? [adjust(world, id, dispute.amount, 0, dispute.currency)] : [];
  const closed = world.update('dispute', id, {
    status: won ? 'won' : 'lost',
    balance_transactions: [...dispute.balance_transactions, ...back],
  });
  world.emit('charge.dispute.closed', closed);
  if (won) world.emit('charge.dispute.funds_reinstated', closed);
  return closed;
};

/**
 * Evidence as it is sent. In Stripe's test mode the words `winning_evidence` and `losing_evidence` in
 * `uncategorized_text` decide the dispute as soon as it is submitted.
 */
export const sendEvidence = (
  world: World,
  id: string,
  sent: Readonly<Record<string, string | null>>,
  submit: boolean,
): Dispute => {
  const dispute = world.find('dispute', id, 'dispute');
  if (dispute.status !== 'needs_response') throw invalid('This dispute can no longer be answered.', 'dispute');
  const evidence = { ...dispute.evidence, ...sent };
  const details = dispute.evidence_details;
  const updated = world.update(
    'dispute',
    id,
    {
      evidence,
      evidence_details: {
        ...details,
        has_evidence: Object.values(evidence).some((value) => value !== null),
        submission_count: details.submission_count + (submit ? 1 : 0),
      },
      status: submit ? 'under_review' : dispute.status,
    },
    'charge.dispute.updated',
  );
  const words = evidence['uncategorized_text'];
  if (!submit || (words !== 'winning_evidence' && words !== 'losing_evidence')) return updated;
  return decideDispute(world, id, words === 'winning_evidence');
};
