import type { Tier } from '../../billing/plans.ts';
import { eventFrame, joined } from './frames.ts';
import type { Subscriber } from './types.ts';

/** Why a stream was ended by us: told to the page in a last `access` event. */
export type EndReason = 'signed-out' | 'tier-changed' | 'too-many-streams';

export interface ClientStreamOptions {
  readonly subscriber: Subscriber;
  readonly queuedBytesMax: number;
  /** Wall ms since epoch at which the stream is to end and come back. */
  readonly endsAtMs: number;
  /** Called once, whoever ended it. */
  readonly onClosed: (stream: ClientStream) => void;
  /** Called before, when it was given up on for not reading. */
  readonly onEvicted: () => void;
  /** Closes the socket of a client that reads nothing, soon. */
  readonly cutOff: () => void;
}

/**
 * One client. Bun's direct sink buffers without limit, but says when the kernel's buffer is full: `write` then returns
 * a promise. From there on we hold references to the tier's shared buffers, up to a bound, and give up on the client past it.
 */
export class ClientStream {
  readonly tier: Tier;
  readonly userId: string;
  readonly sessionId: string;
  readonly endsAtMs: number;
  /** Since when the client has not read, wall ms; null while it reads. */
  stalledAtMs: number | null = null;
  closed = false;
  private readonly options: ClientStreamOptions;
  private controller: ReadableStreamDirectController | null = null;
  private finish: (() => void) | null = null;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;

  constructor(options: ClientStreamOptions) {
    this.options = options;
    this.tier = options.subscriber.tier;
    this.userId = options.subscriber.userId;
    this.sessionId = options.subscriber.sessionId;
    this.endsAtMs = options.endsAtMs;
  }

  /** Runs until the stream is over: a direct stream lives as long as its `pull`. */
  run(controller: ReadableStreamDirectController, opening: Uint8Array): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.controller = controller;
    this.send(opening);
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  send(bytes: Uint8Array): void {
    const { controller } = this;
    if (controller === null || this.stalledAtMs !== null) {
      this.hold(bytes);
      return;
    }
    const written: unknown = controller.write(bytes);
    controller.flush();
    if (written instanceof Promise) this.stall(written);
  }

  /** Ends the stream after a last event. Safe to call twice. */
  end(reason: EndReason | null): void {
    if (this.closed) return;
    if (this.stalledAtMs !== null) this.options.cutOff();
    else if (reason !== null) this.send(eventFrame('access', { reason }));
    this.close();
  }

  /** Gives up on a client that does not read. */
  evict(): void {
    if (this.closed) return;
    this.options.onEvicted();
    this.options.cutOff();
    this.close();
  }

  /** The client went away. */
  abandoned(): void {
    this.close();
  }

  private hold(bytes: Uint8Array): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.byteLength;
    if (this.waitingBytes > this.options.queuedBytesMax) this.evict();
  }

  private stall(written: Promise<unknown>): void {
    this.stalledAtMs = Date.now();
    written.then(
      () => this.drained(),
      () => this.close(),
    );
  }

  private drained(): void {
    this.stalledAtMs = null;
    if (this.closed || this.waiting.length === 0) return;
    const bytes = joined(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    this.send(bytes);
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting = [];
    this.waitingBytes = 0;
    try {
      this.controller?.end();
    } catch {
      // The sink was closed by the client's going away: nothing is left to end.
    }
    this.finish?.();
    this.options.onClosed(this);
  }
}
