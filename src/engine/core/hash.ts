/** Two lanes of 32-bit multiply-xor mixing: 64 bits against accidents, not against an adversary. */
interface Lanes {
  a: number;
  b: number;
}

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

const mix = (lanes: Lanes, word: number): void => {
  lanes.a = Math.imul(lanes.a ^ word, 0x85ebca6b);
  lanes.a ^= lanes.a >>> 15;
  lanes.b = Math.imul((lanes.b + word) ^ (lanes.b >>> 13), 0xc2b2ae35);
  lanes.b ^= lanes.a >>> 16;
};

/** NaN has many bit patterns and -0 equals 0: both are made one. */
const mixNumber = (lanes: Lanes, value: number): void => {
  if (Number.isNaN(value)) {
    mix(lanes, 0x7ff80001);
    return;
  }
  float[0] = value === 0 ? 0 : value;
  mix(lanes, words[0] as number);
  mix(lanes, words[1] as number);
};

const mixText = (lanes: Lanes, text: string): void => {
  mix(lanes, text.length);
  for (let i = 0; i < text.length; i++) mix(lanes, text.charCodeAt(i));
};

const mixList = (lanes: Lanes, list: ArrayLike<unknown>): void => {
  mix(lanes, list.length);
  for (let i = 0; i < list.length; i++) mixValue(lanes, list[i]);
};

const mixObject = (lanes: Lanes, value: object): void => {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    mix(lanes, 5);
    mixList(lanes, value as unknown as ArrayLike<unknown>);
    return;
  }
  if (value instanceof Map) {
    mix(lanes, 6);
    mix(lanes, value.size);
    for (const [key, item] of value) {
      mixValue(lanes, key);
      mixValue(lanes, item);
    }
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`state hash: found a ${value.constructor.name}, expected plain data`);
  }
  mix(lanes, 7);
  // Sorted, so that how an object came to be does not matter.
  for (const name of Object.keys(value).sort()) {
    mixText(lanes, name);
    mixValue(lanes, (value as Record<string, unknown>)[name]);
  }
};

const mixValue = (lanes: Lanes, value: unknown): void => {
  switch (typeof value) {
    case 'number':
      mixNumber(lanes, value);
      return;
    case 'string':
      mix(lanes, 1);
      mixText(lanes, value);
      return;
    case 'boolean':
      mix(lanes, value ? 2 : 3);
      return;
    case 'undefined':
      mix(lanes, 4);
      return;
    case 'object':
      if (value === null) mix(lanes, 8);
      else mixObject(lanes, value);
      return;
    default:
      throw new Error(`state hash: found a ${typeof value}, expected plain data`);
  }
};

const finish = (word: number): number => {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
};

const lanesOf = (value: unknown): readonly [number, number] => {
  const lanes: Lanes = { a: 0x9e3779b9, b: 0x7f4a7c15 };
  mixValue(lanes, value);
  return [finish(lanes.a), finish(lanes.b ^ lanes.a)];
};

/** 64 bits as 16 hexadecimal digits. Walks plain objects, arrays, typed arrays and Maps; anything else throws. */
export const hashOf = (value: unknown): string =>
  lanesOf(value)
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Ten characters that tell nothing about how many came before. */
export const opaqueId = (text: string): string => {
  const [high, low] = lanesOf(text);
  let bits = (BigInt(high) << 32n) | BigInt(low);
  let id = '';
  for (let i = 0; i < 10; i++) {
    id += ALPHABET[Number(bits & 31n)];
    bits >>= 5n;
  }
  return id;
};

/** The fingerprint that live and replayed runs compare. */
export const stateHash = (state: object): string => hashOf(state);
