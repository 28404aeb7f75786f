import { dlopen, FFIType, ptr } from 'bun:ffi';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChainColumns } from '../src/engine/core/market/chain.ts';
import { instant } from '../src/engine/core/types.ts';
import { createChainDesk } from '../src/engine/shell/alphavantage/chain/desk.ts';
import { readBody } from '../src/engine/shell/alphavantage/read-body.ts';
import { plainOptionsChain } from '../src/engine/testing/plain-chain.ts';
import type { Bench } from './harness.ts';

const CONTRACTS = 20_000;
const AT = instant(Date.UTC(2026, 10, 25, 15));

/** An answer of the vendor's size and form: pretty-printed, every figure a text. */
const answerText = (): string => {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const price = (most: number): string => (random() * most).toFixed(2);
  const greek = (most: number): string => (random() * most).toFixed(5);
  const count = (most: number): string => String(Math.floor(random() * most));
  const data = Array.from({ length: CONTRACTS }, (_, i) => {
    const day = 10 + (i % 20);
    const strike = 1000 + 10 * Math.floor(i / 40);
    const call = i % 40 < 20;
    const bid = random() * 50;
    return {
      contractID: `SPXW2612${day}${call ? 'C' : 'P'}${String(strike * 1000).padStart(8, '0')}`,
      symbol: 'SPX',
      expiration: `2026-12-${day}`,
      strike: strike.toFixed(2),
      type: call ? 'call' : 'put',
      last: price(50),
      mark: price(50),
      bid: bid.toFixed(2),
      bid_size: count(900),
      ask: (bid + 0.05).toFixed(2),
      ask_size: count(900),
      volume: count(9000),
      open_interest: i % 50 === 0 ? 'None' : count(90_000),
      date: '2026-11-25',
      implied_volatility: greek(1),
      delta: greek(1),
      gamma: greek(0.1),
      theta: `-${greek(9)}`,
      vega: greek(9),
      rho: greek(9),
    };
  });
  return JSON.stringify({ endpoint: 'Realtime Options', message: 'success', data }, null, 2);
};

const body = new TextEncoder().encode(answerText());
const folder = mkdtempSync(join(tmpdir(), 'chain-parse-'));
const file = join(folder, 'answer.json');
writeFileSync(file, body);
const server = Bun.spawn([process.execPath, join(import.meta.dir, 'chain-parse-server.ts'), file], { stdout: 'pipe' });
const portOf = async (): Promise<number> => {
  for await (const line of server.stdout) return Number(new TextDecoder().decode(line));
  throw new Error('the server of the answer did not start');
};
const port = portOf();
const ask = async (): Promise<Response> => fetch(`http://127.0.0.1:${await port}`);

/** The longest time that anything else on the loop had to wait, and the whole, milliseconds. */
const watched = async <T>(work: () => Promise<T>): Promise<{ stallMs: number; elapsedMs: number; result: T }> => {
  let running = true;
  let longest = 0;
  let last = performance.now();
  // The loop sleeps between its ticks, as an engine's does: one that spun would be pushed off its core by the others.
  const probe = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
    if (running) setTimeout(probe, 1);
  };
  setTimeout(probe, 1);
  await Bun.sleep(20);
  longest = 0;
  const start = performance.now();
  const result = await work();
  const elapsedMs = performance.now() - start;
  await Bun.sleep(5);
  running = false;
  return { stallMs: longest, elapsedMs, result };
};

const { symbols: libc } = dlopen(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6', {
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});
const THREAD_CPU_CLOCK = process.platform === 'darwin' ? 16 : 3;
const timespec = new BigInt64Array(2);
/** Processor time of this thread, milliseconds: what a turn takes however many others want the processor. */
const threadMs = (): number => {
  libc.clock_gettime(THREAD_CPU_CLOCK, ptr(timespec));
  return Number(timespec[0]) * 1e3 + Number(timespec[1]) / 1e6;
};

/** Processor time of the loop's one turn that takes a chain in. */
const turns: number[] = [];
const desk = createChainDesk();

const scanned = async (): Promise<ChainColumns> => {
  const question = { baseUrl: `http://127.0.0.1:${await port}`, parameters: {}, key: 'K', timeoutMs: 60_000 };
  const read = await desk.ask(question, { underlying: 'SPX', date: null });
  const start = threadMs();
  const answer = read.finish(AT);
  turns.push(threadMs() - start);
  if (!answer.ok) throw new Error(answer.message);
  return answer.chain;
};
const parsed = async (): Promise<ChainColumns> => {
  const answer = plainOptionsChain(new Uint8Array(await (await ask()).arrayBuffer()), 'SPX', AT);
  if (!answer.ok) throw new Error(answer.message);
  return answer.chain;
};
/** What the method and the transport cost by themselves. */
const passed = async (): Promise<number> => {
  let bytes = 0;
  await readBody((await ask()).body, (piece) => {
    bytes += piece.length;
  });
  return bytes;
};

const elapsed: Record<'ours' | 'peer' | 'floor', number[]> = { ours: [], peer: [], floor: [] };
const stalls: Record<'ours' | 'peer' | 'floor', number[]> = { ours: [], peer: [], floor: [] };
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const keep = (who: 'ours' | 'peer' | 'floor', figures: { stallMs: number; elapsedMs: number }): void => {
  elapsed[who].push(figures.elapsedMs);
  stalls[who].push(figures.stallMs);
};

export const bench: Bench = {
  name: `chain answer of ${(body.length / 1e6).toFixed(1)} MB and ${CONTRACTS} contracts, fetched and made columns: longest stall of the loop`,
  peer: 'arrayBuffer, decode, JSON.parse, then columns',
  unit: 'ms',
  goal: 'at most 5 ms',
  run: async () => {
    const ours = await watched(scanned);
    Bun.gc(true);
    const peer = await watched(parsed);
    Bun.gc(true);
    const floor = await watched(passed);
    if (ours.result.rowCount !== CONTRACTS || peer.result.rowCount !== CONTRACTS) throw new Error('rows were lost');
    for (const column of ['bid', 'gamma', 'openInterest'] as const)
      for (let i = 0; i < CONTRACTS; i++)
        if (!Object.is(ours.result[column][i], peer.result[column][i]))
          throw new Error(`${column} of row ${i} differs`);
    keep('ours', ours);
    keep('peer', peer);
    keep('floor', floor);
    return { ours: ours.stallMs, peer: peer.stallMs };
  },
  notes: () => [
    `processor time of the turn that takes the columns in: ${median(turns.slice(1)).toFixed(2)} ms, at worst ${Math.max(...turns.slice(1)).toFixed(2)} ms`,
    `elapsed: ours ${median(elapsed.ours.slice(1)).toFixed(1)} ms, peer ${median(elapsed.peer.slice(1)).toFixed(1)} ms, body alone read past ${median(elapsed.floor.slice(1)).toFixed(1)} ms`,
    `stall with the body alone read past on the loop itself: ${median(stalls.floor.slice(1)).toFixed(2)} ms; ours at worst ${Math.max(...stalls.ours.slice(1)).toFixed(2)} ms`,
  ],
  close: async () => {
    desk.stop();
    server.kill();
    await server.exited;
    rmSync(folder, { recursive: true });
  },
};
