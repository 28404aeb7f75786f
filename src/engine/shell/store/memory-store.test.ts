import { describe, expect, test } from 'bun:test';
import { storeContract } from '../../testing/store-contract.ts';
import { createMemoryStore } from './memory-store.ts';

describe('memory store', () => {
  storeContract(async () => createMemoryStore({ wallNow: Date.now }));

  test('a key goes with its lifetime, positions stay, and memory comes back', async () => {
    let now = 1_000_000;
    const store = createMemoryStore({ wallNow: () => now });
    const stamp = { sourceTs: now, wallTs: now };
    store.put('raw:ibkr:SPY', { kind: 'json', text: '{"n":1}' }, stamp);
    store.put('positions:open:DU1', { kind: 'hash', fields: { a: '1' } }, stamp);
    const full = store.health().pendingBytes;
    now += 59_999;
    expect((await store.read('raw:ibkr:SPY', 1_000_000)).value).not.toBeNull();
    now += 1;
    expect(await store.read('raw:ibkr:SPY', 1_000_000)).toEqual({ value: null, reason: 'not there' });
    await store.flush();
    expect(store.health().pendingBytes).toBeLessThan(full);
    now += 365 * 86_400_000;
    expect((await store.read('positions:open:DU1', 1_000_000)).value).not.toBeNull();
  });

  test('what does not fit is given up and counted, and the rest stays', async () => {
    const store = createMemoryStore({ wallNow: Date.now });
    const stamp = { sourceTs: Date.now(), wallTs: Date.now() };
    const payload = new Uint8Array(40 * 1024 * 1024);
    for (const symbol of ['A', 'B', 'C', 'D']) store.put(`raw:av:options:${symbol}`, { kind: 'raw', payload }, stamp);
    expect(store.health()).toMatchObject({ lost: 2, written: 2, pendingBytes: 80 * 1024 * 1024 });
    store.put('raw:av:options:A', { kind: 'raw', payload }, stamp);
    expect(store.health().lost).toBe(2);
  });
});
