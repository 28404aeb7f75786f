import type { UpdateQueue } from './queue.ts';

const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const PAUSE_MAX_MS = 5_000;

export interface WebhookTarget {
  readonly url: string;
  readonly secretToken: string | null;
  readonly maxConnections: number;
}
interface Failure {
  readonly atMs: number;
  readonly words: string;
}

/** Null when the bot has taken the update. */
const problemOf = async (target: WebhookTarget, body: string, stopped: AbortSignal): Promise<string | null> => {
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(target.secretToken === null ? {} : { 'x-telegram-bot-api-secret-token': target.secretToken }),
      },
      redirect: 'manual',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(PATIENCE_MS)]),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `Wrong response from the webhook: ${answer.status} ${answer.statusText}`.trim();
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError'
      ? 'Read timeout expired'
      : 'Connection refused';
  }
};

/**
 * Delivers updates one at a time and in order; each again until it is taken or a day old. An answer that carries a
 * method call is taken as a plain yes: calling back that way is not simulated.
 */
export class Webhook {
  readonly #updates: UpdateQueue;
  #target: WebhookTarget | null = null;
  #stop = new AbortController();
  #isDelivering = false;
  #failure: Failure | null = null;

  constructor(updates: UpdateQueue) {
    this.#updates = updates;
    updates.onPush(() => this.#wake());
  }

  get target(): WebhookTarget | null {
    return this.#target;
  }
  get failure(): Failure | null {
    return this.#failure;
  }

  set(target: WebhookTarget | null): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#isDelivering = false;
    this.#target = target;
    this.#failure = null;
    this.#wake();
  }

  #wake(): void {
    if (!this.#target || this.#isDelivering) return;
    this.#isDelivering = true;
    void this.#deliver(this.#target, this.#stop.signal);
  }

  async #deliver(target: WebhookTarget, stopped: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopped.aborted) {
      const [update] = this.#updates.waiting();
      if (!update) break;
      const words = await problemOf(target, JSON.stringify(update), stopped);
      if (stopped.aborted) return;
      if (words === null) {
        this.#updates.confirm(update.update_id + 1);
        pauseMs = FIRST_PAUSE_MS;
        continue;
      }
      this.#failure = { atMs: Date.now(), words };
      await Bun.sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
    }
    if (!stopped.aborted) this.#isDelivering = false;
  }
}
