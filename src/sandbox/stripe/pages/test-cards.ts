/** Stripe's test cards, and what each is for. */
export const TEST_CARDS: readonly { readonly number: string; readonly does: string }[] = [
  { number: '4242424242424242', does: 'pays' },
  { number: '5105105105105100', does: 'pays (Mastercard prepaid)' },
  { number: '4000000000000002', does: 'is declined' },
  { number: '4000000000009995', does: 'has insufficient funds' },
  { number: '4000000000000069', does: 'has expired' },
  { number: '4000000000000127', does: 'has a wrong security code' },
  { number: '4000000000000119', does: 'meets a processing error' },
  { number: '4000002500003155', does: 'asks for 3-D Secure once, then pays' },
  { number: '4000002760003184', does: 'asks for 3-D Secure every time' },
  { number: '4000008260003178', does: 'asks for 3-D Secure, then has insufficient funds' },
  { number: '4000008400001629', does: 'asks for 3-D Secure, then is declined' },
  { number: '4000000000000341', does: 'is taken and declines every charge' },
  { number: '4000000000000259', does: 'pays and is disputed' },
];

/** `4242 4242 4242 4242`. */
export const spaced = (number: string): string => number.replace(/(\d{4})(?=\d)/g, '$1 ');
