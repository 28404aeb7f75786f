import { afterEach, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { StateStore, StoredValue, StoreValue } from '../ports/store.ts';

/** The property's seed and path are printed by fast-check when it fails; this one makes a run repeatable. */
const SEED = 20_260_823;
const NOW = Date.now();
const stampAt = (wallTs: number) => ({ sourceTs: wallTs - 1_000_000, wallTs });
const json = (text: string): StoreValue => ({ kind: 'json', text });

const contentOf = async (store: StateStore, key: string, now = NOW): Promise<StoredValue | string> => {
  const found = await store.read(key, now);
  return found.value === null ? `absent: ${found.reason}` : found.value;
};

/** What every state store must do. `create` gives an empty one that is ready. */
export const storeContract = (create: () => Promise<StateStore>): void => {
  const open: StateStore[] = [];
  const fresh = async (): Promise<StateStore> => {
    const store = await create();
    open.push(store);
    return store;
  };
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
  });

  test('a value of each kind comes back after the flush, with the time its facts held', async () => {
    const store = await fresh();
    const stamp = stampAt(NOW);
    const marks = { source_ts: String(stamp.sourceTs), source_wall_ts: String(NOW) };
    store.put('raw:ibkr:SPY', json('{"bid":600.01,"name":"é \\"quoted\\""}'), stamp);
    store.put('ibkr:connected', { kind: 'text', text: '1' }, stamp);
    store.put('raw:av:options:SPY', { kind: 'raw', payload: Buffer.from('{"data":[ "é" ]}') }, stamp);
    store.put('raw:av:options:QQQ', { kind: 'raw', payload: 'no JSON at all' }, stamp);
    store.put('orders:pending', { kind: 'hash', fields: { a: '{"x":1}', b: '' } }, stamp);
    store.put('positions:open:DU1', { kind: 'hash', fields: {} }, stamp);
    store.put('signals:execution:SPY', { kind: 'list', items: ['{"id":1}', '{"id":2}'] }, stamp);
    store.put('signals:execution:QQQ', { kind: 'list', items: [] }, stamp);
    store.put('raw:ibkr:depth:SPY:window', { kind: 'window', text: '{"n":1}' }, stamp);
    store.put('raw:ibkr:depth:SPY:window', { kind: 'window', text: '{"n":2}' }, stamp);
    store.put('orderflow:ibkr:L2:SPY', { kind: 'stream', fields: { rows: '[1]' } }, stamp);
    store.put('orderflow:ibkr:L2:SPY', { kind: 'stream', fields: { rows: '[2]' } }, stamp);
    expect(await store.flush()).toBe(true);

    const quote = await store.read('raw:ibkr:SPY', NOW + 500);
    expect(quote).toMatchObject({ sourceTs: stamp.sourceTs, ageMs: 500 });
    expect(JSON.parse(String(quote.value))).toEqual({
      source_ts: stamp.sourceTs,
      source_wall_ts: NOW,
      bid: 600.01,
      name: 'é "quoted"',
    });
    expect(await contentOf(store, 'ibkr:connected')).toBe('1');
    expect(await contentOf(store, 'raw:av:options:SPY')).toBe('{"data":[ "é" ]}');
    expect(await contentOf(store, 'raw:av:options:QQQ')).toBe('no JSON at all');
    expect(await contentOf(store, 'orders:pending')).toEqual({ a: '{"x":1}', b: '', ...marks });
    expect(await contentOf(store, 'positions:open:DU1')).toEqual(marks);
    expect(await contentOf(store, 'signals:execution:SPY')).toEqual(['{"id":1}', '{"id":2}']);
    expect(await contentOf(store, 'signals:execution:QQQ')).toEqual([]);
    const window = (await contentOf(store, 'raw:ibkr:depth:SPY:window')) as string[];
    expect(window.map((text) => JSON.parse(text).n)).toEqual([2, 1]);
    const stream = (await contentOf(store, 'orderflow:ibkr:L2:SPY')) as string[];
    expect(stream.map((text) => JSON.parse(text))).toEqual([
      { rows: '[2]', ...marks },
      { rows: '[1]', ...marks },
    ]);
  });

  test('past its age limit a value is absent with the reason, and a reader may be stricter but not laxer', async () => {
    const store = await fresh();
    store.put('raw:ibkr:depth:SPY', json('{"bids":[]}'), stampAt(NOW));
    await store.flush();
    expect((await store.read('raw:ibkr:depth:SPY', NOW + 5_000)).value).not.toBeNull();
    expect(await contentOf(store, 'raw:ibkr:depth:SPY', NOW + 5_001)).toBe('absent: stale: 5.0 s old, limit 5.0 s');
    expect((await store.read('raw:ibkr:depth:SPY', NOW + 3_001, 3_000)).value).toBeNull();
    expect((await store.read('raw:ibkr:depth:SPY', NOW + 3_000, 3_000)).value).not.toBeNull();
    expect((await store.read('raw:ibkr:depth:SPY', NOW + 6_000, 60_000)).value).toBeNull();
  });

  test('of several values of a key the newest is kept, and a hash is replaced as a whole', async () => {
    const store = await fresh();
    const payload = new Uint8Array([65, 66]);
    store.put('raw:av:options:SPY', { kind: 'raw', payload }, stampAt(NOW));
    payload.fill(90);
    store.put('raw:ibkr:SPY', json('{"n":1}'), stampAt(NOW));
    store.put('raw:ibkr:SPY', json('{"n":2}'), stampAt(NOW));
    store.put('orders:pending', { kind: 'hash', fields: { gone: '1', stays: '1' } }, stampAt(NOW));
    await store.flush();
    store.put('orders:pending', { kind: 'hash', fields: { stays: '2' } }, stampAt(NOW));
    await store.flush();
    expect(await contentOf(store, 'raw:av:options:SPY')).toBe('AB');
    expect(JSON.parse(String(await contentOf(store, 'raw:ibkr:SPY'))).n).toBe(2);
    expect(Object.keys((await contentOf(store, 'orders:pending')) as object).sort()).toEqual([
      'source_ts',
      'source_wall_ts',
      'stays',
    ]);
  });

  test('windows and streams are capped, and what left the sixty seconds is left out', async () => {
    const store = await fresh();
    for (let n = 0; n < 40; n += 1) {
      store.put('raw:ibkr:depth:SPY:window', { kind: 'window', text: `{"n":${n}}` }, stampAt(NOW - (39 - n) * 2_500));
      if (n % 7 === 0) await store.flush();
    }
    for (let n = 0; n < 730; n += 1) {
      store.put('orderflow:ibkr:L2:SPY', { kind: 'stream', fields: { n: String(n) } }, stampAt(NOW));
      if (n % 97 === 0) await store.flush();
    }
    await store.flush();
    const window = (await contentOf(store, 'raw:ibkr:depth:SPY:window')) as string[];
    expect(window.map((text) => JSON.parse(text).n)).toEqual(Array.from({ length: 25 }, (_, i) => 39 - i));
    const stream = (await contentOf(store, 'orderflow:ibkr:L2:SPY')) as string[];
    expect(stream.map((text) => Number(JSON.parse(text).n))).toEqual(Array.from({ length: 500 }, (_, i) => 729 - i));
  });

  test('a removed key is absent, and a key or kind outside of the table is refused', async () => {
    const store = await fresh();
    store.put('ibkr:connected', { kind: 'text', text: '1' }, stampAt(NOW));
    await store.flush();
    store.remove('ibkr:connected');
    await store.flush();
    expect(await contentOf(store, 'ibkr:connected')).toBe('absent: not there');
    expect(await contentOf(store, 'made:up')).toBe('absent: no such key');
    expect(() => store.put('made:up', json('{}'), stampAt(NOW))).toThrow('made:up');
    expect(() => store.put('ibkr:connected', json('{}'), stampAt(NOW))).toThrow('text');
  });

  test('a closed store takes calls and does nothing', async () => {
    const store = await fresh();
    await store.close();
    store.put('ibkr:connected', { kind: 'text', text: '1' }, stampAt(NOW));
    store.remove('ibkr:connected');
    expect(await store.flush()).toBe(false);
    expect(store.health().state).toBe('down');
  });

  test(`after any row of writes, removals and flushes it holds what was written last (seed ${SEED})`, async () => {
    const keys = ['raw:ibkr:A', 'raw:ibkr:B', 'raw:ibkr:C'] as const;
    const operation = fc.oneof(
      fc.record({ act: fc.constant('put' as const), key: fc.constantFrom(...keys), n: fc.nat() }),
      fc.record({ act: fc.constant('remove' as const), key: fc.constantFrom(...keys) }),
      fc.record({ act: fc.constant('flush' as const) }),
    );
    const store = await fresh();
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const model = new Map<string, number>();
        for (const key of keys) store.remove(key);
        const flights: Promise<boolean>[] = [];
        for (const one of operations) {
          if (one.act === 'flush') flights.push(store.flush());
          else if (one.act === 'remove') {
            store.remove(one.key);
            model.delete(one.key);
          } else {
            store.put(one.key, json(`{"n":${one.n}}`), stampAt(NOW));
            model.set(one.key, one.n);
          }
        }
        await Promise.all(flights);
        expect(await store.flush()).toBe(true);
        for (const key of keys) {
          const found = await store.read(key, NOW);
          expect(found.value === null ? undefined : JSON.parse(String(found.value)).n).toBe(model.get(key));
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
};
