/** What a missed payment, a trial and a late word from Stripe mean. From the configuration, once. */
export interface BillingPolicy {
  /** Days for which a missed payment is borne with, counted from when it was due. */
  readonly graceDays: number;
  /** Days of a first subscription that cost nothing; 0: there are no trials. */
  readonly trialDays: number;
  /** Whether Stripe adds the taxes of the customer's place. */
  readonly automaticTax: boolean;
}
