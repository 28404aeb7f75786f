import { describe, expect, test } from 'bun:test';
import type { BrokerReport, Entry, MarketInput } from '../core/inputs.ts';
import type { OrderTicket, Output } from '../core/outputs.ts';
import type { SignalEvent } from '../core/signal.ts';
import { type ClientOrderId, instant } from '../core/types.ts';
import type { EngineView } from '../core/view.ts';
import type { Bus, Topic } from '../ports/bus.ts';
import type { Sink } from '../ports/feed.ts';
import type { LedgerRecord } from '../ports/ledger.ts';
import type { GivenCommand } from './command-intake.ts';
import { createRunner, type RunnerOptions } from './runner.ts';

const place = (name: string): Output => ({ kind: 'order.place', ticket: { clientOrderId: name } as OrderTicket });
const noted = (name: string): Output => ({ kind: 'anomaly.seen', name, facts: {} });

interface TestState {
  seen: string[];
}
/** Everything around the runner, by hand: commits wait until they are let through. */
class Stage {
  readonly appended: LedgerRecord[] = [];
  readonly signals: SignalEvent[] = [];
  readonly performed: string[] = [];
  readonly published: [Topic, unknown][] = [];
  readonly taped: string[] = [];
  readonly marks: { seq: number; stateHash: string }[] = [];
  readonly fatal: Error[] = [];
  readonly marked: number[] = [];
  commands: GivenCommand[] = [];
  now = 1_000_000;
  hold = false;
  appendError: Error | null = null;
  inFlight = 0;
  inFlightMax = 0;
  react: (entry: Entry) => readonly Output[] = () => [];
  market: Sink<MarketInput> = () => {};
  report: Sink<BrokerReport> = () => {};
  readonly #waiting: (() => void)[] = [];
  readonly #hints: (() => void)[] = [];
  readonly runner;

  constructor(more: Partial<RunnerOptions<TestState>> = {}) {
    const order = (verb: string) => (id: string | OrderTicket) =>
      void this.performed.push(`${verb} ${typeof id === 'string' ? id : id.clientOrderId}`);
    const bus: Bus = {
      publish: (topic, message) => void this.published.push([topic, message]),
      subscribe: (_topic, listener) => {
        this.#hints.push(() => listener(null));
        return () => {};
      },
      close: async () => {},
    };
    this.runner = createRunner<TestState>({
      runId: 'run',
      state: { seen: [] },
      step: (state, entry) => {
        state.seen.push(entry.input.kind);
        return this.react(entry);
      },
      stateHash: (state) => `hash of ${state.seen.length}`,
      viewOf: (state) => ({ seq: state.seen.length }) as EngineView,
      started: { build: 'test' },
      clock: { now: () => instant(this.now) },
      ledger: {
        open: async () => ({ ok: true }),
        append: async (records, signals) => {
          this.inFlight += 1;
          this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
          if (this.hold) await new Promise<void>((resolve) => this.#waiting.push(resolve));
          else await Bun.sleep(0);
          this.inFlight -= 1;
          if (this.appendError) throw this.appendError;
          this.appended.push(...records);
          this.signals.push(...signals);
        },
        read: async function* () {},
        lastRunPosition: async () => 0,
        verify: async () => ({ ok: true, rows: 0, head: '' }),
        close: async () => {},
      },
      tape: {
        record: (entry) => void this.taped.push(`${entry.seq} ${entry.input.kind}`),
        mark: (mark) => void this.marks.push(mark),
        flush: async () => {},
        close: async () => {},
      },
      broker: {
        start: async (sink) => {
          this.report = sink;
        },
        place: order('place'),
        change: order('change'),
        cancel: order('cancel'),
        stop: async () => void this.performed.push('broker stopped'),
      },
      knownOrders: new Map(),
      feeds: [
        {
          start: async (sink) => {
            this.market = sink;
          },
          watch: ({ id }) => void this.performed.push(`watch ${id}`),
          unwatch: ({ id }) => void this.performed.push(`unwatch ${id}`),
          stop: async () => void this.performed.push('feed stopped'),
        },
      ],
      bus,
      commands: {
        takeNew: async (afterId) => this.commands.filter(({ id }) => id > afterId),
        markTaken: async (id) => void this.marked.push(id),
      },
      onFatal: (error) => this.fatal.push(error),
      log: () => {},
      timerEveryMs: 60_000,
      viewEveryMs: 60_000,
      commandPollMs: 60_000,
      ...more,
    });
  }
  tick(): void {
    this.market({ kind: 'depth.reset', symbol: 'SPY' });
  }
  hint(): void {
    for (const listener of this.#hints) listener();
  }
  async letThrough(): Promise<void> {
    this.#waiting.shift()?.();
    await Bun.sleep(1);
  }
  bodies(): unknown[] {
    return this.appended.map(({ kind, body }) => (kind === 'output' ? (body as Output).kind : kind));
  }
}
const started = async (more: Partial<RunnerOptions<TestState>> = {}): Promise<Stage> => {
  const stage = new Stage(more);
  await stage.runner.start();
  return stage;
};
const command = (id: number, takenAt: Date | null = null): GivenCommand => ({
  id,
  actor: { kind: 'cli', name: 'test' },
  command: { kind: 'kill' },
  reason: 'a test',
  takenAt,
});

describe('writing ahead', () => {
  test('nothing leaves before its commit, while market data goes on being folded', async () => {
    const stage = await started();
    stage.hold = true;
    stage.react = (entry) => (entry.seq === 1 ? [place('a')] : []);
    stage.tick();
    await Bun.sleep(1);
    stage.tick();
    stage.tick();
    expect(stage.performed).toEqual([]);
    expect(stage.taped).toHaveLength(3);
    await stage.letThrough();
    expect(stage.performed).toEqual(['place a']);
  });

  test('a commit that fails performs nothing, then or later, and ends the engine once', async () => {
    const stage = await started();
    stage.hold = true;
    stage.appendError = new Error('the connection broke during commit');
    stage.react = () => [place('a')];
    stage.tick();
    await Bun.sleep(1);
    stage.tick();
    await stage.letThrough();
    stage.tick();
    await Bun.sleep(5);
    expect(stage.performed).toEqual([]);
    expect(stage.fatal.map(({ message }) => message)).toEqual(['the connection broke during commit']);
    expect(stage.taped).toHaveLength(2);
    await expect(stage.runner.stop()).rejects.toThrow('dead');
  });

  test('one append is in flight at a time, and outputs are performed in the order they were decided', async () => {
    const stage = await started();
    stage.react = (entry) => [
      place(`${entry.seq}a`),
      noted('n'),
      { kind: 'order.cancel', clientOrderId: `${entry.seq}b` as ClientOrderId, reason: '' },
    ];
    for (let n = 0; n < 200; n += 1) {
      stage.tick();
      if (n % 7 === 0) await Bun.sleep(0);
    }
    await Bun.sleep(20);
    expect(stage.inFlightMax).toBe(1);
    expect(stage.performed).toEqual(
      Array.from({ length: 200 }, (_, i) => [`place ${i + 1}a`, `cancel ${i + 1}b`]).flat(),
    );
    const seqs = stage.appended.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  });

  test('a ledger that falls too far behind halts the engine', async () => {
    const stage = await started({ pendingRowsMax: 10 });
    stage.hold = true;
    stage.react = () => [noted('n')];
    for (let n = 0; n < 30; n += 1) stage.tick();
    await Bun.sleep(1);
    expect(stage.fatal[0]?.message).toContain('expected at most 10');
  });

  test('broker reports go to the ledger, market inputs to the tape', async () => {
    const stage = await started();
    stage.report({ kind: 'connected', account: 'DU1' });
    stage.tick();
    await Bun.sleep(5);
    expect(stage.taped).toEqual(['2 depth.reset']);
    expect(stage.appended.map(({ kind, seq }) => `${seq} ${kind}`)).toEqual(['0 run.started', '1 input']);
  });

  test('a signal is committed with its row and hinted at afterwards', async () => {
    const stage = await started();
    stage.hold = true;
    const signal = { signalId: 's', version: 1 } as SignalEvent;
    stage.react = () => [{ kind: 'signal.told', signal }];
    stage.tick();
    await Bun.sleep(1);
    expect(stage.published).toEqual([]);
    await stage.letThrough();
    expect(stage.signals).toEqual([signal]);
    expect(stage.published).toEqual([['signals.committed', { signalId: 's', version: 1 }]]);
  });
});

describe('commands', () => {
  test('a command is taken on a hint, in the ledger before it is marked, and only once', async () => {
    const stage = await started();
    stage.hold = true;
    stage.commands = [command(1)];
    stage.hint();
    stage.hint();
    await Bun.sleep(5);
    expect(stage.marked).toEqual([]);
    await stage.letThrough();
    stage.hint();
    await Bun.sleep(5);
    expect(stage.marked).toEqual([1]);
    expect(stage.appended.filter(({ kind }) => kind === 'input')).toHaveLength(1);
  });

  test('a command whose row appears after one of a higher id is not missed', async () => {
    const stage = await started();
    stage.commands = [command(6)];
    stage.hint();
    await Bun.sleep(5);
    stage.commands = [command(5), command(6)];
    stage.hint();
    await Bun.sleep(5);
    expect(stage.marked).toEqual([6, 5]);
  });

  test('commands that the ledger holds, or that are marked, are not taken again', async () => {
    const stage = new Stage({ takenCommandIds: [2] });
    stage.commands = [command(1, new Date(0)), command(2), command(3)];
    await stage.runner.start();
    await Bun.sleep(5);
    expect(stage.marked).toEqual([3]);
  });

  test('a lost hint costs a poll', async () => {
    const stage = await started({ commandPollMs: 10 });
    stage.commands = [command(1)];
    await Bun.sleep(50);
    expect(stage.marked).toEqual([1]);
    await stage.runner.stop();
  });
});

describe('the run', () => {
  test('stop ends the feeds, performs what was decided, and seals with the state hash', async () => {
    const stage = await started();
    stage.react = (entry) => (entry.seq === 1 ? [place('last')] : []);
    stage.tick();
    const sealed = await stage.runner.stop();
    stage.tick();
    expect(stage.performed).toEqual(['feed stopped', 'place last', 'broker stopped']);
    expect(sealed).toEqual({ seq: 1, stateHash: 'hash of 1' });
    expect(stage.appended.at(-1)).toMatchObject({ kind: 'run.sealed', body: sealed });
    expect(stage.marks).toEqual([sealed]);
    expect(stage.taped).toHaveLength(1);
  });

  test('time does not go back when the clock does', async () => {
    const stage = await started();
    const times: number[] = [];
    stage.react = (entry) => {
      times.push(entry.at);
      return [];
    };
    for (const now of [1_000_100, 1_000_050, 1_000_200]) {
      stage.now = now;
      stage.tick();
    }
    expect(times).toEqual([1_000_100, 1_000_100, 1_000_200]);
  });

  test('the tape is marked every so often in market time', async () => {
    const stage = await started({ markEveryMs: 1_000 });
    for (let n = 0; n < 30; n += 1) {
      stage.now += 100;
      stage.tick();
    }
    expect(stage.marks.map(({ seq }) => seq)).toEqual([10, 20, 30]);
  });

  test("a step that throws ends the engine and does not reach the socket's callback", async () => {
    const stage = await started();
    stage.react = () => {
      throw new Error('an invariant broke');
    };
    stage.tick();
    stage.tick();
    expect(stage.fatal.map(({ message }) => message)).toEqual(['an invariant broke']);
  });

  test('a view waits for the ledger to hold what it shows, but not for ever', async () => {
    const stage = new Stage({ viewEveryMs: 20 });
    await stage.runner.start();
    stage.hold = true;
    stage.react = () => [noted('decided')];
    stage.market({ kind: 'depth.reset', symbol: 'SPY' });
    stage.react = () => [];
    const views = (): number => stage.published.filter(([topic]) => topic === 'engine.view').length;
    const before = views();
    await Bun.sleep(80);
    expect(views()).toBe(before);
    await Bun.sleep(300);
    expect(views()).toBeGreaterThan(before);
    stage.hold = false;
    await stage.letThrough();
    await stage.runner.stop();
  });

  test('views are published only when something has been folded', async () => {
    const stage = await started({ viewEveryMs: 5 });
    stage.tick();
    await Bun.sleep(40);
    expect(stage.published.filter(([topic]) => topic === 'engine.view')).toHaveLength(1);
    await stage.runner.stop();
  });
});
