import { addTrade, type Bars, createBars } from '../src/engine/core/analytics/bars.ts';
import {
  type BookImbalance,
  createBookImbalance,
  onBookImbalanceBook,
} from '../src/engine/core/analytics/micro/book-imbalance.ts';
import {
  createOrderFlowImbalance,
  type OrderFlowImbalance,
  onOrderFlowQuote,
} from '../src/engine/core/analytics/micro/order-flow-imbalance.ts';
import { addVpinTrade, createVpin, type Vpin, vpinOf } from '../src/engine/core/analytics/vpin.ts';
import type { DepthSeen } from '../src/engine/core/inputs.ts';
import { applyDepth, type Book, createBook } from '../src/engine/core/market/book.ts';
import { instant } from '../src/engine/core/types.ts';
import type { Bench } from './harness.ts';
import { ObjectEngine, type PeerSymbol } from './market-events-objects.ts';
import { makeTape, QUOTE, TRADE } from './market-events-tape.ts';

const EVENTS = 1_000_000;
const SYMBOLS = 32;
const BLOCK = 64;
const tape = makeTape(EVENTS, SYMBOLS, 12345);

interface Symbol {
  readonly bars: Bars;
  readonly vpin: Vpin;
  readonly flow: OrderFlowImbalance;
  readonly book: Book;
  readonly imbalance: BookImbalance;
  passed: number;
}
/** The newest events, kept by both designs as recorders and look-backs keep them: columns here, objects there. */
const KEPT = 1 << 17;
const kept = {
  kind: new Uint8Array(KEPT),
  symbol: new Uint8Array(KEPT),
  at: new Float64Array(KEPT),
  a: new Float64Array(KEPT),
  b: new Int32Array(KEPT),
  c: new Float64Array(KEPT),
  d: new Int32Array(KEPT),
};
const keep = (i: number, now: number): void => {
  const place = i & (KEPT - 1);
  kept.kind[place] = tape.kind[i] as number;
  kept.symbol[place] = tape.symbol[i] as number;
  kept.at[place] = now;
  kept.a[place] = tape.a[i] as number;
  kept.b[place] = tape.b[i] as number;
  kept.c[place] = tape.c[i] as number;
  kept.d[place] = tape.d[i] as number;
};

const fresh = (): Symbol[] =>
  tape.symbols.map(() => ({
    bars: createBars(),
    vpin: createVpin(),
    flow: createOrderFlowImbalance(),
    book: createBook(),
    imbalance: createBookImbalance(),
    passed: 0,
  }));

/** As the decoder hands it over: one object, written anew for each row. */
const depthRow: DepthSeen = {
  kind: 'depth.seen',
  symbol: '',
  operation: 0,
  side: 0,
  level: 0,
  price: 0,
  size: 0,
  venue: 'ARCA',
};

/** The peer's gate, its cheapest and most selective questions first. */
const gate = ({ bars, vpin, flow, imbalance }: Symbol, at: number): boolean => {
  const leaning = imbalance.level5;
  if (!(leaning > 0.1 || leaning < -0.1)) return false;
  if (!(at >= flow.openFrom && at < flow.openUntil && vpinOf(vpin) < 0.8)) return false;
  const open = flow.flows[flow.openPlace] ?? 0;
  if (!(leaning > 0 ? open > 0 : open < 0)) return false;
  const slot = bars.closed % bars.capacity;
  const drift = (bars.close[slot] ?? 0) - (bars.notional[slot] ?? 0) / (bars.volume[slot] ?? 0);
  if (!(leaning > 0 ? drift > 0 : drift < 0)) return false;
  return ((flow.askPrice - flow.bidPrice) / ((flow.askPrice + flow.bidPrice) / 2)) * 1e4 <= 5;
};

const foldOurs = (symbols: readonly Symbol[], from: number, to: number): void => {
  const { kind, symbol, startAt, betweenMs, a, b, c, d } = tape;
  for (let i = from; i < to; i++) {
    const known = symbols[symbol[i] as number] as Symbol;
    const now = instant(startAt + i * betweenMs);
    keep(i, now);
    if (kind[i] === TRADE) {
      addTrade(known.bars, a[i] as number, b[i] as number, now);
      addVpinTrade(known.vpin, a[i] as number, b[i] as number, now);
    } else if (kind[i] === QUOTE) {
      onOrderFlowQuote(known.flow, a[i] as number, b[i] as number, c[i] as number, d[i] as number, now);
    } else {
      const what = d[i] as number;
      depthRow.operation = (what >> 1) as 0 | 1 | 2;
      depthRow.side = (what & 1) as 0 | 1;
      depthRow.level = c[i] as number;
      depthRow.price = a[i] as number;
      depthRow.size = b[i] as number;
      applyDepth(known.book, depthRow);
      onBookImbalanceBook(known.imbalance, known.book, now);
    }
    if (gate(known, now)) known.passed++;
  }
};

const OPERATIONS = ['insert', 'update', 'delete'] as const;
const foldPeer = (engine: ObjectEngine, from: number, to: number): void => {
  const { kind, startAt, betweenMs, a, b, c, d } = tape;
  for (let i = from; i < to; i++) {
    const symbol = tape.symbols[tape.symbol[i] as number] as string;
    const now = startAt + i * betweenMs;
    const first = a[i] as number;
    const second = b[i] as number;
    const third = c[i] as number;
    const fourth = d[i] as number;
    if (kind[i] === TRADE) engine.ingest({ type: 'trade', symbol, at: now, price: first, size: second });
    else if (kind[i] === QUOTE)
      engine.ingest({ type: 'quote', symbol, at: now, bid: first, bidSize: second, ask: third, askSize: fourth });
    else
      engine.ingest({
        type: 'depth',
        symbol,
        at: now,
        operation: OPERATIONS[fourth >> 1] as 'insert' | 'update' | 'delete',
        side: (fourth & 1) === 1 ? 'bid' : 'ask',
        level: third,
        price: first,
        size: second,
      });
  }
};

/** Both must have come to the same figures before either is believed. */
const check = (ours: readonly Symbol[], peer: ObjectEngine): void => {
  let passed = 0;
  tape.symbols.forEach((name, i) => {
    const own = ours[i] as Symbol;
    const other = peer.symbols.get(name) as PeerSymbol;
    const slot = own.bars.closed % own.bars.capacity;
    const pairs: [string, number, number][] = [
      ['bars', own.bars.closed + 1, other.bars.length],
      ['volume', own.bars.volume[slot] as number, other.bars.at(-1)?.volume as number],
      ['vpin', vpinOf(own.vpin), other.vpin as number],
      ['flow', own.flow.flows[own.flow.openPlace] as number, other.intervals.at(-1)?.flow as number],
      ['imbalance', own.imbalance.level10, other.imbalance[2] as number],
      ['passed', own.passed, other.passed],
    ];
    for (const [what, mine, theirs] of pairs)
      if (!(Math.abs(mine - theirs) <= 1e-9))
        throw new Error(`market-events: ${name} ${what}: ${mine}, peer ${theirs}`);
    if (own.book.broken) throw new Error(`market-events: the book of ${name} broke`);
    passed += own.passed;
  });
  if (passed < EVENTS / 100) throw new Error(`market-events: only ${passed} events passed the gates`);
};

/** Of the whole process, its collector and compiler included: what a core spends, whoever else is at work on the machine. */
const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const seconds = (work: () => void): number => {
  const start = Bun.nanoseconds();
  work();
  return (Bun.nanoseconds() - start) / 1e9;
};

/** Longest block of 64 events in milliseconds; each run's own, garbage collection included. */
const longestBlock = (fold: (from: number, to: number) => void): number => {
  let longest = 0;
  for (let from = 0; from < EVENTS; from += BLOCK)
    longest = Math.max(
      longest,
      seconds(() => fold(from, Math.min(from + BLOCK, EVENTS))),
    );
  return longest * 1e3;
};

const blocks: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
const asRange = (values: readonly number[]): string => {
  const sorted = [...values].sort((x, y) => x - y);
  return `${sorted[sorted.length >> 1]?.toPrecision(3)} (worst ${sorted.at(-1)?.toPrecision(3)})`;
};

export const bench: Bench = {
  name: `market-events (${SYMBOLS} symbols, newest ${KEPT} events kept: bars, VPIN, order flow, imbalance at 1, 5 and 10, gates)`,
  peer: 'object-per-event (emitter, Map, arrays, reduce)',
  unit: 'M events per CPU second',
  higherIsBetter: true,
  goal: '≥ 10 M events/s/core and ≥ 3 times the peer',
  run: async () => {
    const ours = fresh();
    const peer = new ObjectEngine();
    const oursSeconds = cpuSeconds(() => foldOurs(ours, 0, EVENTS));
    const peerSeconds = cpuSeconds(() => foldPeer(peer, 0, EVENTS));
    check(ours, peer);
    const again = fresh();
    blocks.ours.push(longestBlock((from, to) => foldOurs(again, from, to)));
    const peerAgain = new ObjectEngine();
    blocks.peer.push(longestBlock((from, to) => foldPeer(peerAgain, from, to)));
    return { ours: EVENTS / oursSeconds / 1e6, peer: EVENTS / peerSeconds / 1e6 };
  },
  notes: () => [
    `longest block of ${BLOCK} events, median of the runs, ms: ours ${asRange(blocks.ours.slice(1))}, peer ${asRange(blocks.peer.slice(1))}`,
  ],
};
