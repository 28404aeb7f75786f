import type { Instant } from '../../engine/core/types.ts';
import { createRandom, hash32, type Random } from '../market/random.ts';
import type { GarbleWay, SchemaChange } from './fault-types.ts';
import type { Faults } from './faults.ts';

const WAYS: readonly GarbleWay[] = ['not-a-number', 'missing-field', 'extra-field', 'wrong-version'];
const NOT_NUMBERS = ['x1.2.3', 'NaN', '1e', '--', '1,000.5'];

interface Streams {
  readonly garble: Random;
  readonly duplicate: Random;
  readonly delay: Random;
  readonly reorder: Random;
}

/** Market data of one client on its way out, where faults repeat, hold, shuffle or spoil it. Same seed and client, same result. */
export class Disturbance {
  readonly #faults: Faults;
  readonly #now: () => Instant;
  readonly #deliver: (text: string) => void;
  #streams: Streams | null = null;
  #streamsOf = -1;
  #window: string[] = [];
  #held: { dueAt: number; text: string }[] = [];

  constructor(faults: Faults, now: () => Instant, deliver: (text: string) => void) {
    this.#faults = faults;
    this.#now = now;
    this.#deliver = deliver;
  }

  /** Whether anything waits here: then what comes after must pass here too. */
  get holds(): boolean {
    return this.#window.length > 0 || this.#held.length > 0;
  }

  take(clientId: number, text: string): void {
    const streams = this.#seeded(clientId);
    const { garble, duplicate } = this.#faults;
    const spoilt =
      garble && streams.garble.next() < garble.rate ? spoil(text, garble.ways ?? WAYS, streams.garble) : text;
    this.#queue(spoilt, streams);
    if (duplicate && streams.duplicate.next() < duplicate.rate) this.#queue(spoilt, streams);
  }

  /** Lets go of what is due; of all that waits for a fault that has ended. */
  release(clientId: number): void {
    if (!this.holds) return;
    const streams = this.#seeded(clientId);
    this.#releaseWindow(streams);
    const now = this.#faults.delay ? this.#now() : Number.POSITIVE_INFINITY;
    let due = 0;
    for (const held of this.#held) {
      if (held.dueAt > now) break;
      this.#deliver(held.text);
      due += 1;
    }
    if (due > 0) this.#held.splice(0, due);
  }

  #queue(text: string, streams: Streams): void {
    const { reorder } = this.#faults;
    if (!reorder) {
      this.#hold(text, streams);
      return;
    }
    this.#window.push(text);
    if (this.#window.length >= reorder.window) this.#releaseWindow(streams);
  }

  #releaseWindow(streams: Streams): void {
    const texts = this.#window;
    this.#window = [];
    if (this.#faults.reorder) shuffle(texts, streams.reorder);
    for (const text of texts) this.#hold(text, streams);
  }

  /** A stream cannot overtake itself: nothing is due before what went in ahead of it. */
  #hold(text: string, streams: Streams): void {
    const { delay } = this.#faults;
    if (!delay && this.#held.length === 0) {
      this.#deliver(text);
      return;
    }
    const wait = delay ? delay.delayMs + streams.delay.next() * delay.jitterMs : 0;
    this.#held.push({ dueAt: Math.max(this.#held.at(-1)?.dueAt ?? 0, this.#now() + wait), text });
  }

  #seeded(clientId: number): Streams {
    if (this.#streams && this.#streamsOf === this.#faults.disturbances) return this.#streams;
    const { garble, duplicate, delay, reorder } = this.#faults;
    const stream = (seed: number | undefined, purpose: number) => createRandom(hash32(seed ?? 0, clientId, purpose));
    this.#streams = {
      garble: stream(garble?.seed, 1),
      duplicate: stream(duplicate?.seed, 2),
      delay: stream(delay?.seed, 3),
      reorder: stream(reorder?.seed, 4),
    };
    this.#streamsOf = this.#faults.disturbances;
    return this.#streams;
  }
}

/** Fisher and Yates, in place. */
const shuffle = (texts: string[], random: Random): void => {
  for (let i = texts.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const kept = texts[i] ?? '';
    texts[i] = texts[j] ?? '';
    texts[j] = kept;
  }
};

const pick = <T>(values: readonly [T, ...T[]] | readonly T[], random: Random): T | undefined =>
  values[Math.floor(random.next() * values.length)];

/** Spoils any field but the message number; `wrong-version` spoils the one behind it. */
const spoil = (text: string, ways: readonly GarbleWay[], random: Random): string => {
  const fields = text.slice(0, -1).split('\0');
  const at = 1 + Math.floor(random.next() * Math.max(1, fields.length - 1));
  switch (pick(ways, random)) {
    case 'missing-field':
      fields.splice(at, 1);
      break;
    case 'extra-field':
      fields.splice(at, 0, String(Math.floor(random.next() * 1_000)));
      break;
    case 'wrong-version':
      fields[1] = '99';
      break;
    default:
      fields[at] = pick(NOT_NUMBERS, random) ?? 'NaN';
  }
  return `${fields.join('\0')}\0`;
};

/** A message as a later version of the vendor might write it: one field more, one less, or of another type. */
export const reshape = (text: string, change: SchemaChange, field: number): string => {
  const fields = text.slice(0, -1).split('\0');
  const at = Math.min(field, fields.length);
  if (change === 'field-more') fields.splice(at, 0, '0');
  else if (change === 'field-less') fields.splice(at, 1);
  else if (at < fields.length) fields[at] = `t${fields[at] ?? ''}`;
  return `${fields.join('\0')}\0`;
};
