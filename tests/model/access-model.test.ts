import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { Drive, type Tally } from './drive.ts';
import { playMany, tallyWords } from './play-many.ts';
import { prepareDatabase } from './stage.ts';
import type { Step } from './steps.ts';

/** A slice of what `bun run soak:billing` plays by the thousands. */
const SEED = Number(process.env['MODEL_SEED'] ?? 20_261_126);
const STORIES = Number(process.env['MODEL_STORIES'] ?? 70);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await prepareDatabase(database);
});
afterAll(() => database.drop());

test('whatever people, operators, cards and webhooks do, everybody has exactly the access that the policy gives', async () => {
  const tally: Tally = new Map();
  await playMany(database, { seed: SEED, stories: STORIES, tally });
  console.log(`seed ${SEED}, ${STORIES} stories: ${tallyWords(tally)}`);
  // The premise: the stories went where access changes.
  for (const what of [
    'checks that found premium',
    'checks that found basic',
    'contracts bought',
    'trials begun',
    'changes changed',
    'changes scheduled',
    'contracts left over',
    'refunds',
  ])
    expect([what, (tally.get(what) ?? 0) > 5]).toEqual([what, true]);
}, 600_000);

const BASIC = { tier: 'basic', interval: 'month' } as const;
const buy: Step = { do: 'buy', who: 0, plan: BASIC, card: 0, proved: true, returns: true };
const nextEdge = (offset: -1 | 0 | 1): Step => ({ do: 'wait-for-edge', which: 0, offset });
const DAY = 86_400;

/** Stories on which product and policy once parted, or could. */
const STORY: Readonly<Record<string, readonly Step[]>> = {
  'a payment that was given back gives nothing from the renewal to its payment, and no grace when that fails': [
    buy,
    { do: 'refund', who: 0, whole: true },
    nextEdge(-1),
    { do: 'wait', seconds: 60 },
    { do: 'portal-card', who: 0, card: 3, proved: true },
    { do: 'wait', seconds: 2 * 3_600 },
    { do: 'wait', seconds: 3 * DAY },
  ],
  'a disputed payment gives nothing until the dispute is won, or the next period is paid': [
    buy,
    { do: 'dispute', who: 0 },
    { do: 'wait', seconds: DAY },
    { do: 'dispute-won', who: 0 },
    { do: 'dispute', who: 0 },
    nextEdge(1),
    { do: 'wait', seconds: 2 * 3_600 },
  ],
  'whoever never came back from a checkout, stopped and returns may buy again': [
    { ...buy, returns: false },
    { do: 'cancel', who: 0 },
    { do: 'wait', seconds: 40 * DAY },
    buy,
  ],
  'a refund of an early payment takes nothing of the year that was paid after it': [
    buy,
    { do: 'change', who: 0, plan: { tier: 'premium', interval: 'year' } },
    { do: 'refund', who: 0, whole: true },
    { do: 'wait', seconds: DAY },
  ],
  'an upgrade whose card fails gives nothing, until it is paid by another': [
    buy,
    { do: 'portal-card', who: 0, card: 3, proved: true },
    { do: 'change', who: 0, plan: { tier: 'premium', interval: 'month' } },
    { do: 'wait', seconds: 3_600 },
    { do: 'pay-open', who: 0, card: 1, proved: true },
  ],
  'a cancellation heard of by no webhook ends access to the second all the same, once the night has passed': [
    buy,
    { do: 'weather', weather: 'lost' },
    { do: 'portal-cancel', who: 0 },
    { do: 'wait', seconds: DAY },
    nextEdge(-1),
    { do: 'wait', seconds: 1 },
  ],
  'a part of a payment is given back once, though the answer to it got lost': (
    ['error-after-commit', 'reset-after-commit', 'server-error', 'connection-reset'] as const
  ).flatMap((kind): Step[] => [
    buy,
    {
      do: 'in-trouble',
      kind,
      times: 1,
      where: { method: 'POST', path: '/v1/refunds' },
      step: { do: 'refund', who: 0, whole: false },
    },
    { do: 'refund', who: 0, whole: false },
  ]),
  'a date on which it ends is kept to the second, though no webhook tells of the end': [
    buy,
    { do: 'cancel-at', who: 0, days: 1 },
    { do: 'wait', seconds: 3_600 },
    { do: 'night' },
    { do: 'weather', weather: 'lost' },
    nextEdge(-1),
    { do: 'wait', seconds: 1 },
  ],
  'a ban takes what was given too, though Stripe does not answer, and gives it back when it is lifted': [
    { do: 'comp', who: 0, tier: 'premium', days: 40 },
    buy,
    {
      do: 'in-trouble',
      kind: 'connection-reset',
      times: 3,
      where: { method: 'DELETE', path: '/v1/subscriptions' },
      step: { do: 'ban', who: 0 },
    },
    { do: 'wait', seconds: DAY },
    { do: 'unban', who: 0 },
  ],
  'a late word of an earlier state changes nothing': [
    buy,
    { do: 'weather', weather: 'late' },
    { do: 'portal-cancel', who: 0 },
    { do: 'portal-resume', who: 0 },
    { do: 'refund', who: 0, whole: true },
    { do: 'deliver' },
    { do: 'cancel', who: 0 },
    nextEdge(1),
    { do: 'deliver' },
  ],
  'a change that came with this period does not stand in the way of the next one': [
    buy,
    { do: 'change', who: 0, plan: { tier: 'basic', interval: 'year' } },
    nextEdge(1),
    { do: 'wait', seconds: 5 * DAY },
    { do: 'change', who: 0, plan: BASIC },
    { do: 'wait', seconds: 400 * DAY },
  ],
  'a comp beside a subscription that was cancelled lapses on its day': [
    buy,
    { do: 'comp', who: 0, tier: 'premium', days: 3 },
    { do: 'cancel', who: 0 },
    nextEdge(-1),
    nextEdge(0),
    { do: 'wait', seconds: 60 * DAY },
  ],
};

test.each(Object.entries(STORY))('%s', async (_what, steps) => {
  for (const trials of [false, true])
    for (const begins of ['2027-01-31T10:00:00Z', '2027-06-15T00:00:00Z'])
      await Drive.play(database, { begins: Date.parse(begins) / 1_000, trials, steps });
});
