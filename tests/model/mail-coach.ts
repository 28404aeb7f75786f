import { createHmac } from 'node:crypto';
import type { Billing } from '../../src/billing/door.ts';
import { WEBHOOK_EVENTS } from '../../src/billing/setup/webhook-events.ts';
import type { Random } from '../../src/engine/testing/random.ts';
import type { StripeEvent } from '../../src/sandbox/stripe/events/types.ts';
import type { StripeWorld } from '../../src/sandbox/stripe/seam.ts';
import { WEBHOOK_SECRET } from '../support/billing.ts';
import type { Weather } from './steps.ts';

interface Letter {
  readonly customer: string | null;
  readonly body: Uint8Array;
}

const WANTED: ReadonlySet<string> = new Set(WEBHOOK_EVENTS);

/** Whom an event is about; a dispute names its charge alone. */
const customerOf = (world: StripeWorld, { data }: StripeEvent): string | null => {
  const object: Readonly<Record<string, unknown>> = { ...data.object };
  if (object['object'] === 'customer') return String(object['id']);
  if (object['object'] === 'dispute') return world.get('charge', String(object['charge']))?.customer ?? null;
  return typeof object['customer'] === 'string' ? object['customer'] : null;
};

/** Carries Stripe's events to our door: signed as Stripe signs them, in whatever weather there is. */
export interface MailCoach {
  weather: Weather;
  /** Delivers what this weather delivers. Returns the customers of whom word was taken in. */
  arrive(billing: Billing): Promise<ReadonlySet<string>>;
  /** Delivers everything that is still on its way, in any order. */
  arriveAll(billing: Billing): Promise<ReadonlySet<string>>;
  stop(): void;
}

export const createMailCoach = (world: StripeWorld, random: Random): MailCoach => {
  let fresh: Letter[] = [];
  let late: Letter[] = [];
  const stop = world.onEvent((event) => {
    if (WANTED.has(event.type))
      fresh.push({ customer: customerOf(world, event), body: new TextEncoder().encode(world.render(event)) });
  });
  const deliverOne = async (billing: Billing, { body }: Letter): Promise<200 | 500> => {
    const at = Math.floor(Date.now() / 1_000);
    const mac = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.`).update(body).digest('hex');
    const answer = await billing.receiveWebhook(body, `t=${at},v1=${mac}`);
    if (answer === 400) throw new Error('a webhook as Stripe signs it was refused');
    return answer;
  };
  /** `times`: how often each is delivered, at the same moment. */
  const deliver = async (billing: Billing, letters: readonly Letter[], times = 1): Promise<ReadonlySet<string>> => {
    const heard = new Set<string>();
    for (const letter of letters) {
      const answers = await Promise.all(Array.from({ length: times }, () => deliverOne(billing, letter)));
      // Not taken in: Stripe delivers it again later.
      if (!answers.includes(200)) late.push(letter);
      else if (letter.customer !== null) heard.add(letter.customer);
    }
    return heard;
  };
  const coach: MailCoach = {
    weather: 'fair',
    async arrive(billing) {
      const letters = fresh;
      fresh = [];
      switch (coach.weather) {
        case 'fair':
          return deliver(billing, letters);
        case 'doubled':
          return deliver(billing, letters, 2);
        case 'shuffled': {
          const all = random.shuffle([...late, ...letters]);
          late = [];
          return deliver(billing, all);
        }
        case 'late':
          late.push(...letters);
          return new Set();
        case 'lost':
          return new Set();
      }
    },
    async arriveAll(billing) {
      const all = random.shuffle([...late, ...fresh]);
      late = [];
      fresh = [];
      return deliver(billing, all);
    },
    stop,
  };
  return coach;
};
