import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { instant } from '../../../core/types.ts';
import { createChainDesk } from './desk.ts';
import { parseOptionsChain } from './parse-chain.ts';

const AT = instant(Date.UTC(2026, 10, 25, 15));
const ABOUT = { underlying: 'SPY', date: null };

const row = (i: number): Record<string, string> => ({
  contractID: `SPY261211${i % 2 ? 'C' : 'P'}${String((400 + (i >> 1)) * 1000).padStart(8, '0')}`,
  symbol: 'SPY',
  expiration: '2026-12-11',
  strike: (400 + (i >> 1)).toFixed(2),
  type: i % 2 ? 'call' : 'put',
  last: '1.00',
  mark: '1.00',
  bid: (i / 100).toFixed(2),
  bid_size: '1',
  ask: (i / 100 + 0.05).toFixed(2),
  ask_size: '1',
  volume: i % 7 ? String(i) : 'None',
  open_interest: String(i * 3),
  date: '2026-11-25',
  implied_volatility: '0.20000',
  delta: '0.50000',
  gamma: '0.01000',
  theta: '-0.10000',
  vega: '0.30000',
  rho: '0.10000',
});
const body = (rows: number): string =>
  JSON.stringify({
    endpoint: 'Realtime Options',
    message: 'success',
    data: Array.from({ length: rows }, (_, i) => row(i)),
  });

let answer: () => Response | Promise<Response> = () => new Response('no answer was set');
const vendor = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: () => answer() });
const desk = createChainDesk();
afterAll(() => {
  desk.stop();
  void vendor.stop(true);
});
afterEach(() => {
  answer = () => new Response('no answer was set');
});

const question = {
  baseUrl: vendor.url.origin,
  parameters: { function: 'REALTIME_OPTIONS' },
  key: 'K',
  timeoutMs: 5_000,
};

describe('the chain desk', () => {
  test('hands over the columns that a reader on the same thread would have made, and the body to the byte', async () => {
    const text = body(600);
    answer = () => new Response(text);
    const read = await desk.ask(question, ABOUT);
    const taken = read.finish(AT);
    const plain = parseOptionsChain(new TextEncoder().encode(text), 'SPY', AT);
    if (!taken.ok || !plain.ok) throw new Error('premise: both read it');
    expect(taken.chain.rowCount).toBe(600);
    expect(taken.chain.volume.filter(Number.isNaN).length).toBeGreaterThan(50);
    expect(Object.keys(taken.chain).sort()).toEqual(Object.keys(plain.chain).sort());
    for (const [name, column] of Object.entries(plain.chain)) {
      const got: unknown = taken.chain[name as keyof typeof taken.chain];
      if (!ArrayBuffer.isView(column)) expect(got, name).toEqual(column);
      else
        expect([got?.constructor, ...(got as Float64Array)], name).toEqual([
          column.constructor,
          ...(column as Float64Array),
        ]);
    }
    expect(new TextDecoder().decode(read.payload)).toBe(text);
  });

  test('answers many questions at once, each with its own', async () => {
    let asked = 0;
    answer = async () => {
      asked += 1;
      const rows = asked * 10;
      await Bun.sleep(60 - asked * 10);
      return new Response(body(rows));
    };
    const taken = await Promise.all(
      Array.from({ length: 5 }, async () => (await desk.ask(question, ABOUT)).finish(AT)),
    );
    expect(taken.map((one) => (one.ok ? one.chain.rowCount : 0)).sort((a, b) => a - b)).toEqual([10, 20, 30, 40, 50]);
  });

  test('tells a refusal as one, with the body that was refused', async () => {
    answer = () => new Response('{"Information": "our standard API rate limit is 600 requests per minute"}');
    const read = await desk.ask(question, ABOUT);
    expect(read.finish(AT)).toMatchObject({ ok: false, kind: 'information' });
    expect(new TextDecoder().decode(read.payload)).toContain('rate limit');
    answer = () => new Response('down', { status: 503 });
    expect((await desk.ask(question, ABOUT)).finish(AT)).toMatchObject({ ok: false, kind: 'http-503' });
  });

  test('gives up after the time it was given', async () => {
    answer = () => new Promise<Response>(() => {});
    const read = await desk.ask({ ...question, timeoutMs: 150 }, ABOUT);
    expect(read.finish(AT)).toMatchObject({ ok: false, kind: 'timeout' });
  });

  test('refuses what a dying thread was asked, and asks a new one', async () => {
    const script = new Blob(['self.onmessage = () => process.exit(1);'], { type: 'application/typescript' });
    const doomed = createChainDesk(URL.createObjectURL(script));
    for (let round = 0; round < 2; round += 1) {
      const asked = [doomed.ask(question, ABOUT), doomed.ask(question, ABOUT)];
      for (const read of await Promise.all(asked))
        expect(read.finish(AT)).toMatchObject({
          ok: false,
          kind: 'network',
          message: expect.stringContaining('ended'),
        });
    }
    doomed.stop();
  });

  test('refuses what is asked when it stops, and everything afterwards', async () => {
    const short = createChainDesk();
    answer = () => new Promise<Response>(() => {});
    const asked = short.ask(question, ABOUT);
    await Bun.sleep(50);
    short.stop();
    expect((await asked).finish(AT)).toMatchObject({ ok: false, kind: 'network' });
    expect((await short.ask(question, ABOUT)).finish(AT)).toMatchObject({ ok: false, kind: 'network' });
  });
});
