import type { Faults } from './faults.ts';
import { errorMessage } from './wire/account.ts';
import { FrameReader, FrameWriter } from './wire/frame.ts';

/** What a session needs of its socket. `write` answers how many bytes were taken. */
export interface Transport {
  write(bytes: Uint8Array): number;
  /** Abruptly drops what is still on its way; otherwise what was written arrives first. */
  close(abruptly: boolean): void;
}

/** One connected client: its framing, its outgoing bytes and who it says it is. */
export class Session {
  readonly reader = new FrameReader();
  readonly writer = new FrameWriter();
  clientId: number | null = null;
  handshakeDone = false;
  closed = false;
  wantsPositions = false;
  wantsAccountUpdates = false;
  /** Client 0 that asked for reqAutoOpenOrders(true) hears of every order. */
  bindsAllOrders = false;
  readonly summaryRequests = new Map<number, readonly string[]>();
  #bucket = Number.POSITIVE_INFINITY;
  #bucketAt = performance.now();
  readonly #transport: Transport;
  readonly #faults: Faults;
  readonly #backlogBytesMax: number;
  readonly #requestFlush: () => void;
  readonly #delayed: { dueAt: number; text: string }[] = [];

  constructor(transport: Transport, faults: Faults, backlogBytesMax: number, requestFlush: () => void) {
    this.#transport = transport;
    this.#faults = faults;
    this.#backlogBytesMax = backlogBytesMax;
    this.#requestFlush = requestFlush;
  }

  send(text: string): void {
    if (this.closed) return;
    this.writer.frame(text);
    this.#requestFlush();
  }

  /**
   * Counts one request against a bucket of two seconds' worth: a client that keeps to the rate is never refused
   * because our own thread was busy and read late. False when the bucket is empty.
   */
  mayRequest(requestsPerSecond: number): boolean {
    const now = performance.now();
    const earned = ((now - this.#bucketAt) / 1_000) * requestsPerSecond;
    this.#bucket = Math.min(2 * requestsPerSecond, this.#bucket + earned);
    this.#bucketAt = now;
    if (this.#bucket < 1) return false;
    this.#bucket -= 1;
    return true;
  }

  /** Order messages: the ones that faults may delay, and that are lost while connectivity is. */
  sendOrder(text: string): void {
    if (this.closed || this.#faults.connectivityLost) return;
    if (this.#faults.ackDelayMs > 0 || this.#delayed.length > 0) {
      const dueAt = performance.now() + this.#faults.ackDelayMs;
      this.#delayed.push({ dueAt, text });
      setTimeout(() => this.#releaseDelayed(), this.#faults.ackDelayMs);
      return;
    }
    this.send(text);
  }

  error(id: number, code: number, text: string): void {
    this.send(errorMessage(id, code, text));
  }

  /** Gives the socket what it takes. A client that does not read is cut off rather than buffered without end. */
  flush(): void {
    if (this.closed || this.writer.size === 0) return;
    if (!this.#faults.frozen) this.writer.consume(this.#transport.write(this.writer.peek()));
    if (this.writer.size > this.#backlogBytesMax) this.close(true);
  }

  close(abruptly = false): void {
    if (this.closed) return;
    this.closed = true;
    this.#transport.close(abruptly);
  }

  #releaseDelayed(): void {
    const now = performance.now();
    while (this.#delayed[0] && this.#delayed[0].dueAt <= now + 1) {
      const next = this.#delayed.shift();
      if (next) this.send(next.text);
    }
  }
}
