import type { Instant } from '../../engine/core/types.ts';
import { Disturbance, reshape } from './disturbance.ts';
import type { Faults } from './faults.ts';
import { Throttle } from './throttle.ts';
import { errorMessage } from './wire/account.ts';
import { FrameReader, FrameWriter } from './wire/frame.ts';
import { SERVER_VERSION_MAX } from './wire/versions.ts';

/** What a session needs of its socket. `write` answers how many bytes were taken. */
export interface Transport {
  write(bytes: Uint8Array): number;
  /** Abruptly drops what is still on its way; otherwise what was written arrives first. */
  close(abruptly: boolean): void;
  /** Stops or goes on reading: what the peer sends meanwhile waits in the system. */
  setReading(reading: boolean): void;
}

export interface SessionParts {
  readonly transport: Transport;
  readonly faults: Faults;
  readonly backlogBytesMax: number;
  readonly requestFlush: () => void;
  /** Market time, for the stamps of errors. */
  readonly now: () => Instant;
}

/** Wall time until a throttled connection may send again. */
const THROTTLE_EVERY_MS = 10;

/** One connected client: its framing, its outgoing bytes and who it says it is. */
export class Session {
  readonly reader = new FrameReader();
  readonly writer = new FrameWriter();
  clientId: number | null = null;
  /** The server version agreed on: what every message to this client is written by. */
  version: number = SERVER_VERSION_MAX;
  handshakeDone = false;
  closed = false;
  wantsPositions = false;
  wantsAccountUpdates = false;
  /** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen: what the client last asked for. */
  marketDataType: 1 | 2 | 3 | 4 = 1;
  /** Client 0 that asked for reqAutoOpenOrders(true) hears of every order. */
  bindsAllOrders = false;
  readonly summaryRequests = new Map<number, readonly string[]>();
  #bucket = Number.POSITIVE_INFINITY;
  #bucketAt = performance.now();
  #halfOpen = false;
  /** A half-open peer whose backlog overflowed: reset as soon as that can be told to it. */
  #lost = false;
  readonly #parts: SessionParts;
  readonly #faults: Faults;
  readonly #disturbance: Disturbance;
  readonly #throttle = new Throttle();
  #waitsForTokens = false;
  readonly #delayed: { dueAt: number; text: string }[] = [];

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#faults = parts.faults;
    this.#disturbance = new Disturbance(parts.faults, parts.now, (text) => this.send(text));
  }

  /** Answers and notices: nothing but a change of schema touches them. */
  send(text: string): void {
    if (this.closed || this.#lost) return;
    this.writer.frame(this.#faults.schema.size === 0 ? text : this.#reshaped(text));
    this.#parts.requestFlush();
  }

  /** Market data: what faults may hold, repeat, shuffle and spoil. */
  sendData(text: string): void {
    if (!this.#faults.disturbsData && !this.#disturbance.holds) this.send(text);
    else this.#disturbance.take(this.clientId ?? 0, text);
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

  /** Lets go of held market data that is due. */
  releaseData(): void {
    this.#disturbance.release(this.clientId ?? 0);
  }

  error(id: number, code: number, text: string): void {
    this.send(this.errorText(id, code, text));
  }

  /** An error as this client's version writes it. */
  errorText(id: number, code: number, text: string): string {
    return errorMessage(this.version, this.#parts.now(), id, code, text);
  }

  /**
   * Counts one request against a bucket of two seconds' worth: a client that keeps to the rate is never refused
   * because our own thread was busy and read late. False when the bucket is empty.
   */
  mayRequest(requestsPerSecond: number): boolean {
    const rate = this.#faults.throttle?.requestsPerSecond ?? requestsPerSecond;
    const now = performance.now();
    const earned = ((now - this.#bucketAt) / 1_000) * rate;
    this.#bucket = Math.min(Math.max(1, 2 * rate), this.#bucket + earned);
    this.#bucketAt = now;
    if (this.#bucket < 1) return false;
    this.#bucket -= 1;
    return true;
  }

  /** A half-open connection neither reads nor sends, and neither side is told. */
  setHalfOpen(halfOpen: boolean): void {
    if (this.closed || this.#halfOpen === halfOpen) return;
    this.#halfOpen = halfOpen;
    this.#parts.transport.setReading(!halfOpen);
    if (halfOpen) return;
    if (this.#lost) this.close(true);
    else this.#parts.requestFlush();
  }

  /** Gives the socket what it takes. A client that does not read is cut off rather than buffered without end. */
  flush(): void {
    if (this.closed || this.writer.size === 0) return;
    if (!this.#faults.frozen && !this.#halfOpen) this.#write();
    if (this.writer.size <= this.#parts.backlogBytesMax) return;
    if (this.#halfOpen) this.#lost = true;
    else this.close(true);
  }

  close(abruptly = false): void {
    if (this.closed) return;
    this.closed = true;
    this.#parts.transport.close(abruptly);
  }

  #write(): void {
    const bytes = this.writer.peek();
    const { throttle } = this.#faults;
    const perSecond = { bytes: throttle?.bytesPerSecond ?? null, messages: throttle?.messagesPerSecond ?? null };
    const allowed = this.#throttle.allow(bytes, perSecond);
    const taken = allowed === 0 ? 0 : this.#parts.transport.write(bytes.subarray(0, allowed));
    this.#throttle.went(bytes, taken, perSecond);
    this.writer.consume(taken);
    if (!throttle || this.writer.size === 0 || this.#waitsForTokens) return;
    this.#waitsForTokens = true;
    setTimeout(() => {
      this.#waitsForTokens = false;
      this.#parts.requestFlush();
    }, THROTTLE_EVERY_MS);
  }

  #reshaped(text: string): string {
    const rule = this.#faults.schema.get(Number(text.slice(0, text.indexOf('\0'))));
    return rule ? reshape(text, rule.change, rule.field) : text;
  }

  #releaseDelayed(): void {
    const now = performance.now();
    while (this.#delayed[0] && this.#delayed[0].dueAt <= now + 1) {
      const next = this.#delayed.shift();
      if (next) this.send(next.text);
    }
  }
}
