import { type BillingInterval, entitlementsOf, type PaidTier, priceOf } from './plans.ts';

export const dollars = (cents: number): string => {
  const text = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(cents / 100);
  return text.endsWith('.00') ? text.slice(0, -3) : text;
};

/** What somebody agrees to by subscribing: said before the card is asked for, and again beside the button. */
export const termsOf = (offer: {
  readonly tier: PaidTier;
  readonly interval: BillingInterval;
  readonly trialDays: number;
}): string => {
  const { tier, interval, trialDays } = offer;
  const price = `${dollars(priceOf(tier, interval).cents)} a ${interval}`;
  const start =
    trialDays > 0
      ? `${entitlementsOf(tier).name} is free for ${trialDays} days. Then it costs ${price}`
      : `${entitlementsOf(tier).name} costs ${price}, charged today,`;
  return `${start} and renews by itself every ${interval} until you cancel. You can cancel at any time, with one click on your billing page, and keep what is paid for.`;
};
