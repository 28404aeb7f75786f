import { createRandom, type Random } from '../../market/random.ts';
import { retryAfter } from './backoff.ts';
import { createWebhookFaults, type WebhookFault, type WebhookFaults } from './faults.ts';
import { type Spoil, send } from './send.ts';
import type { Attempt, Endpoint, WebhookEvent, WebhookWorld } from './types.ts';

const LOG_MAX = 2_000;

export interface DeliveryOptions {
  readonly world: WebhookWorld;
  readonly seed: number;
  /** Wall time before the first retry; it doubles from then on. */
  readonly firstRetryMs?: number;
  /** How long an endpoint may think, wall time. */
  readonly timeoutMs?: number;
}

/** One event on its way to one endpoint. */
interface Delivery {
  readonly event: WebhookEvent;
  readonly endpointId: string;
  /** Deliveries of one lane wait for one another. */
  readonly lane: string;
  /** Sandbox ms. */
  readonly firstMs: number;
  attempts: number;
  spoil: Spoil | null;
  fault: string | null;
  dueWallMs: number;
  /** Sandbox ms; infinite before the first attempt. */
  dueMs: number;
}

const shuffled = <T>(list: readonly T[], random: Random): T[] => {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  // By chance it may be the order that it was, which would be no fault.
  if (mixed.length > 1 && mixed.every((one, at) => one === list[at])) mixed.push(...mixed.splice(0, 1));
  return mixed;
};

/** Takes every event to the endpoints that want it: signed, in order, retried, and spoilt on command. */
export class WebhookDeliveries {
  readonly faults: WebhookFaults = createWebhookFaults();
  readonly #log: Attempt[] = [];
  readonly #busyLanes = new Set<string>();
  readonly #random: Random;
  readonly #world: WebhookWorld;
  readonly #firstRetryMs: number;
  readonly #timeoutMs: number;
  #queue: Delivery[] = [];
  #held: Delivery[] = [];
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #copies = 0;
  #stopped = false;

  constructor({ world, seed, firstRetryMs = 1_000, timeoutMs = 20_000 }: DeliveryOptions) {
    this.#world = world;
    this.#random = createRandom(seed);
    this.#firstRetryMs = firstRetryMs;
    this.#timeoutMs = timeoutMs;
  }

  /** The endpoints that asked for events of this type. */
  wantedBy(type: string): readonly Endpoint[] {
    return this.#world
      .endpoints()
      .filter(({ enabled, enabledEvents }) => enabled && enabledEvents.some((one) => one === '*' || one === type));
  }

  /** Sends the event to whoever asked for its type. */
  offer(event: WebhookEvent): void {
    for (const endpoint of this.wantedBy(event.type)) this.#take(endpoint, event);
    this.wake();
  }

  /** Looks at both clocks again: call it after the sandbox's was advanced. */
  wake(): void {
    if (this.#stopped) return;
    for (;;) {
      const next = this.#queue.find((delivery) => this.#isDue(delivery) && !this.#busyLanes.has(delivery.lane));
      if (!next) break;
      this.#queue.splice(this.#queue.indexOf(next), 1);
      this.#busyLanes.add(next.lane);
      void this.#attempt(next);
    }
    this.#setTimer();
    if (!this.#isBusy()) for (const tell of this.#waiting.splice(0)) tell();
  }

  /** Resolves once nothing is under way and nothing is due now. What is held back or waits to be retried stays so. */
  settled(): Promise<void> {
    return this.#isBusy() ? new Promise((resolve) => void this.#waiting.push(resolve)) : Promise.resolve();
  }

  /** Sends all that is held back, delayed or waiting to be retried now, and resolves when each was tried. */
  deliverNow(): Promise<void> {
    this.#release();
    for (const delivery of this.#queue) delivery.dueWallMs = 0;
    this.wake();
    return this.settled();
  }

  /** The latest attempts, oldest first. */
  log(): readonly Attempt[] {
    return this.#log;
  }

  /** Deliveries that are not done: held back, delayed, waiting to be retried or under way. */
  pending(): number {
    return this.#queue.length + this.#held.length + this.#busyLanes.size;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const tell of this.#waiting.splice(0)) tell();
  }

  #take(endpoint: Endpoint, event: WebhookEvent): void {
    const fault = this.faults.take(event.type);
    const delivery = this.#delivery(endpoint, event, fault?.kind ?? null);
    switch (fault?.kind) {
      case undefined:
        this.#queue.push(delivery);
        break;
      case 'drop':
        this.#record(delivery, null, 'dropped');
        break;
      case 'duplicate':
        this.#duplicate(delivery, fault.copies, fault.parallel);
        break;
      case 'delay':
        this.#queue.push({ ...delivery, dueWallMs: Date.now() + fault.delayMs });
        break;
      case 'shuffle':
        this.#held.push(delivery);
        if (fault.times === 1) this.#release();
        break;
      case 'chaos':
        this.#chaos(delivery, fault);
        break;
      default:
        this.#queue.push({ ...delivery, spoil: fault });
    }
  }

  #delivery(endpoint: Endpoint, event: WebhookEvent, fault: string | null): Delivery {
    const firstMs = this.#world.nowMs();
    const due = { dueWallMs: Date.now(), dueMs: Number.POSITIVE_INFINITY };
    return {
      ...{ event, endpointId: endpoint.id, lane: endpoint.id, firstMs, attempts: 0, spoil: null, fault },
      ...due,
    };
  }

  #duplicate(delivery: Delivery, copies: number, parallel: boolean): void {
    for (let copy = 0; copy < copies; copy++)
      this.#queue.push({ ...delivery, lane: parallel ? `${delivery.lane} ${++this.#copies}` : delivery.lane });
  }

  #chaos(delivery: Delivery, chances: Extract<WebhookFault, { kind: 'chaos' }>): void {
    const [drop, duplicate, delay] = [this.#random.next(), this.#random.next(), this.#random.next()];
    if (drop < chances.drop) {
      this.#record(delivery, null, 'dropped');
      return;
    }
    const late = delay < chances.delay ? { dueWallMs: Date.now() + chances.delayMs } : {};
    this.#duplicate({ ...delivery, ...late }, duplicate < chances.duplicate ? 2 : 1, false);
  }

  /** Lets go, out of order, of what a shuffle holds back. */
  #release(): void {
    this.#queue.push(...shuffled(this.#held.splice(0), this.#random));
  }

  #isDue({ dueWallMs, dueMs }: Delivery): boolean {
    return dueWallMs <= Date.now() || dueMs <= this.#world.nowMs();
  }

  #isBusy(): boolean {
    return !this.#stopped && (this.#busyLanes.size > 0 || this.#queue.some((delivery) => this.#isDue(delivery)));
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const endpoint = this.#world.endpoints().find(({ id }) => id === delivery.endpointId);
    if (endpoint?.enabled) {
      delivery.attempts += 1;
      const status = await send(endpoint, delivery.event.body, delivery.spoil, this.#timeoutMs);
      if (!this.#stopped) this.#conclude(delivery, status);
    }
    this.#busyLanes.delete(delivery.lane);
    this.wake();
  }

  #conclude(delivery: Delivery, status: number | null): void {
    const accepted = status !== null && status >= 200 && status < 300;
    this.#record(delivery, status, accepted ? 'accepted' : status === null ? 'no-answer' : 'refused');
    if (accepted) {
      this.#world.delivered(delivery.event.id, delivery.endpointId);
      return;
    }
    const nowMs = this.#world.nowMs();
    const retry = retryAfter(delivery.attempts, nowMs - delivery.firstMs, this.#firstRetryMs);
    if (!retry) {
      this.#record(delivery, null, 'given-up');
      return;
    }
    this.#queue.push({
      ...delivery,
      ...{ spoil: null, fault: null, dueWallMs: Date.now() + retry.wallMs, dueMs: nowMs + retry.sandboxMs },
    });
  }

  #record(delivery: Delivery, status: number | null, outcome: Attempt['outcome']): void {
    const { event, endpointId, attempts, fault } = delivery;
    this.#log.push({
      ...{
        eventId: event.id,
        type: event.type,
        endpointId,
        attempt: attempts,
        atMs: Date.now(),
        status,
        outcome,
        fault,
      },
    });
    if (this.#log.length > LOG_MAX) this.#log.shift();
  }

  #setTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const free = this.#queue.filter(({ lane }) => !this.#busyLanes.has(lane));
    if (free.length === 0) return;
    const waitMs = Math.max(0, Math.min(...free.map(({ dueWallMs }) => dueWallMs)) - Date.now());
    this.#timer = setTimeout(() => this.wake(), waitMs);
    this.#timer.unref?.();
  }
}
