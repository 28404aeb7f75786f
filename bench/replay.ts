import type { Entry, MarketInput } from '../src/engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../src/engine/core/limits.ts';
import { createReplayer } from '../src/engine/core/replay.ts';
import type { StateParams } from '../src/engine/core/state.ts';
import { instant } from '../src/engine/core/types.ts';
import type { Bench } from './harness.ts';
import { DEPTH, type EventTape, makeTape, TRADE } from './market-events-tape.ts';

const EVENTS = 300_000;
const TIMER_EVERY_MS = 250;

const tape: EventTape = makeTape(EVENTS, 4, 20261125);

const PARAMS: StateParams = {
  runId: 'bench',
  symbols: tape.symbols,
  limits: DEFAULT_LIMITS,
  mode: 'simulated',
  rates: { rate: 0.04, dividendYield: 0.013 },
};

const inputAt = (i: number): MarketInput => {
  const symbol = tape.symbols[tape.symbol[i] ?? 0] ?? '';
  const [a, b, c, d] = [tape.a[i] ?? 0, tape.b[i] ?? 0, tape.c[i] ?? 0, tape.d[i] ?? 0];
  const at = instant(tape.startAt + i * tape.betweenMs);
  if (tape.kind[i] === TRADE) return { kind: 'trade.seen', symbol, price: a, size: b, venue: 'ARCA', sourceAt: at };
  if (tape.kind[i] === DEPTH) {
    const rows = { level: c, operation: (d >> 1) as 0 | 1 | 2, side: (d & 1) as 0 | 1 };
    return { kind: 'depth.seen', symbol, price: a, size: b, venue: 'ARCA', ...rows };
  }
  return { kind: 'quote.seen', symbol, bidPrice: a, bidSize: b, askPrice: c, askSize: d, lastPrice: a };
};

/** A day as the tape's reader delivers it: market inputs in sequence, a pulse every quarter of a second. */
const entriesOf = (): Entry[] => {
  const entries: Entry[] = [];
  let seq = 0;
  let timerAt = tape.startAt;
  for (let i = 0; i < EVENTS; i++) {
    const at = instant(tape.startAt + i * tape.betweenMs);
    if (at >= timerAt) {
      entries.push({ seq: ++seq, at, input: { kind: 'timer.fired' } });
      timerAt = at + TIMER_EVERY_MS;
    }
    entries.push({ seq: ++seq, at, input: inputAt(i) });
  }
  return entries;
};

const entries = entriesOf();
const lines = entries.map((entry) => JSON.stringify(entry));

interface Folded {
  readonly perSecond: number;
  readonly hash: string;
}

const fold = (count: number, entryOf: (i: number) => Entry): Folded => {
  const replayer = createReplayer(PARAMS);
  const startedMs = performance.now();
  for (let i = 0; i < count; i++) replayer.take({ kind: 'entry', entry: entryOf(i) });
  const elapsedMs = performance.now() - startedMs;
  return { perSecond: (count / elapsedMs) * 1000, hash: replayer.result().hash };
};

const hashes = new Set<string>();

/** Entries a second of a recorded stretch of four symbols through every module; the state must end the same either way. */
export const bench: Bench = {
  name: 'replay of recorded entries',
  peer: 'the same entries as JSON lines, parsed one by one, through the same step',
  unit: 'entries/s',
  higherIsBetter: true,
  goal: 'at least 500,000 entries/s, same state hash',
  run: async () => {
    const ours = fold(entries.length, (i) => entries[i] as Entry);
    const peer = fold(lines.length, (i) => JSON.parse(lines[i] as string) as Entry);
    hashes.add(ours.hash).add(peer.hash);
    if (hashes.size > 1) throw new Error(`replay: one tape ended in ${hashes.size} states`);
    return { ours: ours.perSecond, peer: peer.perSecond };
  },
  notes: () => [`${entries.length} entries, ${tape.symbols.length} symbols, state ${[...hashes].join()} every time`],
};
