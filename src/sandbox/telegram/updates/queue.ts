import type { Update, UpdateContent } from '../types.ts';

/** Sent only when they are asked for by name. */
const ASKED_FOR_ONLY = ['chat_member', 'message_reaction', 'message_reaction_count'];
const KEPT_MS = 24 * 3_600_000;
const FIRST_ID = 100_000_000;

export type Ending = 'other-poll' | 'webhook-set';
interface Waiter {
  readonly finish: (ending: Ending | null) => void;
}
interface Kept {
  readonly update: Update;
  readonly atMs: number;
}

/** Updates that the bot has not confirmed, oldest first; kept for 24 hours, as Telegram does. */
export class UpdateQueue {
  #kept: Kept[] = [];
  #allowed: readonly string[] = [];
  #lastId = FIRST_ID;
  #waiter: Waiter | null = null;
  #listener: () => void = () => {};

  /** The types asked for; empty means all but those that must be asked for. */
  get allowed(): readonly string[] {
    return this.#allowed;
  }
  allow(types: readonly string[]): void {
    this.#allowed = types;
  }

  get lastId(): number {
    return this.#lastId;
  }
  /** Ids go on from another run's, as the bot has seen those. */
  goOnFrom(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId);
  }

  /** Called after each push. */
  onPush(listener: () => void): void {
    this.#listener = listener;
  }

  push(content: UpdateContent): void {
    const [type = ''] = Object.keys(content);
    const wanted = this.#allowed.length === 0 ? !ASKED_FOR_ONLY.includes(type) : this.#allowed.includes(type);
    if (!wanted) return;
    this.#lastId += 1;
    this.#kept.push({ update: { update_id: this.#lastId, ...content }, atMs: Date.now() });
    this.#waiter?.finish(null);
    this.#listener();
  }

  waiting(): readonly Update[] {
    this.#kept = this.#kept.filter(({ atMs }) => atMs > Date.now() - KEPT_MS);
    return this.#kept.map(({ update }) => update);
  }

  /** Forgets what comes before `offset`; a negative one counts from the end. */
  confirm(offset: number): void {
    this.#kept = offset < 0 ? this.#kept.slice(offset) : this.#kept.filter(({ update }) => update.update_id >= offset);
  }

  forgetAll(): void {
    this.#kept = [];
  }

  /** Ends whoever waits. */
  end(ending: Ending): void {
    this.#waiter?.finish(ending);
  }

  /** Settles with null once there is an update, the time is over or the client is gone; else with what ended it. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<Ending | null> {
    if (this.#kept.length > 0 || timeoutMs <= 0) return Promise.resolve(null);
    return new Promise((resolve) => {
      const finish = (ending: Ending | null): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        if (this.#waiter === waiter) this.#waiter = null;
        resolve(ending);
      };
      const gone = (): void => finish(null);
      const timer = setTimeout(gone, timeoutMs);
      const waiter: Waiter = { finish };
      signal.addEventListener('abort', gone);
      this.#waiter = waiter;
    });
  }
}
