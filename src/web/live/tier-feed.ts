import type { Tier } from '../../billing/plans.ts';
import type { Db } from '../../db/client.ts';
import {
  FEED_START,
  latestReleased,
  nextReleaseInMs,
  type Release,
  type ReleaseOf,
  readReleased,
} from '../../distribution/release.ts';
import type { ClientStream } from './client-stream.ts';
import { eventFrame, joined, messageFrame } from './frames.ts';

/** Releases this close together may become visible out of order (a stepped clock, a late commit): they are read again. */
const OVERLAP_MS = 5_000;
const PAGE_LENGTH = 200;
/** Ids are remembered for this long, so that what the overlap reads again is not sent again. */
const REMEMBER_MS = 60_000;

export interface TierFeedOptions {
  readonly db: Db;
  readonly tier: Tier;
  readonly renderSignal: (release: Release) => string;
  readonly pollMs: number;
  readonly ringSize: number;
  readonly replayMax: number;
  readonly onError: (error: unknown) => void;
}

interface Entry {
  readonly releaseId: string;
  readonly release: ReleaseOf<Tier>;
  frame: Uint8Array | null;
}

/**
 * One tier's loop: reads what was newly released once, renders it once, and hands the same bytes to all of the tier's
 * streams. Hints and timers only wake it; `readReleased` decides.
 */
export class TierFeed {
  readonly live = new Set<ClientStream>();
  delivered = 0;
  rendered = 0;
  resets = 0;
  private readonly options: TierFeedOptions;
  private ring: Entry[] = [];
  /** True while the ring holds all there ever was, so that it can replay from the start. */
  private ringIsWhole = false;
  private cursor = FEED_START;
  private readonly remembered = new Map<string, number>();
  /** Streams that wait for a replay from the database, and what went live meanwhile. */
  private readonly replaying = new Map<ClientStream, Entry[]>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  private queued: Promise<void> | null = null;
  private loaded = false;
  private stopped = false;

  constructor(options: TierFeedOptions) {
    this.options = options;
  }

  get lastId(): string | null {
    return this.cursor === FEED_START ? null : this.cursor;
  }

  /** Reads at once, or once more after the read that is under way. Resolves when all that was released by the call is out. */
  async wake(): Promise<void> {
    if (this.stopped) return;
    if (this.running) {
      this.queued ??= this.running.then(() => {
        this.queued = null;
        return this.wake();
      });
      return this.queued;
    }
    this.running = this.readOnce().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Replays what follows the cursor and puts the stream among the live ones, with no gap, no double and in order. */
  async attach(stream: ClientStream, after: string | null): Promise<void> {
    if (!this.loaded) await this.wake();
    if (this.goesLive(stream, after)) return;
    // A page may have been rendered from the database a moment before the loop came by: then the ring has it next time.
    await this.wake();
    if (this.goesLive(stream, after) || after === null) return;
    await this.replayFromDatabase(stream, after);
  }

  detach(stream: ClientStream): void {
    this.live.delete(stream);
    this.replaying.delete(stream);
  }

  broadcast(bytes: Uint8Array): void {
    for (const stream of this.live) stream.send(bytes);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async readOnce(): Promise<void> {
    let waitMs = this.options.pollMs;
    try {
      if (!this.loaded) await this.load();
      await this.readNew();
      const nextMs = await nextReleaseInMs(this.options.db, this.options.tier);
      if (nextMs !== null) waitMs = Math.min(waitMs, Math.max(1, Math.ceil(nextMs)));
    } catch (error) {
      this.options.onError(error);
    }
    if (this.stopped) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.wake(), waitMs);
  }

  private async load(): Promise<void> {
    const { db, tier, ringSize } = this.options;
    const latest = await latestReleased(db, tier, { limit: Math.max(ringSize, PAGE_LENGTH) });
    const oldestFirst = [...latest.releases].reverse();
    for (const release of oldestFirst) this.remembered.set(release.releaseId, release.releasedAtMs);
    this.ring = oldestFirst.slice(-ringSize).map((release) => ({ releaseId: release.releaseId, release, frame: null }));
    this.ringIsWhole = latest.releases.length < ringSize;
    this.cursor = latest.cursor;
    this.loaded = true;
  }

  private async readNew(): Promise<void> {
    const { db, tier } = this.options;
    let after = this.cursor;
    let overlapMs = OVERLAP_MS;
    for (;;) {
      const read = await readReleased(db, tier, { after, limit: PAGE_LENGTH, overlapMs });
      if (read.kind === 'reset') return this.restart();
      const fresh = read.releases.filter((release) => !this.remembered.has(release.releaseId));
      this.publish(fresh.map((release) => ({ releaseId: release.releaseId, release, frame: null })));
      if (read.releases.length < PAGE_LENGTH) return;
      after = read.releases.at(-1)?.releaseId ?? after;
      overlapMs = 0;
    }
  }

  /** The database no longer knows what we have shown: another database. Every page loads again. */
  private async restart(): Promise<void> {
    this.remembered.clear();
    await this.load();
    this.resets += this.live.size;
    this.broadcast(eventFrame('reset', {}));
  }

  private publish(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (!last) return;
    for (const entry of entries) {
      this.ring.push(entry);
      this.remembered.set(entry.releaseId, entry.release.releasedAtMs);
      for (const held of this.replaying.values()) held.push(entry);
    }
    if (this.ring.length > this.options.ringSize) {
      this.ring.splice(0, this.ring.length - this.options.ringSize);
      this.ringIsWhole = false;
    }
    this.cursor = last.releaseId;
    this.forget(last.release.releasedAtMs - REMEMBER_MS);
    if (this.live.size === 0) return;
    this.broadcast(joined(entries.map((entry) => this.frameOf(entry))));
    this.delivered += this.live.size * entries.length;
  }

  private forget(beforeMs: number): void {
    for (const [id, releasedAtMs] of this.remembered) {
      if (releasedAtMs >= beforeMs) break;
      this.remembered.delete(id);
    }
  }

  private frameOf(entry: Entry): Uint8Array {
    if (entry.frame === null) {
      // The view's own tier tells the union's members apart; TypeScript cannot distribute ReleaseOf<Tier> over it.
      entry.frame = messageFrame(entry.releaseId, this.options.renderSignal(entry.release as Release));
      this.rendered += 1;
    }
    return entry.frame;
  }

  private sendAll(stream: ClientStream, entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    stream.send(joined(entries.map((entry) => this.frameOf(entry))));
    this.delivered += entries.length;
  }

  private goesLive(stream: ClientStream, after: string | null): boolean {
    if (stream.closed || this.stopped) return true;
    if (after !== null && !this.replayFromRing(stream, after)) return false;
    this.live.add(stream);
    return true;
  }

  private replayFromRing(stream: ClientStream, after: string): boolean {
    const at = after === FEED_START ? -1 : this.ring.findLastIndex((entry) => entry.releaseId === after);
    if (after === FEED_START ? !this.ringIsWhole : at === -1) return false;
    const missed = this.ring.slice(at + 1);
    if (missed.length > this.options.replayMax) this.reset(stream);
    else this.sendAll(stream, missed);
    return true;
  }

  private reset(stream: ClientStream): void {
    this.resets += 1;
    stream.send(eventFrame('reset', {}));
  }

  private async replayFromDatabase(stream: ClientStream, after: string): Promise<void> {
    const held: Entry[] = [];
    this.replaying.set(stream, held);
    const { db, tier, replayMax } = this.options;
    const read = await readReleased(db, tier, { after, limit: replayMax + 1 });
    // What the replay saw and the loop has not would come twice: let the loop catch up while the stream still holds.
    if (read.kind === 'page' && read.releases.length > 0) await this.wake();
    if (!this.replaying.delete(stream) || stream.closed) return;
    if (read.kind === 'reset' || read.releases.length > replayMax) {
      this.reset(stream);
    } else {
      const seen = new Set(read.releases.map((release) => release.releaseId));
      const replayed = read.releases.map((release) => this.known(release));
      this.sendAll(stream, [...replayed, ...held.filter((entry) => !seen.has(entry.releaseId))]);
    }
    this.live.add(stream);
  }

  /** The ring's entry of a release, so that its rendering is shared. */
  private known(release: ReleaseOf<Tier>): Entry {
    const entry = this.ring.findLast((candidate) => candidate.releaseId === release.releaseId);
    return entry ?? { releaseId: release.releaseId, release, frame: null };
  }
}
