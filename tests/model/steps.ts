import fc from 'fast-check';
import type { Card, Paid, Plan } from './reference.ts';

/** Two people, so that one could be served what the other paid for. */
export type Who = 0 | 1;

interface Buy {
  readonly do: 'buy';
  readonly who: Who;
  readonly plan: Plan;
  /** Which of the person's cards. */
  readonly card: number;
  /** What the holder answers his bank. */
  readonly proved: boolean;
  /** Whether the browser comes back to our success page. */
  readonly returns: boolean;
}

/** What is asked of Stripe, so that it can go wrong halfway. */
export type TroubledStep =
  | Buy
  | { readonly do: 'abandon'; readonly who: Who; readonly plan: Plan }
  | { readonly do: 'change'; readonly who: Who; readonly plan: Plan }
  | { readonly do: 'cancel' | 'resume'; readonly who: Who }
  | { readonly do: 'end' | 'resync'; readonly who: Who }
  | { readonly do: 'ban'; readonly who: Who }
  | { readonly do: 'refund'; readonly who: Who; readonly whole: boolean }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'night' };

export type Step =
  | TroubledStep
  | { readonly do: 'second'; readonly who: Who; readonly plan: Plan }
  | { readonly do: 'forge-success'; readonly who: Who }
  | { readonly do: 'portal-cancel' | 'portal-resume'; readonly who: Who }
  | { readonly do: 'portal-card' | 'pay-open'; readonly who: Who; readonly card: number; readonly proved: boolean }
  | { readonly do: 'dispute' | 'dispute-won' | 'dispute-lost'; readonly who: Who }
  | { readonly do: 'cancel-at'; readonly who: Who; readonly days: number }
  | { readonly do: 'unban' | 'revoke'; readonly who: Who }
  | { readonly do: 'comp'; readonly who: Who; readonly tier: Paid; readonly days: number }
  /** To just before, at or just after a moment at which something changes. */
  | { readonly do: 'wait-for-edge'; readonly which: number; readonly offset: -1 | 0 | 1 }
  | { readonly do: 'weather'; readonly weather: Weather }
  | { readonly do: 'deliver' | 'restart' }
  /** The step is asked for while Stripe's API fails, and then once more when it works again. */
  | {
      readonly do: 'in-trouble';
      readonly kind: Trouble;
      readonly times: number;
      readonly where: Where;
      readonly step: TroubledStep;
    };

/** Which requests fail. */
export interface Where {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
}

/** What becomes of webhooks: each once and in order, each twice, in any order, later, or never. */
export type Weather = 'fair' | 'doubled' | 'shuffled' | 'late' | 'lost';
/** How Stripe's API fails next. */
export type Trouble = 'server-error' | 'error-after-commit' | 'rate-limit' | 'connection-reset' | 'reset-after-commit';

const plain: Omit<Card, 'number'> = { onFile: true, pays: true, proof: 'never', disputes: false };
const declined = { ...plain, onFile: false, pays: false };

/**
 * Each person's own cards: good ones first, then one that is asked for proof or disputed, one that fails later, and ones
 * that are declined at once. No card that goes on file is both people's: a trial is one for each card.
 */
export const CARDS: readonly [readonly Card[], readonly Card[]] = [
  [
    { ...plain, number: '4242424242424242' },
    { ...plain, number: '378282246310005' },
    { ...plain, number: '4000002500003155', proof: 'once' },
    { ...plain, number: '4000000000000341', pays: false },
    { ...declined, number: '4000000000000002' },
    { ...declined, number: '4000000000009995' },
  ],
  [
    { ...plain, number: '5555555555554444' },
    { ...plain, number: '4000056655665556' },
    { ...plain, number: '4000002760003184', proof: 'always' },
    { ...plain, number: '4000000000000259', disputes: true },
    { ...plain, number: '4000008400001629', proof: 'always', pays: false },
    { ...declined, number: '4000000000000069' },
  ],
];

const WHERES: readonly Where[] = [
  { method: 'GET', path: '/v1/' },
  { method: 'GET', path: '/v1/invoices' },
  { method: 'POST', path: '/v1/' },
  { method: 'POST', path: '/v1/subscriptions' },
  { method: 'POST', path: '/v1/subscription_schedules' },
  { method: 'POST', path: '/v1/checkout/sessions' },
  { method: 'POST', path: '/v1/refunds' },
  { method: 'POST', path: '/v1/customers' },
  { method: 'DELETE', path: '/v1/subscriptions' },
];
const WEATHERS = ['fair', 'doubled', 'shuffled', 'late', 'lost'] as const;

/** Mostly the one, so that much happens to somebody. */
const who = fc.oneof({ weight: 3, arbitrary: fc.constant<Who>(0) }, { weight: 1, arbitrary: fc.constant<Who>(1) });
const paid = fc.constantFrom<Paid>('basic', 'premium');
const plan: fc.Arbitrary<Plan> = fc.record({
  tier: paid,
  interval: fc.oneof(
    { weight: 3, arbitrary: fc.constant('month' as const) },
    { weight: 1, arbitrary: fc.constant('year' as const) },
  ),
});
/** Mostly a good one. */
const card = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 1) },
  { weight: 4, arbitrary: fc.integer({ min: 2, max: 5 }) },
);
/** One that is put on file: half of them fail at a later payment. */
const laterCard = fc.constantFrom(0, 1, 2, 3, 3, 4);
const mostly = fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });

const HOUR = 3_600;
const DAY = 86_400;
const seconds = fc.constantFrom(
  1,
  60,
  HOUR,
  HOUR + 1,
  5 * HOUR,
  DAY,
  3 * DAY,
  7 * DAY,
  8 * DAY,
  15 * DAY,
  28 * DAY,
  31 * DAY,
  32 * DAY,
  95 * DAY,
);

const weighted = (entries: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Step>])[]): fc.Arbitrary<Step> =>
  fc.oneof(...entries.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const act = <Name extends Step['do']>(...names: readonly Name[]) => fc.constantFrom(...names);

const buy = fc.record({ do: fc.constant('buy' as const), who, plan, card, proved: mostly, returns: mostly });
const abandon = fc.record({ do: fc.constant('abandon' as const), who, plan });
const change = fc.record({ do: fc.constant('change' as const), who, plan });
const cancelOrResume = fc.record({ do: act('cancel', 'cancel', 'resume'), who });
const refund = fc.record({ do: fc.constant('refund' as const), who, whole: mostly });
const wait = fc.record({ do: fc.constant('wait' as const), seconds });
const edge = fc.record({
  do: fc.constant('wait-for-edge' as const),
  which: fc.nat({ max: 7 }),
  offset: fc.constantFrom<-1 | 0 | 1>(-1, 0, 1),
});
const inTrouble = fc.record({
  do: fc.constant('in-trouble' as const),
  kind: fc.constantFrom<Trouble>(
    'server-error',
    'error-after-commit',
    'rate-limit',
    'connection-reset',
    'reset-after-commit',
  ),
  times: fc.integer({ min: 1, max: 3 }),
  where: fc.constantFrom<Where>(...WHERES),
  step: fc.oneof(
    buy as fc.Arbitrary<TroubledStep>,
    abandon,
    change,
    cancelOrResume,
    refund,
    wait,
    fc.record({ do: act('end', 'resync'), who }),
    fc.record({ do: fc.constant('ban' as const), who }),
    fc.record({ do: fc.constant('night' as const) }),
  ),
});

const step = weighted([
  [10, buy],
  [2, abandon],
  [1, fc.record({ do: fc.constant('forge-success' as const), who })],
  [12, change],
  [7, cancelOrResume],
  [3, fc.record({ do: act('portal-cancel', 'portal-resume'), who })],
  [8, fc.record({ do: fc.constant('portal-card' as const), who, card: laterCard, proved: mostly })],
  [5, fc.record({ do: fc.constant('pay-open' as const), who, card, proved: mostly })],
  [4, refund],
  [4, fc.record({ do: act('dispute', 'dispute-won', 'dispute-lost'), who })],
  [3, fc.record({ do: fc.constant('cancel-at' as const), who, days: fc.integer({ min: 1, max: 60 }) })],
  [1, fc.record({ do: fc.constant('second' as const), who, plan })],
  [1, fc.record({ do: act('end', 'resync'), who })],
  [2, fc.record({ do: act('ban', 'unban', 'unban', 'revoke'), who })],
  [2, fc.record({ do: fc.constant('comp' as const), who, tier: paid, days: fc.integer({ min: 1, max: 60 }) })],
  [10, wait],
  [18, edge],
  [8, fc.record({ do: fc.constant('weather' as const), weather: fc.constantFrom<Weather>(...WEATHERS) })],
  [3, fc.record({ do: act('deliver', 'restart') })],
  [1, fc.record({ do: fc.constant('night' as const) })],
  [6, inTrouble],
]);

export interface Story {
  /** When it begins, seconds since 1970: months differ in length, and so do years. */
  readonly begins: number;
  readonly trials: boolean;
  readonly steps: readonly Step[];
}

const BEGINNINGS = [
  '2027-01-31T10:00:00Z',
  '2027-02-28T23:59:59Z',
  '2027-03-13T21:30:00Z',
  '2027-10-31T04:30:00Z',
  '2027-12-31T23:00:00Z',
  '2028-02-29T12:00:00Z',
  '2027-06-15T00:00:00Z',
];

export const story: fc.Arbitrary<Story> = fc.record({
  begins: fc.constantFrom(...BEGINNINGS.map((text) => Date.parse(text) / 1_000)),
  trials: fc.boolean(),
  steps: fc
    .tuple(step, buy, fc.array(step, { minLength: 3, maxLength: 16, size: 'max' }))
    .map(([first, bought, more]) => [first, bought, ...more]),
});
