import { expireSession, sessionDue } from '../checkout/expire.ts';
import { EVENT_LIFE_SECONDS } from '../events/routes.ts';
import { actOnInvoice, invoiceDue } from '../invoices/due.ts';
import type { TableName } from '../store/tables.ts';
import { actOnSubscription, subscriptionDue } from '../subscriptions/due.ts';
import type { World } from '../world.ts';
import { DAY_SECONDS } from './months.ts';

type Due = readonly [string, number | null];

const ofSubscription = (world: World, id: string): Due => {
  const subscription = world.store.get('subscription', id);
  return [`subscription ${id}`, subscription ? subscriptionDue(world, subscription) : null];
};

/** Where an object stands on the agenda; null for a kind that does nothing by itself. */
export const dueOf = (world: World, table: TableName, id: string): Due | null => {
  switch (table) {
    case 'subscription':
      return ofSubscription(world, id);
    case 'subscription_schedule': {
      // A schedule acts through its subscription.
      const subscription = world.store.get('subscription_schedule', id)?.subscription;
      return subscription ? ofSubscription(world, subscription) : null;
    }
    case 'invoice': {
      const invoice = world.store.get('invoice', id);
      return [`invoice ${id}`, invoice ? invoiceDue(invoice) : null];
    }
    case 'checkout.session': {
      const session = world.store.get('checkout.session', id);
      return [`checkout ${id}`, session ? sessionDue(session) : null];
    }
    default:
      return null;
  }
};

const act = (world: World, key: string): void => {
  const [kind, id = ''] = key.split(' ');
  switch (kind) {
    case 'subscription':
      actOnSubscription(world, id);
      return;
    case 'invoice':
      actOnInvoice(world, id);
      return;
    default:
      expireSession(world, id);
  }
};

/** The same thing at the same instant again and again would never end. */
const REPEATS_MAX = 50;

const runUntil = (world: World, untilSeconds: number): void => {
  let [last, repeats] = ['', 0];
  for (;;) {
    const next = world.agenda.firstBy(untilSeconds);
    if (!next) return;
    const label = `${next.key} at ${next.atSeconds}`;
    repeats = label === last ? repeats + 1 : 0;
    last = label;
    if (repeats > REPEATS_MAX) throw new Error(`${label} is due for ever`);
    world.at(next.atSeconds, () => world.store.transaction(() => act(world, next.key)));
  }
};

const KEPT_ANSWER_SECONDS = DAY_SECONDS;

/** Stripe forgets events after 30 days and idempotency keys after one. */
const forget = (world: World): void => {
  const now = world.now();
  const old = [
    ...firstOld(world, 'event', now - EVENT_LIFE_SECONDS),
    ...firstOld(world, 'kept_answer', now - KEPT_ANSWER_SECONDS),
  ];
  if (old.length === 0) return;
  world.store.transaction(() => {
    for (const [table, id] of old) world.store.remove(table, id);
  });
};

const firstOld = (world: World, table: 'event' | 'kept_answer', before: number): readonly [typeof table, string][] => {
  const old: [typeof table, string][] = [];
  for (const { id, created } of world.store.each(table)) {
    if (created >= before) break;
    old.push([table, id]);
  }
  return old;
};

/** Does all that is due by now, in order of time. */
export const ripen = (world: World): void => {
  runUntil(world, world.now());
  forget(world);
};

/** Moves the clock on, doing what falls due on the way at its own instant. */
export const advance = (world: World, seconds: number): void => {
  if (!Number.isInteger(seconds) || seconds < 0) throw new RangeError('the clock goes on by whole seconds only');
  world.store.transaction(() => world.store.setNumber('clock.offset', world.store.number('clock.offset') + seconds));
  ripen(world);
};
