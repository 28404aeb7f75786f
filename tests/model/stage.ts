import { sql } from 'drizzle-orm';
import { createBilling } from '../../src/billing/create-billing.ts';
import type { Billing } from '../../src/billing/door.ts';
import { setUpStripe } from '../../src/billing/setup/set-up-stripe.ts';
import { createStripeClient } from '../../src/billing/stripe/client.ts';
import { StripeGateway } from '../../src/billing/stripe/gateway.ts';
import { createSession, deleteSession } from '../../src/db/queries/sessions.ts';
import { users } from '../../src/db/schema/users.ts';
import type { StripeSandbox } from '../../src/sandbox/stripe/seam.ts';
import { startStripeSandbox } from '../../src/sandbox/stripe/server.ts';
import { hashToken, newToken } from '../../src/web/auth/token.ts';
import { readSessionTiers } from '../../src/web/live/access.ts';
import { WEBHOOK_SECRET } from '../support/billing.ts';
import type { TestDatabase } from '../support/database.ts';
import { GRACE_DAYS, type Tier, TRIAL_DAYS } from './reference.ts';
import type { Who } from './steps.ts';

const SECRET_KEY = 'sk_test_model';
const PUBLIC_URL = new URL('http://localhost:3000');

export interface Actor {
  readonly userId: string;
  readonly email: string;
  readonly token: string;
  /** The session by which streams are judged. */
  readonly sessionId: string;
}

interface Access {
  readonly entitled: Tier;
  readonly stream: Tier | undefined;
}

/** The product as it is, on a Stripe and a clock of the story's own. */
export interface Stage {
  readonly database: TestDatabase;
  readonly stripe: StripeSandbox;
  readonly people: readonly [Actor, Actor];
  billing(): Billing;
  /** A process that was killed and came back: nothing that it knew by heart is left. */
  restart(): void;
  /** Seconds since 1970, the same for Stripe and for the policy. */
  now(): number;
  pass(seconds: number): Promise<void>;
  /** What the database says of each, and what their open streams are held to. */
  access(): Promise<readonly [Access, Access]>;
  /** A session anew, for somebody whose own was ended. */
  signIn(who: Who): Promise<void>;
  /** A change made at Stripe's own dashboard; false: refused. */
  atStripe(path: string, params: Readonly<Record<string, string>>): Promise<boolean>;
  /** Asks for something that does nothing; the status, or null where the connection was cut. */
  knock(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<number | null>;
  close(): Promise<void>;
}

/** Once for a database: the policy's clock is read from a row, which is cheaper to move than a function. */
export const prepareDatabase = async ({ db }: TestDatabase): Promise<void> => {
  await db.execute(sql.raw('create table model_clock (at timestamptz not null)'));
  await db.execute(sql.raw('insert into model_clock values (now())'));
  await db.execute(
    sql.raw(
      'create or replace function policy_now() returns timestamptz language sql stable as $$ select at from model_clock $$',
    ),
  );
};

const EMPTIED = [
  'invoices',
  'subscriptions',
  'checkouts',
  'stripe_events',
  'subscription_changes',
  'billing_acts',
  'billing_reconciliations',
  'trials_used',
  'mails',
  'billing_customers',
  'users',
];

const setClock = async ({ db }: TestDatabase, seconds: number): Promise<void> => {
  await db.execute(sql`update model_clock set at = to_timestamp(${seconds}::float8)`);
};

const openSession = async ({ db }: Pick<TestDatabase, 'db'>, userId: string, tokenHash: string): Promise<void> => {
  const tomorrow = new Date(Date.now() + 86_400_000);
  await deleteSession(db, tokenHash);
  await createSession(db, { tokenHash, userId, expiresAt: tomorrow, endsAt: tomorrow });
};

let people = 0;

const addPerson = async ({ db }: TestDatabase): Promise<Actor> => {
  people += 1;
  const email = `model${people}@example.com`;
  const [row] = await db
    .insert(users)
    .values({ email, passwordHash: 'x', emailVerifiedAt: new Date() })
    .returning({ id: users.id });
  if (!row) throw new Error('users: an insert returned no row');
  const token = newToken();
  const sessionId = hashToken(token);
  await openSession({ db }, row.id, sessionId);
  return { userId: row.id, email, token, sessionId };
};

export const openStage = async (
  database: TestDatabase,
  story: { readonly begins: number; readonly trials: boolean },
): Promise<Stage> => {
  const { db } = database;
  await db.execute(sql.raw(EMPTIED.map((table) => `delete from ${table};`).join('')));
  const stripe = await startStripeSandbox({ seed: 1, now: () => story.begins * 1_000 });
  await setClock(database, stripe.world.nowSeconds());
  const client = () => createStripeClient({ secretKey: SECRET_KEY, baseUrl: stripe.url, retries: 0, timeoutMs: 2_000 });
  await setUpStripe(client(), { siteUrl: PUBLIC_URL, webhook: false });
  const heard: unknown[] = [];
  const open = (): Billing =>
    createBilling({
      db,
      bus: { publish: (_topic, message) => void heard.push(message) },
      gateway: new StripeGateway(client()),
      policy: { graceDays: GRACE_DAYS, trialDays: story.trials ? TRIAL_DAYS : 0, automaticTax: false },
      webhookSecrets: [WEBHOOK_SECRET],
      publicUrl: PUBLIC_URL,
      log: () => {},
    });
  let billing = open();
  const stage: Stage = {
    database,
    stripe,
    people: [await addPerson(database), await addPerson(database)],
    billing: () => billing,
    restart: () => {
      billing = open();
    },
    now: () => stripe.world.nowSeconds(),
    async pass(seconds) {
      stripe.world.advance(seconds);
      await setClock(database, stripe.world.nowSeconds());
    },
    async access() {
      const [first, second] = stage.people;
      const [row] = await db.execute<{ first: Tier; second: Tier }>(
        sql`select entitled_tier(${first.userId}::uuid) as first, entitled_tier(${second.userId}::uuid) as second`,
      );
      if (!row) throw new Error('entitled_tier: no row');
      const asked = stage.people.map(({ userId, sessionId }) => ({ tier: 'free' as const, userId, sessionId }));
      const streams = await readSessionTiers(db, asked);
      return [
        { entitled: row.first, stream: streams.get(first.sessionId) },
        { entitled: row.second, stream: streams.get(second.sessionId) },
      ];
    },
    async signIn(who) {
      const { sessionId, userId } = stage.people[who];
      await openSession(database, userId, sessionId);
    },
    async atStripe(path, params) {
      const answer = await fetch(`${stripe.url}${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${SECRET_KEY}` },
        body: new URLSearchParams(params),
      });
      return answer.ok;
    },
    async knock(method, path) {
      const target = path.endsWith('/') ? `${path}products` : path;
      const init = { method, headers: { Authorization: `Bearer ${SECRET_KEY}` } };
      const url = `${stripe.url}${target}${method === 'DELETE' ? '/none' : ''}`;
      const body = method === 'POST' ? { body: 'no_such_parameter=1' } : {};
      return fetch(url, { ...init, ...body }).then(
        ({ status }) => status,
        () => null,
      );
    },
    close: () => stripe.stop(),
  };
  return stage;
};
