import type { Context, Handler } from 'hono';
import type { Billing, Standing } from '../billing/door.ts';
import type { PaidTier } from '../billing/plans.ts';
import type { Database } from '../db/client.ts';
import type { Actor, Bus, EngineDoor } from '../engine/index.ts';
import type { RateLimits } from './auth/rate-limit.ts';
import type { Member, Sessions, Visit } from './auth/sessions.ts';
import type { Ticket } from './auth/tickets.ts';
import type { Vault } from './auth/vault.ts';
import type { Assets } from './layout/assets.ts';
import type { LiveHub } from './live/types.ts';
import type { AskedPlan } from './pages/plans/offer.ts';

export interface DemoUser {
  readonly email: string;
  readonly password: string;
  /** Who this is, for the sign-in page's button. */
  readonly label: string;
  /** Of the authenticator that this account signs in with, base32; null without one. */
  readonly totpSecret: string | null;
}

/** What pages say of payments, and where payments are made. */
export interface BillingOptions {
  readonly graceDays: number;
  readonly trialDays: number;
  readonly taxAdded: boolean;
  /** Where forms may lead to: Stripe's pages, or the sandbox's. */
  readonly origins: readonly string[];
}

export interface SiteOptions {
  readonly billing: BillingOptions;
  readonly publicUrl: URL;
  readonly secureCookies: boolean;
  /** Names of the vendors that are simulated on this machine, as people know them. */
  readonly sandboxed: readonly string[];
  /** What drives the sandbox's market: `seed 1 at 1×`. Null without a sandbox. */
  readonly sandboxDescription: string | null;
  /** Listed on the sign-in page; null outside the sandbox. */
  readonly demoUsers: readonly DemoUser[] | null;
  /** Our own proxies before this server: as many entries of `X-Forwarded-For` are true. */
  readonly trustedProxies: number;
}

/** What became of somebody whom a vendor sent back with a code. */
export type ChatEntry =
  | { readonly kind: 'entered'; readonly chatUserId: string; readonly name: string }
  | { readonly kind: 'refused' | 'failed'; readonly problem: string };

/** The ways into chats that are offered here; null for one that is not. */
export interface ChatDoors {
  readonly telegram: {
    readonly botUsername: string;
    /** `https://t.me`, or what stands for it. */
    readonly linkBase: string;
    /** Of a closed room; null before anybody was invited. */
    invitationOf(room: PaidTier): Promise<string | null>;
    /** Where Free signals are posted for everybody; null where that is not known. */
    readonly freeUrl: string | null;
  } | null;
  readonly discord: {
    /** Where the member's browser is sent; `state` comes back unchanged. */
    authorizeAddress(state: string): string;
    /** Trades the code for who it is, and puts the person on the server. */
    enter(code: string): Promise<ChatEntry>;
    /** Where the member sees the server. */
    readonly serverUrl: string | null;
  } | null;
  /** Where forms may lead to. */
  readonly origins: readonly string[];
}

/** One message that the simulated outside world received. */
export interface InboxMessage {
  readonly channel: string;
  readonly content: string;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

export interface WebDeps {
  readonly vault: Vault;
  readonly db: Database;
  readonly engine: EngineDoor;
  readonly live: LiveHub;
  /** Hints to every node; `access.changed` after a change of somebody's access was committed. */
  readonly bus: Bus;
  readonly billing: Billing;
  readonly chats: ChatDoors;
  readonly options: SiteOptions;
  /** What the simulated outside world received, oldest first; null outside the sandbox. Operators only: it holds every tier. */
  readonly inbox: (() => Promise<readonly InboxMessage[] | null>) | null;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/** What handlers work with besides the request. */
export interface Site extends WebDeps {
  readonly sessions: Sessions;
  readonly assets: Assets;
  readonly limits: RateLimits;
  /** Ties whoever enters the code to the browser that signed up. */
  readonly signUpTicket: Ticket;
  /** Says in this browser that a password fitted and its second factor is awaited. */
  readonly secondFactorTicket: Ticket;
}

/** An operator looks at the site as a member sees it; `member` is that member meanwhile, in the operator's own session. */
export interface Impersonation {
  readonly operator: Extract<Actor, { kind: 'operator' }>;
  /** Wall ms since epoch. */
  readonly endsAtMs: number;
}

export interface WebEnv {
  /** Bun's server: `Bun.serve({ fetch: app.fetch })` hands it over. */
  Bindings: Record<string, unknown>;
  Variables: {
    nonce: string;
    member: Member | null;
    impersonation: Impersonation | null;
    /** What is amiss with a member's payments; null: nothing. */
    standing: Standing | null;
    /** The plan that was chosen before signing up. */
    wish: AskedPlan | null;
    /** Who asks, as the nearest machine that we trust saw them. */
    address: string;
  };
}

export type WebContext = Context<WebEnv>;
export type WebHandler = Handler<WebEnv>;

/** Everything the layout shows that depends on the request or the installation. */
export interface PageFrame {
  readonly nonce: string;
  readonly member: Member | null;
  readonly impersonation: Impersonation | null;
  readonly standing: Standing | null;
  readonly wish: AskedPlan | null;
  readonly assets: Assets;
  readonly options: SiteOptions;
  readonly path: string;
}

export const frameOf = (site: Site, c: WebContext): PageFrame => ({
  nonce: c.var.nonce,
  member: c.var.member ?? null,
  impersonation: c.var.impersonation ?? null,
  standing: c.var.standing ?? null,
  wish: c.var.wish ?? null,
  assets: site.assets,
  options: site.options,
  path: c.req.path,
});

/** The member behind a route whose class demands one. */
export const memberOf = (c: WebContext): Member => {
  if (!c.var.member)
    throw new Error(`${c.req.path}: reached without a member; its route class must be member or operator`);
  return c.var.member;
};

/** The network address of whoever asks. */
export const addressOf = (c: WebContext): string => c.var.address;

/** What is kept with a session about the browser behind it. */
export const visitOf = (c: WebContext): Visit => ({
  cookieHeader: c.req.header('Cookie'),
  userAgent: c.req.header('User-Agent') ?? null,
  address: c.var.address,
});

/** A whole address of ours, for mails. */
export const addressTo = (site: Site, path: string): string => new URL(path, site.options.publicUrl).href;
