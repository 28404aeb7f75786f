import { HOSTED } from '../store/wire.ts';
import type { World } from '../world.ts';
import { BLANK_CHARGE } from './blank.ts';
import { cardByFingerprint, type Decline, type TestCard } from './cards.ts';
import { openDispute } from './disputes.ts';
import type { Charge, PaymentIntent, PaymentMethod } from './types.ts';

const FEE_FIXED_CENTS = 30;
const FEE_PERCENT = 2.9;
const AVAILABLE_AFTER_SECONDS = 2 * 86_400;

const outcomeOf = (decline: Decline | null): Charge['outcome'] =>
  decline
    ? {
        network_status: 'declined_by_network',
        reason: decline.declineCode ?? decline.code,
        risk_level: 'normal',
        risk_score: 20,
        seller_message: 'The bank did not return any further details with this decline.',
        type: 'issuer_declined',
      }
    : {
        network_status: 'approved_by_network',
        reason: null,
        risk_level: 'normal',
        risk_score: 20,
        seller_message: 'Payment complete.',
        type: 'authorized',
      };

const cardDetails = (method: PaymentMethod, card: TestCard, proved: boolean): Charge['payment_method_details'] => {
  const { generated_from: _, networks, three_d_secure_usage: __, ...shownCard } = method.card;
  return {
    card: {
      ...shownCard,
      installments: null,
      mandate: null,
      network: networks.available[0] ?? card.brand,
      network_token: null,
      three_d_secure: proved
        ? { authentication_flow: 'challenge', result: 'authenticated', result_reason: null, version: '2.2.0' }
        : null,
    },
    type: 'card',
  };
};

/** Asks the bank: a charge that went through or one that was declined, both on record and told. */
export const chargeCard = (world: World, intent: PaymentIntent, method: PaymentMethod, proved: boolean): Charge => {
  const card = cardByFingerprint(method.card.fingerprint);
  const { decline } = card;
  const now = world.now();
  const id = world.newId('ch');
  const fee = Math.round((intent.amount * FEE_PERCENT) / 100) + FEE_FIXED_CENTS;
  const transaction = decline
    ? null
    : world.insert('balance_transaction', {
        id: world.newId('txn'),
        object: 'balance_transaction',
        amount: intent.amount,
        available_on: now + AVAILABLE_AFTER_SECONDS,
        created: now,
        currency: intent.currency,
        description: intent.description,
        exchange_rate: null,
        fee,
        fee_details: [
          {
            amount: fee,
            application: null,
            currency: intent.currency,
            description: 'Stripe processing fees',
            type: 'stripe_fee',
          },
        ],
        net: intent.amount - fee,
        reporting_category: 'charge',
        source: id,
        status: 'pending',
        type: 'charge',
      });
  const charge = world.insert(
    'charge',
    {
      ...BLANK_CHARGE,
      id,
      amount: intent.amount,
      amount_captured: decline ? 0 : intent.amount,
      balance_transaction: transaction?.id ?? null,
      billing_details: method.billing_details,
      captured: !decline,
      created: now,
      currency: intent.currency,
      customer: intent.customer,
      description: intent.description,
      failure_code: decline?.code ?? null,
      failure_message: decline?.message ?? null,
      invoice: intent.invoice,
      metadata: intent.metadata,
      outcome: outcomeOf(decline),
      paid: !decline,
      payment_intent: intent.id,
      payment_method: method.id,
      payment_method_details: cardDetails(method, card, proved),
      receipt_email: intent.receipt_email,
      receipt_url: decline ? null : `${HOSTED}/receipts/${id}`,
      status: decline ? 'failed' : 'succeeded',
    },
    decline ? 'charge.failed' : 'charge.succeeded',
  );
  if (!decline && card.dispute) openDispute(world, charge.id, card.dispute);
  return charge;
};
