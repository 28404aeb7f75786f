import { connect, createServer, type Server, type Socket } from 'node:net';
import { instant } from '../src/engine/core/types.ts';
import type { MarketEvent, SandboxMarket } from '../src/sandbox/market/types.ts';
import { startTwsSandbox, type TwsSandbox } from '../src/sandbox/tws/server.ts';
import type { Bench } from './harness.ts';

const SYMBOLS = Array.from({ length: 3 }, (_, i) => `S${i}`);
const MESSAGES = 60_000;
/** Prints emitted in one turn of the event loop. */
const BATCH = 500;
const AT = instant(Date.UTC(2022, 2, 23, 14, 0, 0));

/** A market of three stocks that does nothing but print. */
const printingMarket = (): SandboxMarket & { emit(event: MarketEvent): void } => {
  const listeners = new Set<(event: MarketEvent) => void>();
  const quote = { bidPrice: 99, bidSize: 100, askPrice: 101, askSize: 100, lastPrice: 100, lastSize: 1, volume: 0 };
  return {
    now: () => AT,
    speed: 1,
    source: 'seeded',
    description: 'bench',
    sessionOpen: () => true,
    instruments: () =>
      SYMBOLS.map((symbol, i) => ({
        ...{ symbol, kind: 'stock', name: symbol, primaryExchange: 'ARCA', conId: 1_000 + i },
        ...{ hasDepth: true, hasTrades: true, hasOptions: false },
      })),
    quote: () => quote,
    optionQuote: () => null,
    option: () => null,
    optionsOf: () => [],
    chain: () => null,
    book: () => null,
    minuteBars: () => [],
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => {},
    stop: () => {},
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
};

const frame = (...fields: (string | number)[]): Buffer => {
  const payload = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
};

/** Counts the frames that arrive and answers when there are so many. */
const counting = (socket: Socket) => {
  let pending: Buffer = Buffer.alloc(0);
  let frames = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let done: () => void = () => {};
  socket.on('data', (bytes: Buffer) => {
    const data = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    let offset = 0;
    while (data.length - offset >= 4) {
      const length = data.readUInt32BE(offset);
      if (data.length - offset - 4 < length) break;
      offset += 4 + length;
      frames += 1;
    }
    pending = data.subarray(offset);
    if (frames >= wanted) done();
  });
  return {
    get frames() {
      return frames;
    },
    reach: (count: number) =>
      new Promise<void>((resolve) => {
        wanted = count;
        done = resolve;
        if (frames >= wanted) resolve();
      }),
  };
};

const opened = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const market = printingMarket();
let server: TwsSandbox | null = null;
let client: { socket: Socket; count: ReturnType<typeof counting> } | null = null;

const subscribed = async () => {
  if (client) return client;
  server = await startTwsSandbox({ market });
  const socket = await opened(server.port);
  const count = counting(socket);
  const hello = Buffer.from('API\0\0\0\0\x09v100..200');
  socket.write(hello);
  await count.reach(1);
  socket.write(frame(71, 2, 1, ''));
  await count.reach(6);
  for (const [i, symbol] of SYMBOLS.entries()) {
    socket.write(frame(97, i, '', symbol, 'STK', '', 0, '', '', 'SMART', '', 'USD', '', '', 'AllLast', 0, 0));
  }
  socket.write(frame(49, 1));
  await count.reach(7);
  client = { socket, count };
  return client;
};

/** Every print is a tick-by-tick message to one client over the loopback. Messages a second. */
const ours = async (): Promise<number> => {
  const { count } = await subscribed();
  const all = count.reach(count.frames + MESSAGES);
  const startedAt = performance.now();
  for (let i = 0; i < MESSAGES; i++) {
    const symbol = SYMBOLS[i % SYMBOLS.length] ?? 'S0';
    market.emit({ kind: 'trade', symbol, at: AT, price: 100 + (i % 50) / 100, size: i % 900, venue: 'ARCA' });
    if (i % BATCH === BATCH - 1) await turn();
  }
  await all;
  return (MESSAGES / (performance.now() - startedAt)) * 1_000;
};

let echo: { server: Server; sink: Promise<Socket>; socket: Socket; count: ReturnType<typeof counting> } | null = null;

/** The same frames, made beforehand and written in the same batches by `node:net`. */
const peer = async (): Promise<number> => {
  echo ??= await openPlain();
  const { sink, count } = echo;
  const out = await sink;
  const all = count.reach(count.frames + MESSAGES);
  const batch = Buffer.concat(
    Array.from({ length: BATCH }, (_, i) => frame(99, i % 3, 2, 1_648_044_000, 100.25, i, 0, 'ARCA', '')),
  );
  const startedAt = performance.now();
  for (let i = 0; i < MESSAGES / BATCH; i++) {
    out.write(batch);
    await turn();
  }
  await all;
  return (MESSAGES / (performance.now() - startedAt)) * 1_000;
};

const openPlain = async (): Promise<NonNullable<typeof echo>> => {
  const plain = createServer();
  const sink = new Promise<Socket>((resolve) => plain.once('connection', resolve));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', () => resolve()));
  const address = plain.address();
  const socket = await opened(typeof address === 'object' && address !== null ? address.port : 0);
  return { server: plain, sink, socket, count: counting(socket) };
};

export const bench: Bench = {
  name: 'sandboxed TWS, one client’s prints',
  peer: 'the same frames made beforehand and written in batches by node:net',
  unit: 'messages/s',
  higherIsBetter: true,
  goal: 'at least 20,000 messages/s',
  run: async () => ({ ours: await ours(), peer: await peer() }),
  close: async () => {
    client?.socket.destroy();
    server?.stop();
    echo?.socket.destroy();
    (await echo?.sink)?.destroy();
    echo?.server.close();
  },
};
