import { Agenda } from './clock/agenda.ts';
import type { StripeEvent } from './events/types.ts';
import { noSuch, notFound } from './http/refusal.ts';
import type { Dunning } from './seam.ts';
import { previousAttributes } from './store/diff.ts';
import { idOf } from './store/ids.ts';
import type { Journal } from './store/journal.ts';
import { Store } from './store/store.ts';
import type { TableName, Tables } from './store/tables.ts';
import { shown } from './store/wire.ts';

export const API_VERSION = '2023-08-16';

interface WorldOptions {
  readonly seed: number;
  readonly journal: Journal | null;
  /** Wall ms since epoch. */
  readonly wallNow: () => number;
  readonly dunning: Dunning;
  /** When something next falls due for an object, seconds since epoch; null when nothing does. */
  readonly dueOf: (world: World, table: TableName, id: string) => readonly [string, number | null] | null;
}

type Hash = Readonly<Record<string, unknown>>;

/** The sandbox's objects, its clock and its events: what every verb works on. */
export class World {
  readonly store: Store;
  readonly agenda = new Agenda();
  readonly dunning: Dunning;
  /** The API request being answered, which its events name; null for what happens by itself. */
  request: StripeEvent['request'] | null = null;
  readonly #wallNow: () => number;
  readonly #seed: number;
  #requests = 0;
  #frozen: number | null = null;
  readonly #listeners = new Set<(event: StripeEvent) => void>();

  constructor({ seed, journal, wallNow, dunning, dueOf }: WorldOptions) {
    this.#wallNow = wallNow;
    this.#seed = seed;
    this.dunning = dunning;
    let loaded = false;
    const schedule = (table: TableName, id: string): void => {
      const due = dueOf(this, table, id);
      if (due) this.agenda.set(...due);
    };
    this.store = new Store(seed, journal, (table, id) => {
      // While the journal is read, an object may name another that has not been read yet.
      if (loaded) schedule(table, id);
    });
    loaded = true;
    for (const table of ['subscription', 'invoice', 'checkout.session'] as const)
      for (const { id } of this.store.all(table)) schedule(table, id);
  }

  /** Seconds since epoch. */
  now(): number {
    return this.#frozen ?? Math.floor(this.#wallNow() / 1_000) + this.store.number('clock.offset');
  }

  /** Does the work with the clock standing at that instant. */
  at<Result>(instantSeconds: number, work: () => Result): Result {
    const outer = this.#frozen;
    this.#frozen = instantSeconds;
    try {
      return work();
    } finally {
      this.#frozen = outer;
    }
  }

  /** Not kept: a request's id need not outlive the process. */
  newRequestId(): string {
    this.#requests += 1;
    return idOf(this.#seed, 'req', this.#requests);
  }

  newId(prefix: string): string {
    return this.store.newId(prefix);
  }

  insert<Name extends TableName>(table: Name, object: Tables[Name], event?: string): Tables[Name] {
    this.store.put(table, object);
    if (event !== undefined) this.emit(event, object);
    return object;
  }

  /** Changes an object that is there; the event is told only if something that shows has changed. */
  update<Name extends TableName>(table: Name, id: string, patch: Partial<Tables[Name]>, event?: string): Tables[Name] {
    const before = this.need(table, id);
    const after = { ...before, ...patch };
    this.store.put(table, after);
    if (event !== undefined) {
      const previous = previousAttributes(shown(before) as Hash, shown(after) as Hash);
      if (Object.keys(previous).length > 0) this.emit(event, after, previous);
    }
    return after;
  }

  emit(type: string, object: object, previous?: Hash): void {
    const endpoints = this.store
      .all('webhook_endpoint')
      .filter(
        ({ status, enabled_events }) =>
          status === 'enabled' && (enabled_events.includes('*') || enabled_events.includes(type)),
      );
    const event: StripeEvent = {
      id: this.newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now(),
      data: {
        object: shown(object) as Hash,
        ...(previous ? { previous_attributes: previous } : {}),
      },
      livemode: false,
      pending_webhooks: endpoints.length,
      request: this.request ?? { id: null, idempotency_key: null },
      type,
    };
    this.store.put('event', event);
    this.store.afterCommit(() => {
      for (const listener of this.#listeners) listener(event);
    });
  }

  onEvent(listener: (event: StripeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** An object that an invariant says is there. */
  need<Name extends TableName>(table: Name, id: string): Tables[Name] {
    const object = this.store.get(table, id);
    if (!object) throw new Error(`the sandbox lost its ${table} ${id}`);
    return object;
  }

  /** An object that the path of a request names, or the vendor's 404. */
  find<Name extends TableName>(table: Name, id: string, param = 'id'): Tables[Name] {
    const object = this.store.get(table, id);
    if (!object) throw notFound(nounOf(table), id, param);
    return object;
  }

  /** An object that a parameter names, or the vendor's 400. */
  named<Name extends TableName>(table: Name, id: string, param: string): Tables[Name] {
    const object = this.store.get(table, id);
    if (!object) throw noSuch(nounOf(table), id, param);
    return object;
  }
}

/** Stripe writes some nouns of its error messages in another way than in `object`. */
const nounOf = (table: TableName): string => {
  switch (table) {
    case 'payment_method':
      return 'PaymentMethod';
    case 'promotion_code':
      return 'promotion code';
    case 'webhook_endpoint':
      return 'webhook endpoint';
    case 'subscription_schedule':
      return 'subscription schedule';
    default:
      return table.replace('.', ' ');
  }
};
