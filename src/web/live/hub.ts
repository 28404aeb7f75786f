import { TIERS, type Tier } from '../../billing/plans.ts';
import { parseAccessChange, readSessionTiers } from './access.ts';
import { ClientStream, type EndReason } from './client-stream.ts';
import { eventFrame, openingFrame } from './frames.ts';
import { TierFeed } from './tier-feed.ts';
import type { IdleTimeout, LiveCounts, LiveHub, LiveHubOptions, Subscriber } from './types.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

const DEFAULTS = {
  heartbeatMs: 15_000,
  pollMs: 1_000,
  accessPollMs: 1_500,
  ringSize: 500,
  replayMax: 300,
  streamsPerUserMax: 6,
  queuedBytesMax: 64 * 1024,
  rotateMs: 3_600_000,
} as const;
/** A client that reads nothing for this long is dropped, however little waits for it. */
const STALL_MAX_MS = 30_000;
const RETRY_MS = { least: 1_000, spread: 2_000 } as const;

class Hub implements LiveHub {
  private readonly options: LiveHubOptions & typeof DEFAULTS;
  private readonly feeds: Readonly<Record<Tier, TierFeed>>;
  private readonly streams = new Set<ClientStream>();
  private readonly byUser = new Map<string, ClientStream[]>();
  private readonly timers: ReturnType<typeof setInterval>[] = [];
  private readonly unsubscribe: (() => void)[] = [];
  private readonly tally = { opened: 0, evicted: 0 };
  private checkingAccess = false;
  private stopped = false;

  constructor(options: LiveHubOptions) {
    this.options = { ...DEFAULTS, ...options } as LiveHubOptions & typeof DEFAULTS;
    const { bus, heartbeatMs, accessPollMs } = this.options;
    this.feeds = { premium: this.feedOf('premium'), basic: this.feedOf('basic'), free: this.feedOf('free') };
    this.unsubscribe.push(
      bus.subscribe('signals.committed', () => this.wakeAll()),
      bus.subscribe('access.changed', (message) => this.accessChanged(message)),
    );
    this.timers.push(
      setInterval(() => this.beat(), heartbeatMs),
      setInterval(() => void this.checkAccess(), accessPollMs),
    );
    this.wakeAll();
  }

  respond(request: Request, subscriber: Subscriber, server: IdleTimeout | undefined): Response {
    if (this.stopped)
      return new Response('The server is going down.', { status: 503, headers: { 'retry-after': '2' } });
    server?.timeout(request, 0);
    const after = request.headers.get('last-event-id') || new URL(request.url).searchParams.get('after');
    let stream: ClientStream | null = null;
    const body = new ReadableStream({
      type: 'direct',
      pull: async (controller) => {
        if (request.signal.aborted) return;
        stream = this.open(request, subscriber, server);
        const { tier } = stream;
        const over = stream.run(controller, openingFrame(RETRY_MS.least + Math.floor(Math.random() * RETRY_MS.spread)));
        this.feeds[tier].attach(stream, after).catch((error: unknown) => {
          this.options.onError?.(error);
          stream?.end(null);
        });
        await over;
      },
      cancel: () => stream?.abandoned(),
    });
    return new Response(body, { headers: HEADERS });
  }

  closeSession(sessionId: string): void {
    this.endWhere((stream) => stream.sessionId === sessionId, 'signed-out');
  }

  closeUser(userId: string): void {
    this.endWhere((stream) => stream.userId === userId, 'signed-out');
  }

  changeTier(userId: string, tier: Tier): void {
    this.endWhere((stream) => stream.userId === userId && stream.tier !== tier, 'tier-changed');
  }

  counts(): LiveCounts {
    const sum = (of: (feed: TierFeed) => number): number =>
      TIERS.reduce((total, tier) => total + of(this.feeds[tier]), 0);
    return {
      streams: sum((feed) => feed.live.size),
      streamsByTier: {
        premium: this.feeds.premium.live.size,
        basic: this.feeds.basic.live.size,
        free: this.feeds.free.live.size,
      },
      ...this.tally,
      delivered: sum((feed) => feed.delivered),
      resets: sum((feed) => feed.resets),
      rendered: sum((feed) => feed.rendered),
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    await Promise.all(TIERS.map((tier) => this.feeds[tier].stop()));
    for (const stream of [...this.streams]) stream.end(null);
  }

  private feedOf(tier: Tier): TierFeed {
    const { db, renderSignal, pollMs, ringSize, replayMax } = this.options;
    const onError = (error: unknown): void => this.options.onError?.(error);
    return new TierFeed({ db, tier, renderSignal, pollMs, ringSize, replayMax, onError });
  }

  private wakeAll(): void {
    for (const tier of TIERS) void this.feeds[tier].wake();
  }

  private open(request: Request, subscriber: Subscriber, server: IdleTimeout | undefined): ClientStream {
    const { queuedBytesMax, rotateMs, streamsPerUserMax } = this.options;
    const stream: ClientStream = new ClientStream({
      subscriber,
      queuedBytesMax,
      endsAtMs: Date.now() + rotateMs * (0.8 + 0.2 * Math.random()),
      onClosed: (closed) => this.forget(closed),
      onEvicted: () => {
        this.tally.evicted += 1;
      },
      cutOff: () => server?.timeout(request, 1),
    });
    request.signal.addEventListener('abort', () => stream.abandoned(), { once: true });
    this.streams.add(stream);
    this.tally.opened += 1;
    const own = this.byUser.get(subscriber.userId) ?? [];
    own.push(stream);
    this.byUser.set(subscriber.userId, own);
    if (own.length > streamsPerUserMax) own[0]?.end('too-many-streams');
    return stream;
  }

  private forget(stream: ClientStream): void {
    this.streams.delete(stream);
    this.feeds[stream.tier].detach(stream);
    const own = this.byUser.get(stream.userId)?.filter((other) => other !== stream) ?? [];
    if (own.length > 0) this.byUser.set(stream.userId, own);
    else this.byUser.delete(stream.userId);
  }

  private endWhere(concerned: (stream: ClientStream) => boolean, reason: EndReason): void {
    for (const stream of [...this.streams]) if (concerned(stream)) stream.end(reason);
  }

  private accessChanged(message: unknown): void {
    const change = parseAccessChange(message);
    if (change === null) return;
    if ('tier' in change) this.changeTier(change.userId, change.tier);
    else if ('sessionId' in change) this.closeSession(change.sessionId);
    else this.closeUser(change.userId);
  }

  /** A lost hint, an expiry or a change made by hand ends streams all the same. */
  private async checkAccess(): Promise<void> {
    if (this.checkingAccess || this.streams.size === 0) return;
    this.checkingAccess = true;
    try {
      const asked = [...this.streams];
      const { db, readAccess } = this.options;
      const tiers = readAccess ? await readAccess(asked) : await readSessionTiers(db, asked);
      for (const stream of asked) {
        const tier = tiers.get(stream.sessionId);
        if (tier === undefined) stream.end('signed-out');
        else if (tier !== stream.tier) stream.end('tier-changed');
      }
    } catch (error) {
      this.options.onError?.(error);
    } finally {
      this.checkingAccess = false;
    }
  }

  private beat(): void {
    const now = Date.now();
    for (const stream of [...this.streams]) {
      if (stream.stalledAtMs !== null && now - stream.stalledAtMs > STALL_MAX_MS) stream.evict();
      else if (now >= stream.endsAtMs) stream.end(null);
    }
    for (const tier of TIERS) {
      const feed = this.feeds[tier];
      feed.broadcast(eventFrame('heartbeat', { atMs: now, lastId: feed.lastId }));
    }
  }
}

/**
 * Live streams over SSE, one loop per tier. Events: unnamed (one rendered release each, id = its cursor), `heartbeat`
 * `{atMs, lastId}`, `reset` `{}` (load the page again), `access` `{reason}` (the stream ends; load again or sign in).
 */
export const createLiveHub = (options: LiveHubOptions): LiveHub => new Hub(options);
