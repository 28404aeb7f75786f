import { randomUUID } from 'node:crypto';
import type { Log } from '../../ports/log.ts';
import type { StateStore, StoredValue, StoreHealth, StoreRead } from '../../ports/store.ts';
import { type KeyRule, ruleOf } from '../../ports/store-keys.ts';
import { connectRedis, type Redis } from '../redis/connection.ts';
import { judge, stampKeyOf, stampOf } from './encode.ts';
import { type Held, Image } from './image.ts';
import { sendHeld } from './send-held.ts';

/** Lost with the server's content: by its absence we learn that everything must be written again. */
const EPOCH_KEY = 'quanticity:store:epoch';
const SWEEP_EVERY_MS = 10_000;
const RETRY_AFTER_MS = 500;
/** A payload above this is not kept for a refill once it is written: the next poll brings another. */
const KEPT_RAW_BYTES_MAX = 1024 * 1024;

class RedisStore implements StateStore {
  readonly #redis: Redis;
  readonly #image = new Image();
  readonly #dirty = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #epoch = randomUUID();
  readonly #wallNow: () => number;
  readonly #log: Log;
  #sweptAt: number;
  #retryAt = 0;
  #flying: Promise<boolean> | null = null;
  /** The server may hold anything: write all of it, appended kinds from their beginning. */
  #refill = true;
  #filledBefore = false;
  #reason: string | null = 'not connected yet';
  #written = 0;
  #lost = 0;
  #refills = 0;
  #closed = false;

  constructor(options: { readonly url: string; readonly wallNow: () => number; readonly log: Log }) {
    this.#wallNow = options.wallNow;
    this.#log = options.log;
    this.#sweptAt = options.wallNow();
    this.#redis = connectRedis({ url: options.url, part: 'state store', log: options.log, lost: () => this.#lost });
    this.#redis.on('close', () => {
      this.#refill = true;
      this.#reason = 'the connection is gone';
    });
  }

  put(key: string, ...[value, stamp]: [Parameters<StateStore['put']>[1], Parameters<StateStore['put']>[2]]): void {
    if (this.#closed) return;
    if (!this.#image.put(key, value, stamp, this.#wallNow())) {
      this.#lost += 1;
      return;
    }
    this.#removed.delete(key);
    this.#dirty.add(key);
  }

  remove(key: string): void {
    this.#image.remove(key);
    this.#dirty.delete(key);
    this.#removed.add(key);
  }

  flush(): Promise<boolean> {
    this.#flying ??= this.#send().finally(() => {
      this.#flying = null;
    });
    return this.#flying;
  }

  async #send(): Promise<boolean> {
    const now = this.#wallNow();
    if (now - this.#sweptAt >= SWEEP_EVERY_MS) {
      this.#sweptAt = now;
      this.#image.sweep(now);
    }
    if (this.#closed || this.#redis.status !== 'ready' || now < this.#retryAt) return false;
    try {
      if (!(await this.#exchange(now))) await this.#exchange(now);
      this.#reason = null;
      return true;
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)), now);
      return false;
    }
  }

  /** One transaction, so that no reader sees half of a pulse. False when the server turned out to have lost its content. */
  async #exchange(now: number): Promise<boolean> {
    const filling = this.#refill;
    this.#refill = false;
    const keys = filling ? [...this.#image.keys()] : [...this.#dirty];
    const removed = [...this.#removed];
    this.#dirty.clear();
    this.#removed.clear();
    const batch = this.#redis.multi().get(EPOCH_KEY);
    if (filling) batch.set(EPOCH_KEY, this.#epoch);
    if (removed.length > 0) batch.del(...removed, ...removed.map(stampKeyOf));
    const sent: { readonly held: Held; readonly unsent: number }[] = [];
    for (const key of keys) {
      const held = this.#image.get(key, now);
      if (!held) continue;
      sent.push({ held, unsent: held.unsent });
      sendHeld(batch, held, now, filling);
    }
    let answers: Awaited<ReturnType<typeof batch.exec>>;
    try {
      answers = await batch.exec();
      const problem = answers?.find(([error]) => error)?.[0];
      if (!answers || problem) throw problem ?? new Error('the transaction was dropped');
    } catch (error) {
      for (const key of removed) if (!this.#image.get(key, now)) this.#removed.add(key);
      throw error;
    }
    for (const { held, unsent } of sent) this.#settle(held, unsent);
    this.#written += sent.length;
    if (filling) {
      if (this.#filledBefore) this.#told(sent.length);
      this.#filledBefore = true;
      return true;
    }
    this.#refill = answers[0]?.[1] !== this.#epoch;
    return !this.#refill;
  }

  #told(values: number): void {
    this.#refills += 1;
    this.#log('info', 'the state store was filled again', { values });
  }

  #settle(held: Held, unsent: number): void {
    held.unsent = Math.max(0, held.unsent - unsent);
    const { value } = held;
    const spent = value?.kind === 'raw' && value.payload.length > KEPT_RAW_BYTES_MAX;
    // Unless a newer one has come meanwhile.
    if (spent && !this.#dirty.has(held.key)) this.#image.remove(held.key);
  }

  #failed(error: Error, now: number): void {
    if (this.#reason === null) this.#log('warn', 'the state store could not be written', { error });
    this.#reason = error.message;
    // It may have been done or not: writing everything anew is right either way.
    this.#refill = true;
    this.#retryAt = now + RETRY_AFTER_MS;
    if (!this.#closed && /timed out/i.test(error.message)) this.#redis.disconnect(true);
  }

  async read(key: string, wallNow: number, ageMsMax?: number): Promise<StoreRead> {
    const rule = ruleOf(key);
    if (!rule) return { value: null, reason: 'no such key' };
    try {
      const found = await this.#fetch(key, rule);
      return judge(rule, found && { value: found.value, stamp: stampOf(found.value, found.beside) }, wallNow, ageMsMax);
    } catch (error) {
      return { value: null, reason: `redis is away: ${error instanceof Error ? error.message : 'unknown'}` };
    }
  }

  async #fetch(
    key: string,
    rule: KeyRule,
  ): Promise<{ readonly value: StoredValue; readonly beside: string | null } | null> {
    switch (rule.kind) {
      case 'json': {
        const value = await this.#redis.get(key);
        return value === null ? null : { value, beside: null };
      }
      case 'hash': {
        const value = await this.#redis.hgetall(key);
        return Object.keys(value).length === 0 ? null : { value, beside: null };
      }
      case 'window': {
        const value = await this.#redis.lrange(key, 0, -1);
        return value.length === 0 ? null : { value, beside: null };
      }
      case 'stream': {
        const rows = await this.#redis.xrevrange(key, '+', '-');
        const value = rows.map(([, flat]) =>
          JSON.stringify(
            Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []))),
          ),
        );
        return value.length === 0 ? null : { value, beside: null };
      }
      case 'text':
      case 'raw': {
        const [value = null, beside = null] = await this.#redis.mget(key, stampKeyOf(key));
        return value === null ? null : { value, beside: beside ?? '' };
      }
      case 'list': {
        const answers = await this.#redis.multi().lrange(key, 0, -1).get(stampKeyOf(key)).exec();
        const beside = answers?.[1]?.[1] as string | null;
        return beside === null ? null : { value: answers?.[0]?.[1] as string[], beside };
      }
    }
  }

  health(): StoreHealth {
    const down = this.#closed || this.#redis.status !== 'ready' || this.#reason !== null;
    return {
      state: down ? 'down' : 'live',
      reason: down ? (this.#reason ?? `redis is ${this.#redis.status}`) : null,
      written: this.#written,
      lost: this.#lost,
      refills: this.#refills,
      pendingBytes: this.#image.bytes,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#flying;
    this.#redis.disconnect();
  }
}

/** The state store in Redis, under the briefs' key names. One transaction per flush; one flush at a time. */
export const createRedisStore = (options: {
  readonly url: string;
  readonly wallNow: () => number;
  readonly log: Log;
}): StateStore => new RedisStore(options);
