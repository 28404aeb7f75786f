import { EventEmitter } from 'node:events';
import { EventName, IBApi } from '@stoqey/ib';
import { instant } from '../src/engine/core/types.ts';
import { createHealth } from '../src/engine/shell/ibkr/health.ts';
import { MarketData } from '../src/engine/shell/ibkr/market-data/market-data.ts';
import type { StreamKind } from '../src/engine/shell/ibkr/market-data/stream.ts';
import { FrameStream } from '../src/engine/shell/ibkr/wire/frame-stream.ts';
import type { Link } from '../src/engine/shell/ibkr/wire/link.ts';
import { TickScanner } from '../src/engine/shell/ibkr/wire/tick-scanner.ts';
import type { Bench } from './harness.ts';

const FRAMES = 500_000;
/** The library alone is too slow for all of them. */
const LIBRARY_FRAMES = 50_000;
const READ_BYTES = 64 * 1024;
const SYMBOLS = ['SPY', 'QQQ', 'IWM'] as const;
const VENUES = ['ARCA', 'NASDAQ', 'BATS', 'DRCTEDGE', 'IEX', 'NYSE'];

/** The whole path of our client behind the socket, up to a sink that counts. */
const createClient = () => {
  let told = 0;
  const emit = (): void => {
    told += 1;
  };
  const log = (): void => {};
  let id = 1_000_000_000;
  const data = new MarketData({
    underlyings: SYMBOLS.map((symbol) => ({
      symbol,
      kind: 'stock',
      exchange: 'SMART',
      depth: true,
      trades: true,
      options: true,
    })),
    entitlement: { marketData: 100, depth: 3, tickByTick: 3 },
    emit,
    health: createHealth({ emit, log }),
    clock: { now: () => instant(Date.UTC(2026, 2, 20, 15)) },
    log,
    quarantine: { keep: () => {} },
    nextRequestId: () => id++,
    now: () => 0,
    isListed: () => null,
    lagMsMax: 4_000,
  });
  data.attach({ on: () => {}, send: () => {}, open: () => true, close: () => {} } as unknown as Link);
  data.lines.subscribeAll();
  const scanner = new TickScanner(data);
  const frames = new FrameStream((bytes, from, to) => {
    data.flush('settled');
    if (!scanner.scan(bytes, from, to)) throw new Error('a frame that the scanner does not know');
  });
  const idOf = (kind: StreamKind, symbol: string): number => data.lines.find(kind, symbol)?.id ?? 0;
  return {
    idOf,
    told: () => told,
    read: (chunk: Uint8Array) => {
      frames.push(chunk);
      data.flush('all');
    },
  };
};

/** Quotes 40 %, sizes 20 %, prints 20 %, book rows 20 %: a seeded session of three funds, framed as TWS frames it. */
const makeStream = (count: number, idOf: (kind: StreamKind, symbol: string) => number): Uint8Array => {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const parts: Buffer[] = [];
  for (let i = 0; i < count; i += 1) {
    const symbol = pick(SYMBOLS);
    const price = (400 + Math.floor(random() * 5_000) / 100).toFixed(2);
    const size = 100 * (1 + Math.floor(random() * 50));
    const u = random();
    const type = random() < 0.5 ? 1 : 2;
    const fields =
      u < 0.4
        ? [1, 6, idOf('quote', symbol), type, price, size, 1]
        : u < 0.6
          ? [2, 6, idOf('quote', symbol), type === 1 ? 0 : 3, size]
          : u < 0.8
            ? [99, idOf('trades', symbol), 2, 1_774_000_000 + (i >> 10), price, size, 0, pick(VENUES), '']
            : [13, 1, idOf('depth', symbol), Math.floor(random() * 10), pick(VENUES), 1, type - 1, price, size, 1];
    const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
    const head = Buffer.alloc(4);
    head.writeInt32BE(body.length);
    parts.push(head, body);
  }
  return Buffer.concat(parts);
};

/** As one would write it: a string per frame, a string per field, an object per message, an event to whoever listens. */
const createStraightforward = () => {
  const emitter = new EventEmitter();
  let told = 0;
  for (const name of ['price', 'size', 'trade', 'depth']) emitter.on(name, () => (told += 1));
  let rest: Buffer = Buffer.alloc(0);
  const handle = (text: string): void => {
    const field = text.split('\0');
    const at = (i: number): string => field[i] ?? '';
    if (at(0) === '1') {
      const [id, type] = [parseInt(at(2), 10), parseInt(at(3), 10)];
      emitter.emit('price', { id, type, price: parseFloat(at(4)), size: parseFloat(at(5)) });
    } else if (at(0) === '2') {
      emitter.emit('size', { id: parseInt(at(2), 10), type: parseInt(at(3), 10), size: parseFloat(at(4)) });
    } else if (at(0) === '99') {
      const [id, seconds] = [parseInt(at(1), 10), parseInt(at(3), 10)];
      emitter.emit('trade', { id, seconds, price: parseFloat(at(4)), size: parseFloat(at(5)), venue: at(7) });
    } else {
      const [id, level] = [parseInt(at(2), 10), parseInt(at(3), 10)];
      const [operation, side] = [parseInt(at(5), 10), parseInt(at(6), 10)];
      const [price, size] = [parseFloat(at(7)), parseFloat(at(8))];
      emitter.emit('depth', { id, level, venue: at(4), operation, side, price, size });
    }
  };
  return {
    told: () => told,
    read: (chunk: Uint8Array) => {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      let from = 0;
      while (rest.length - from >= 4) {
        const size = rest.readInt32BE(from);
        if (rest.length - from - 4 < size) break;
        handle(rest.toString('utf8', from + 4, from + 4 + size));
        from += 4 + size;
      }
      rest = rest.subarray(from);
    },
  };
};

/** The client library on its own, with one listener for each event. */
const createLibrary = () => {
  const api = new IBApi({});
  const { socket } = (
    api as unknown as {
      controller: { socket: { _serverVersion: number; neverReceived: boolean; onData: (chunk: Buffer) => void } };
    }
  ).controller;
  socket._serverVersion = 193;
  socket.neverReceived = false;
  let told = 0;
  const count = (): void => {
    told += 1;
  };
  for (const name of [EventName.tickPrice, EventName.tickSize, EventName.tickByTickAllLast, EventName.updateMktDepthL2])
    api.on(name as EventName.tickPrice, count);
  return { told: () => told, read: (chunk: Uint8Array) => socket.onData(Buffer.from(chunk)) };
};

const framesPerSecond = (
  stream: Uint8Array,
  count: number,
  reader: { told(): number; read(chunk: Uint8Array): void },
): number => {
  const started = performance.now();
  for (let at = 0; at < stream.length; at += READ_BYTES) reader.read(stream.subarray(at, at + READ_BYTES));
  const seconds = (performance.now() - started) / 1_000;
  if (reader.told() < count * 0.5) throw new Error(`only ${reader.told()} of ${count} frames were told`);
  return count / seconds;
};

/** Without what watches over streams, books and prints. */
const createScanner = () => {
  let told = 0;
  const count = (): void => {
    told += 1;
  };
  const sink = {
    price: count,
    size: count,
    trade: count,
    bidAsk: count,
    depth: count,
    volume: count,
    unreadable: count,
  };
  const scanner = new TickScanner(sink);
  const frames = new FrameStream((bytes, from, to) => void scanner.scan(bytes, from, to));
  return { told: () => told, read: (chunk: Uint8Array) => void frames.push(chunk) };
};

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

const { idOf } = createClient();
const stream = makeStream(FRAMES, idOf);
const short = makeStream(LIBRARY_FRAMES, idOf);
const library: number[] = [];
const decodedAlone: number[] = [];

export const bench: Bench = {
  name: 'TWS frames: cut, decoded and routed to the sink (quotes, sizes, prints, book rows of three symbols)',
  peer: 'split, parseFloat, an object and an EventEmitter, on the same bytes',
  unit: 'frames/s',
  higherIsBetter: true,
  goal: 'at least 8 times split()',
  run: async () => {
    const ours = framesPerSecond(stream, FRAMES, createClient());
    const peer = framesPerSecond(stream, FRAMES, createStraightforward());
    library.push(framesPerSecond(short, LIBRARY_FRAMES, createLibrary()));
    decodedAlone.push(framesPerSecond(stream, FRAMES, createScanner()) / peer);
    return { ours, peer };
  },
  notes: () => [
    `cut and decoded alone, median: ${median(decodedAlone.slice(1)).toFixed(1)} times the peer`,
    `@stoqey/ib's own decoder, median: ${(median(library.slice(1)) / 1_000).toFixed(0)} thousand frames/s`,
    `${FRAMES} frames, ${(stream.length / 2 ** 20).toFixed(1)} MiB in reads of ${READ_BYTES / 1024} KiB`,
  ],
};
