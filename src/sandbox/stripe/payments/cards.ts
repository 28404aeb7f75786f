import { hash32, hashText } from '../../market/random.ts';
import { idOf } from '../store/ids.ts';

/** How a card is refused, in Stripe's words. */
export interface Decline {
  readonly code: string;
  readonly declineCode: string | null;
  readonly message: string;
}

export interface TestCard {
  readonly number: string;
  readonly brand: 'visa' | 'mastercard' | 'amex';
  readonly funding: 'credit' | 'debit' | 'prepaid';
  /** The ids by which the API knows the card. */
  readonly ids: readonly string[];
  /** What a charge comes to; null when it goes through. */
  readonly decline: Decline | null;
  /** Whether the card goes on file at all: a card that only fails later does. */
  readonly attaches: boolean;
  /** When the bank asks for the cardholder's proof: `once` until the card was set up for later use. */
  readonly proof: 'never' | 'once' | 'always';
  /** What the cardholder disputes at once after a charge. */
  readonly dispute: 'fraudulent' | 'product_not_received' | null;
}

const declined = (declineCode: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
});
const plain: Omit<TestCard, 'number' | 'ids'> = {
  brand: 'visa',
  funding: 'credit',
  decline: null,
  attaches: true,
  proof: 'never',
  dispute: null,
};
const refused = (number: string, ids: readonly string[], decline: Decline): TestCard => ({
  ...plain,
  number,
  ids,
  decline,
  attaches: false,
});

const INSUFFICIENT = declined('insufficient_funds', 'Your card has insufficient funds.');

/** The test cards of Stripe's documentation, as far as a subscription business meets them. */
const TEST_CARDS: readonly TestCard[] = [
  { ...plain, number: '4242424242424242', ids: ['pm_card_visa', 'pm_card_us'] },
  { ...plain, number: '4000056655665556', ids: ['pm_card_visa_debit'], funding: 'debit' },
  { ...plain, number: '5555555555554444', ids: ['pm_card_mastercard'], brand: 'mastercard' },
  {
    ...plain,
    number: '5105105105105100',
    ids: ['pm_card_mastercard_prepaid'],
    brand: 'mastercard',
    funding: 'prepaid',
  },
  { ...plain, number: '378282246310005', ids: ['pm_card_amex'], brand: 'amex' },
  refused('4000000000000002', ['pm_card_visa_chargeDeclined', 'pm_card_chargeDeclined'], declined('generic_decline')),
  refused(
    '4000000000009995',
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'pm_card_chargeDeclinedInsufficientFunds'],
    INSUFFICIENT,
  ),
  refused('4000000000009987', ['pm_card_visa_chargeDeclinedLostCard'], declined('lost_card')),
  refused('4000000000009979', ['pm_card_visa_chargeDeclinedStolenCard'], declined('stolen_card')),
  refused('4000000000000069', ['pm_card_chargeDeclinedExpiredCard'], {
    code: 'expired_card',
    declineCode: null,
    message: 'Your card has expired.',
  }),
  refused('4000000000000127', ['pm_card_chargeDeclinedIncorrectCvc'], {
    code: 'incorrect_cvc',
    declineCode: null,
    message: "Your card's security code is incorrect.",
  }),
  refused('4000000000000119', ['pm_card_chargeDeclinedProcessingError'], {
    code: 'processing_error',
    declineCode: null,
    message: 'An error occurred while processing your card. Try again in a little bit.',
  }),
  { ...plain, number: '4000000000000341', ids: ['pm_card_chargeCustomerFail'], decline: declined('generic_decline') },
  { ...plain, number: '4000002500003155', ids: ['pm_card_authenticationRequiredOnSetup'], proof: 'once' },
  { ...plain, number: '4000002760003184', ids: ['pm_card_authenticationRequired'], proof: 'always' },
  {
    ...plain,
    number: '4000008400001629',
    ids: ['pm_card_threeDSecureRequiredChargeDeclined'],
    proof: 'always',
    decline: declined('generic_decline'),
  },
  {
    ...plain,
    number: '4000008260003178',
    ids: ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds'],
    proof: 'always',
    decline: INSUFFICIENT,
  },
  { ...plain, number: '4000000000000259', ids: ['pm_card_createDispute'], dispute: 'fraudulent' },
  {
    ...plain,
    number: '4000000000002685',
    ids: ['pm_card_createDisputeProductNotReceived'],
    dispute: 'product_not_received',
  },
];

/** Stripe refuses real cards in test mode with these words. */
export const REAL_CARD: Decline = declined(
  'test_mode_live_card',
  'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
);

/** The same for the same number, as Stripe's are within one account. */
export const fingerprintOf = (number: string): string => idOf(hash32(hashText(number)), 'fingerprint', 1).slice(-16);

const BY_NUMBER = new Map(TEST_CARDS.map((card) => [card.number, card]));
const BY_ID = new Map(TEST_CARDS.flatMap((card) => card.ids.map((id) => [id, card] as const)));
const BY_FINGERPRINT = new Map(TEST_CARDS.map((card) => [fingerprintOf(card.number), card]));

export const cardByNumber = (number: string): TestCard | undefined => BY_NUMBER.get(number);
export const cardById = (id: string): TestCard | undefined => BY_ID.get(id);
/** A card on file is one of the table: no other gets there. */
export const cardByFingerprint = (fingerprint: string): TestCard => {
  const card = BY_FINGERPRINT.get(fingerprint);
  if (!card) throw new Error(`a card on file that is no test card: ${fingerprint}`);
  return card;
};

/** The check digit of a card number. */
export const isLuhn = (number: string): boolean => {
  let sum = 0;
  [...number].reverse().forEach((digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
};
