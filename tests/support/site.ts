import { eq } from 'drizzle-orm';
import { createUnconnectedBilling } from '../../src/billing/unconnected.ts';
import type { Db } from '../../src/db/client.ts';
import { giveCommand } from '../../src/db/queries/commands.ts';
import { grantComp } from '../../src/db/queries/comps.ts';
import { beginSecondFactor, confirmSecondFactor } from '../../src/db/queries/second-factors.ts';
import { acceptTerms } from '../../src/db/queries/terms.ts';
import { createUser, type UserRole, type UserTier } from '../../src/db/queries/users.ts';
import { secondFactors } from '../../src/db/schema/second-factors.ts';
import type { Bus, EngineDoor, EngineStatus, EngineView } from '../../src/engine/index.ts';
import { hashPassword } from '../../src/web/auth/password.ts';
import { currentCode, newSecret } from '../../src/web/auth/second-factor/totp.ts';
import { TERMS_VERSION } from '../../src/web/auth/terms.ts';
import { createVault } from '../../src/web/auth/vault.ts';
import type { WebDeps } from '../../src/web/context.ts';
import type { LiveHub, Subscriber } from '../../src/web/live/types.ts';
import { createPuppetChats } from './chats.ts';
import type { TestDatabase } from './database.ts';

/** An engine's door without an engine: commands are recorded for real, views are what the test says. */
export interface PuppetEngine extends EngineDoor {
  show(view: EngineView | null): void;
  become(status: EngineStatus): void;
}

export const createPuppetEngine = (db: Db): PuppetEngine => {
  let view: EngineView | null = null;
  let status: EngineStatus = 'running';
  let shownAt = 0;
  const listeners = new Set<(view: EngineView) => void>();
  return {
    show(next) {
      view = next;
      shownAt = Date.now();
      if (next) for (const listener of listeners) listener(next);
    },
    become(next) {
      status = next;
    },
    submit: (actor, command, reason) => giveCommand(db, actor, command, reason),
    view: () => view,
    viewAgeMs: () => (view === null ? null : Date.now() - shownAt),
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** Remembers which streams were asked for and ended. */
export interface RecordingHub extends LiveHub {
  readonly opened: Subscriber[];
  readonly closedSessions: string[];
}

export const createRecordingHub = (): RecordingHub => {
  const opened: Subscriber[] = [];
  const closedSessions: string[] = [];
  return {
    opened,
    closedSessions,
    respond(_request, subscriber) {
      opened.push(subscriber);
      return new Response(': open\n\n', { headers: { 'Content-Type': 'text/event-stream' } });
    },
    closeSession: (sessionId) => void closedSessions.push(sessionId),
    closeUser: () => {},
    changeTier: () => {},
    counts: () => ({
      streams: 0,
      streamsByTier: { premium: 0, basic: 0, free: 0 },
      opened: opened.length,
      delivered: 0,
      evicted: 0,
      resets: 0,
      rendered: 0,
    }),
    stop: async () => {},
  };
};

/** Remembers the hints that were given; nobody else hears them. */
export interface RecordingBus extends Bus {
  readonly published: { readonly topic: string; readonly message: unknown }[];
}

export const createRecordingBus = (): RecordingBus => {
  const published: { topic: string; message: unknown }[] = [];
  return {
    published,
    publish: (topic, message) => void published.push({ topic, message }),
    subscribe: () => () => {},
    close: async () => {},
  };
};

const ORIGIN = 'http://localhost:3000';
const vault = createVault('the secret of the tests, and of nobody else');
export const PASSWORD = 'correct horse battery staple';

export const siteDeps = (database: TestDatabase, overrides: Partial<WebDeps> = {}): WebDeps => ({
  db: database,
  vault,
  engine: createPuppetEngine(database.db),
  live: createRecordingHub(),
  billing: createUnconnectedBilling(database.db, { graceDays: 7, trialDays: 7, automaticTax: false }),
  bus: createRecordingBus(),
  inbox: null,
  chats: createPuppetChats(),
  options: {
    publicUrl: new URL(ORIGIN),
    secureCookies: false,
    sandboxed: ['Interactive Brokers', 'Alpha Vantage'],
    sandboxDescription: 'seed 1 at 1×',
    demoUsers: null,
    trustedProxies: 0,
    billing: { graceDays: 7, trialDays: 7, taxAdded: false, origins: [] },
  },
  log: () => {},
  ...overrides,
});

/** Where the authenticators of the tests' people are kept: by address, the last database wins. */
const authenticators = new Map<string, { readonly db: Db; readonly userId: string; readonly secret: string }>();

/** Turns somebody's second factor on; `signedIn` then gives its codes. Returns the secret. */
export const giveSecondFactor = async (db: Db, userId: string, email: string): Promise<string> => {
  const secret = newSecret();
  await beginSecondFactor(db, userId, vault.seal(secret, userId));
  await confirmSecondFactor(db, userId);
  authenticators.set(email, { db, userId, secret });
  return secret;
};

/** A code that works, however many were used within the same half minute: the record of used ones is put back. */
export const freshCode = async (email: string): Promise<string> => {
  const own = authenticators.get(email);
  if (!own) throw new Error(`${email}: has no authenticator`);
  await own.db.update(secondFactors).set({ lastStep: 0 }).where(eq(secondFactors.userId, own.userId));
  return currentCode(own.secret);
};

export const addMember = async (
  db: Db,
  member: { readonly email: string; readonly tier?: UserTier; readonly role?: UserRole },
): Promise<string> => {
  const { email, tier, role = 'member' } = member;
  const passwordHash = await hashPassword(PASSWORD);
  const id = await createUser(db, { email, role, passwordHash, emailVerifiedAt: new Date() });
  if (id === null) throw new Error(`${email}: the address is taken`);
  await acceptTerms(db, id, TERMS_VERSION, null);
  // Of long ago: tests set the policy's clock back.
  if (role === 'operator') await giveSecondFactor(db, id, email);
  const comp = { userId: id, startsAt: new Date(0), endsAt: null, reason: 'a member of this tier' };
  if (tier && tier !== 'free') await grantComp(db, { ...comp, tier }, { kind: 'system', name: 'test' });
  return id;
};

type App = { request(input: string, init?: RequestInit): Response | Promise<Response> };

/** A browser as far as the tests need one: keeps its cookie and says where its requests come from. */
export interface Visitor {
  cookie: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

export const createVisitor = (app: App): Visitor => {
  const keep = (response: Response): Response => {
    const jar = new Map(
      visitor.cookie.split('; ').flatMap((pair) => (pair ? [[pair.split('=')[0] ?? '', pair] as const] : [])),
    );
    for (const set of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = set.split('; ');
      const name = pair.split('=')[0] ?? '';
      if (attributes.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, pair);
    }
    visitor.cookie = [...jar.values()].join('; ');
    return response;
  };
  const visitor: Visitor = {
    cookie: '',
    async get(path, headers = {}) {
      return keep(await app.request(`${ORIGIN}${path}`, { headers: { Cookie: visitor.cookie, ...headers } }));
    },
    async post(path, form, headers = { 'Sec-Fetch-Site': 'same-origin' }) {
      const init = { method: 'POST', body: new URLSearchParams(form), headers: { Cookie: visitor.cookie, ...headers } };
      return keep(await app.request(`${ORIGIN}${path}`, init));
    },
  };
  return visitor;
};

export const signedIn = async (app: App, email: string, password: string = PASSWORD): Promise<Visitor> => {
  const visitor = createVisitor(app);
  const response = await visitor.post('/sign-in', { email, password });
  const last =
    response.headers.get('Location') === '/sign-in/code'
      ? await visitor.post('/sign-in/code', { code: await freshCode(email) })
      : response;
  if (last.status !== 303) throw new Error(`sign-in as ${email}: expected 303, got ${last.status}`);
  return visitor;
};
