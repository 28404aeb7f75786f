import { describe, expect, test } from 'bun:test';
import { hashOf, opaqueId } from './hash.ts';

describe('the state hash', () => {
  test('tells values, types, order and depth apart', () => {
    const values = [
      0,
      1,
      '1',
      '',
      null,
      undefined,
      true,
      false,
      [],
      {},
      [1],
      [[1]],
      { a: 1 },
      { a: 2 },
      { b: 1 },
      [1, 2],
      [2, 1],
      new Map([['a', 1]]),
      new Map([['a', 2]]),
      'ab',
      ['a', 'b'],
      Number.NaN,
      Number.POSITIVE_INFINITY,
      0.1 + 0.2,
      0.3,
    ];
    expect(new Set(values.map(hashOf)).size).toBe(values.length);
  });
  test('takes every NaN for one, and -0 for 0, and names in any order', () => {
    const odd = new Float64Array(new Uint32Array([1, 0x7ff80002]).buffer);
    expect(hashOf(odd[0])).toBe(hashOf(Number.NaN));
    expect(hashOf(-0)).toBe(hashOf(0));
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
  });
  test('refuses what is not plain data', () => {
    expect(() => hashOf(() => 1)).toThrow('plain data');
    expect(() => hashOf(new Date(0))).toThrow('found a Date');
  });
  test('has sixteen digits', () => expect(hashOf({ a: new Float64Array(3) })).toMatch(/^[0-9a-f]{16}$/));
});

describe('an opaque id', () => {
  test('is ten characters, the same for the same text, and in no order', () => {
    const ids = Array.from({ length: 2000 }, (_, i) => opaqueId(`run/${i}/SPY`));
    expect(new Set(ids).size).toBe(2000);
    expect(ids.every((id) => /^[A-HJ-NP-Z2-9]{10}$/.test(id))).toBe(true);
    expect(opaqueId('run/7/SPY')).toBe(ids[7] as string);
    const rising = ids.filter((id, i) => i > 0 && id > (ids[i - 1] as string)).length;
    expect(Math.abs(rising - 1000)).toBeLessThan(100);
  });
});
