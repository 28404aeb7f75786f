import type { BrokerReport, Entry, Input, MarketInput } from '../core/inputs.ts';
import type { Output } from '../core/outputs.ts';
import type { ClientOrderId, Instant } from '../core/types.ts';
import type { EngineView } from '../core/view.ts';
import type { Broker } from '../ports/broker.ts';
import type { Bus } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Feed } from '../ports/feed.ts';
import type { Ledger, LedgerRecord } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { TapeWriter } from '../ports/tape.ts';
import { type CommandSource, createCommandIntake, type GivenCommand } from './command-intake.ts';
import { createCommitQueue } from './commit-queue.ts';

export interface RunnerOptions<State> {
  readonly runId: string;
  readonly state: State;
  readonly step: (state: State, entry: Entry) => readonly Output[];
  readonly stateHash: (state: State) => string;
  readonly viewOf: (state: State, at: Instant) => EngineView;
  /** `run.started`'s body: { recovered, build, configHash, params }. */
  readonly started: unknown;
  readonly clock: Clock;
  /** Opened by the caller. */
  readonly ledger: Ledger;
  readonly tape: TapeWriter;
  readonly broker: Broker;
  readonly knownOrders: ReadonlyMap<ClientOrderId, number>;
  readonly feeds: readonly Feed[];
  readonly bus: Bus;
  readonly commands: CommandSource;
  /** Ids of commands that the ledger already holds. */
  readonly takenCommandIds?: readonly number[];
  /** Called once. The engine has stopped folding and performing; its thread must end and be started anew. */
  readonly onFatal: (error: Error) => void;
  readonly log: Log;
  /** Wall milliseconds. */
  readonly timerEveryMs?: number;
  readonly viewEveryMs?: number;
  readonly commandPollMs?: number;
  /** Market milliseconds between hashes of the state on the tape. */
  readonly markEveryMs?: number;
  readonly pendingRowsMax?: number;
}

export interface Runner {
  /** Resolves once the run is in the ledger and its feeds have been started. */
  start(): Promise<void>;
  /** Seals the run. Rejects when it cannot be sealed. */
  stop(): Promise<{ readonly seq: number; readonly stateHash: string }>;
}

const LEDGER_INPUTS: ReadonlySet<Input['kind']> = new Set(['broker.reported', 'command.given']);

/**
 * Takes every input the moment it arrives, numbers it, records it and folds it; performs each output after its commit.
 * Inputs are folded inside the sink's call: nothing queues in front of the core, so a command waits for one batch of the socket at most.
 */
export const createRunner = <State>(options: RunnerOptions<State>): Runner => {
  const { runId, state, clock, ledger, tape, broker, feeds, bus, log } = options;
  const entry: { seq: number; at: Instant; input: Input } = {
    seq: 0,
    at: clock.now(),
    input: { kind: 'timer.fired' },
  };
  const markEveryMs = options.markEveryMs ?? 60_000;
  let phase: 'idle' | 'running' | 'stopping' | 'dead' = 'idle';
  let folding = false;
  let markedAt = entry.at;
  let viewedSeq = -1;
  const timers: ReturnType<typeof setInterval>[] = [];

  const die = (error: Error): void => {
    if (phase === 'dead') return;
    phase = 'dead';
    queue.abandon();
    intake.stop();
    for (const timer of timers) clearInterval(timer);
    log('error', 'the engine stops: it cannot go on safely', { error, runId, seq: entry.seq });
    options.onFatal(error);
  };
  const queue = createCommitQueue({ ledger, pendingMax: options.pendingRowsMax ?? 50_000, onFailed: die });
  const intake = createCommandIntake({
    source: options.commands,
    bus,
    pollEveryMs: options.commandPollMs ?? 1_000,
    alreadyTaken: options.takenCommandIds ?? [],
    take: (given) => takeCommand(given),
    log,
  });

  const recordOf = (kind: LedgerRecord['kind'], body: unknown): LedgerRecord => ({
    runId,
    seq: entry.seq,
    at: entry.at,
    kind,
    body,
  });
  const perform = (output: Output): void => {
    switch (output.kind) {
      case 'order.place':
        broker.place(output.ticket);
        break;
      case 'order.change':
        broker.change(output.ticket);
        break;
      case 'order.cancel':
        broker.cancel(output.clientOrderId);
        break;
      case 'contract.watch':
        for (const feed of feeds) feed.watch(output.contract);
        return;
      case 'contract.unwatch':
        for (const feed of feeds) feed.unwatch(output.contract);
        return;
      case 'signal.told':
        bus.publish('signals.committed', { signalId: output.signal.signalId, version: output.signal.version });
        break;
      default:
        return;
    }
  };
  const fold = (input: Input, afterCommit: (() => void) | null): void => {
    entry.seq += 1;
    const now = clock.now();
    if (now > entry.at) entry.at = now;
    entry.input = input;
    if (LEDGER_INPUTS.has(input.kind)) queue.add(recordOf('input', input), null, afterCommit);
    else tape.record(entry);
    for (const output of options.step(state, entry))
      queue.add(recordOf('output', output), output.kind === 'signal.told' ? output.signal : null, () =>
        perform(output),
      );
    if (entry.at - markedAt >= markEveryMs) {
      markedAt = entry.at;
      tape.mark({ seq: entry.seq, stateHash: options.stateHash(state) });
    }
  };
  const take = (input: Input, afterCommit: (() => void) | null = null): void => {
    if (phase !== 'running' && phase !== 'stopping') return;
    try {
      if (folding) throw new Error(`runner: ${input.kind} arrived inside step`);
      folding = true;
      fold(input, afterCommit);
    } catch (error) {
      die(error instanceof Error ? error : new Error(String(error)));
    } finally {
      folding = false;
    }
  };
  const takeCommand = (given: GivenCommand): void => {
    const { id, actor, command, reason } = given;
    take({ kind: 'command.given', commandId: String(id), actor, reason, command }, () => intake.committed(id));
  };
  const takeReport = (report: BrokerReport): void => take({ kind: 'broker.reported', report });
  const takeMarket = (input: MarketInput): void => {
    if (phase === 'running') take(input);
  };
  const publishView = (): void => {
    if (entry.seq === viewedSeq) return;
    viewedSeq = entry.seq;
    try {
      bus.publish('engine.view', options.viewOf(state, entry.at));
    } catch (error) {
      log('error', 'the view could not be published; trading goes on', { error });
    }
  };

  const start = async (): Promise<void> => {
    if (phase !== 'idle') throw new Error(`runner: start expected an idle runner, it is ${phase}`);
    await ledger.append([recordOf('run.started', options.started)], []);
    phase = 'running';
    intake.start();
    timers.push(setInterval(() => takeMarket({ kind: 'timer.fired' }), options.timerEveryMs ?? 250));
    timers.push(setInterval(publishView, options.viewEveryMs ?? 250));
    await Promise.all([broker.start(takeReport, options.knownOrders), ...feeds.map((feed) => feed.start(takeMarket))]);
  };
  const stop = async (): Promise<{ seq: number; stateHash: string }> => {
    if (phase !== 'running') throw new Error(`runner: stop expected a running runner, it is ${phase}`);
    phase = 'stopping';
    intake.stop();
    for (const timer of timers) clearInterval(timer);
    await Promise.all(feeds.map((feed) => feed.stop()));
    await queue.drained();
    await broker.stop();
    await queue.drained();
    // `die` may have come while waiting.
    if ((phase as string) === 'dead') throw new Error('runner: the run ended in a failure and cannot be sealed');
    phase = 'idle';
    const sealed = { seq: entry.seq, stateHash: options.stateHash(state) };
    tape.mark(sealed);
    await tape.close();
    await ledger.append([recordOf('run.sealed', sealed)], []);
    publishView();
    return sealed;
  };
  return { start, stop };
};
