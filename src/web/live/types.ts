import type { Tier } from '../../billing/plans.ts';
import type { Db } from '../../db/client.ts';
import type { Release } from '../../distribution/release.ts';
import type { Bus } from '../../engine/index.ts';

/** Who a stream is for, as the web's own middleware established it. */
export interface Subscriber {
  readonly tier: Tier;
  readonly userId: string;
  /** Whatever names the sign-in session in the database (its token's hash). */
  readonly sessionId: string;
}

/** Hint on the bus topic `access.changed`; the database is what counts, and is asked within two seconds anyway. */
export type AccessChange =
  | { readonly userId: string; readonly tier: Tier }
  | { readonly userId: string; readonly ended: true }
  | { readonly sessionId: string; readonly ended: true };

/** Bun's server, or as much of it as a stream needs: Hono's `c.env` when the app was started with `fetch(request, server)`. */
export interface IdleTimeout {
  timeout(request: Request, seconds: number): void;
}

export interface LiveHubOptions {
  readonly db: Db;
  readonly bus: Bus;
  /** The page's own partial: one `<article>` per release, escaped, without hx-* attributes, inline style or script. */
  readonly renderSignal: (release: Release) => string;
  readonly heartbeatMs?: number;
  readonly pollMs?: number;
  /** How often open streams are checked against sessions and users. */
  readonly accessPollMs?: number;
  /** Releases kept per tier for replay without the database. */
  readonly ringSize?: number;
  /** Most releases replayed from the database to one stream; a longer absence resets the page. */
  readonly replayMax?: number;
  readonly streamsPerUserMax?: number;
  /** Bytes held for a client that does not read, beyond what the kernel takes, before it is dropped. */
  readonly queuedBytesMax?: number;
  /** Streams end after this long, less up to a fifth at random, and reconnect. */
  readonly rotateMs?: number;
  /** Asked which open streams may go on: by default the sessions and users tables. */
  readonly readAccess?: (subscribers: readonly Subscriber[]) => Promise<ReadonlyMap<string, Tier>>;
  readonly onError?: (error: unknown) => void;
}

export interface LiveCounts {
  /** Streams that receive live events now; those still replaying are not counted yet. */
  readonly streams: number;
  readonly streamsByTier: Readonly<Record<Tier, number>>;
  readonly opened: number;
  readonly delivered: number;
  readonly evicted: number;
  readonly resets: number;
  /** Fragments rendered: one per release and tier. */
  readonly rendered: number;
}

export interface LiveHub {
  /** The answer of the stream's route. Resumes from `Last-Event-ID`, else `?after=`; with neither, live only. */
  respond(request: Request, subscriber: Subscriber, server: IdleTimeout | undefined): Response;
  /** Each ends the streams concerned at once, after a named `access` event that says why. */
  closeSession(sessionId: string): void;
  closeUser(userId: string): void;
  /** Ends the user's streams of other tiers: the page loads again and comes back as the new tier. */
  changeTier(userId: string, tier: Tier): void;
  counts(): LiveCounts;
  /** Ends every stream and stops every timer. */
  stop(): Promise<void>;
}
