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
import { type CommandIntake, type CommandSource, createCommandIntake, type GivenCommand } from './command-intake.ts';
import { type CommitQueue, createCommitQueue } from './commit-queue.ts';

const MARK_EVERY_MS = 60_000;
const VIEWS_HELD_MAX = 8;

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
  /** Hears the state with each view, for whoever mirrors it; reads and returns at once, and keeps nothing of it. */
  readonly onPulse?: (state: State, view: EngineView) => void;
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

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * Takes every input the moment it arrives, numbers it, records it and folds it; performs each output after its commit.
 * Inputs are folded inside the sink's call: nothing queues in front of the core, so a command waits for one batch of
 * the socket at most.
 */
class EngineRunner<State> implements Runner {
  readonly #options: RunnerOptions<State>;
  readonly #entry: { seq: number; at: Instant; input: Input };
  readonly #queue: CommitQueue;
  readonly #intake: CommandIntake;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #phase: 'idle' | 'running' | 'stopping' | 'sealed' | 'dead' = 'idle';
  #folding = false;
  #markedAt: Instant;
  #viewedSeq = -1;
  #viewsHeld = 0;

  constructor(options: RunnerOptions<State>) {
    this.#options = options;
    this.#entry = { seq: 0, at: options.clock.now(), input: { kind: 'timer.fired' } };
    this.#markedAt = this.#entry.at;
    this.#queue = createCommitQueue({
      ledger: options.ledger,
      pendingMax: options.pendingRowsMax ?? 50_000,
      onFailed: (error) => this.#die(error),
    });
    this.#intake = createCommandIntake({
      source: options.commands,
      bus: options.bus,
      pollEveryMs: options.commandPollMs ?? 1_000,
      alreadyTaken: options.takenCommandIds ?? [],
      take: (given) => this.#takeCommand(given),
      log: options.log,
    });
  }

  async start(): Promise<void> {
    if (this.#phase !== 'idle') throw new Error(`runner: start expected an idle runner, it is ${this.#phase}`);
    const { ledger, broker, feeds, knownOrders, started, timerEveryMs, viewEveryMs } = this.#options;
    await ledger.append([this.#record('run.started', started)], []);
    this.#phase = 'running';
    this.#intake.start();
    this.#timers.push(setInterval(() => this.#takeMarket({ kind: 'timer.fired' }), timerEveryMs ?? 250));
    this.#timers.push(setInterval(() => this.#publishView(), viewEveryMs ?? 250));
    await Promise.all([
      broker.start((report) => this.#takeReport(report), knownOrders),
      ...feeds.map((feed) => feed.start((input) => this.#takeMarket(input))),
    ]);
  }

  async stop(): Promise<{ readonly seq: number; readonly stateHash: string }> {
    if (this.#phase !== 'running') throw new Error(`runner: stop expected a running runner, it is ${this.#phase}`);
    const { feeds, broker, tape, ledger, stateHash, state } = this.#options;
    this.#phase = 'stopping';
    this.#quiesce();
    await Promise.all(feeds.map((feed) => feed.stop()));
    await this.#queue.drained();
    await broker.stop();
    await this.#queue.drained();
    this.#expectAlive();
    this.#phase = 'sealed';
    const sealed = { seq: this.#entry.seq, stateHash: stateHash(state) };
    tape.mark(sealed);
    await this.#closeTape();
    await ledger.append([this.#record('run.sealed', sealed)], []);
    this.#publishView();
    return sealed;
  }

  #quiesce(): void {
    this.#intake.stop();
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #expectAlive(): void {
    if (this.#phase === 'dead') throw new Error('runner: the run ended in a failure and cannot be sealed');
  }

  /** A day's tape that cannot be finished has a gap; the run is sealed all the same. */
  async #closeTape(): Promise<void> {
    try {
      await this.#options.tape.close();
    } catch (error) {
      this.#options.log('error', 'the tape could not be closed', { error });
    }
  }

  #die(error: Error): void {
    if (this.#phase === 'dead') return;
    this.#phase = 'dead';
    this.#queue.abandon();
    this.#quiesce();
    const { log, runId, onFatal } = this.#options;
    log('error', 'the engine stops: it cannot go on safely', { error, runId, seq: this.#entry.seq });
    onFatal(error);
  }

  #record(kind: LedgerRecord['kind'], body: unknown): LedgerRecord {
    return { runId: this.#options.runId, seq: this.#entry.seq, at: this.#entry.at, kind, body };
  }

  #takeMarket(input: MarketInput): void {
    if (this.#phase === 'running') this.#take(input, null);
  }

  #takeReport(report: BrokerReport): void {
    if (this.#phase === 'running' || this.#phase === 'stopping') this.#take({ kind: 'broker.reported', report }, null);
  }

  #takeCommand({ id, actor, command, reason }: GivenCommand): void {
    if (this.#phase !== 'running') return;
    this.#take({ kind: 'command.given', commandId: String(id), actor, reason, command }, () =>
      this.#intake.committed(id),
    );
  }

  /** A failure ends the engine, not the caller: that is a socket's callback. */
  #take(input: Input, afterCommit: (() => void) | null): void {
    try {
      if (this.#folding) throw new Error(`runner: ${input.kind} arrived inside step`);
      this.#folding = true;
      this.#fold(input, afterCommit);
    } catch (error) {
      this.#die(asError(error));
    } finally {
      this.#folding = false;
    }
  }

  #fold(input: Input, afterCommit: (() => void) | null): void {
    const { clock, tape, step, state, stateHash } = this.#options;
    const entry = this.#entry;
    entry.seq += 1;
    const now = clock.now();
    if (now > entry.at) entry.at = now;
    entry.input = input;
    if (LEDGER_INPUTS.has(input.kind)) this.#queue.add(this.#record('input', input), null, afterCommit);
    else tape.record(entry);
    for (const output of step(state, entry)) {
      const signal = output.kind === 'signal.told' ? output.signal : null;
      this.#queue.add(this.#record('output', output), signal, () => this.#perform(output));
    }
    if (entry.at - this.#markedAt < (this.#options.markEveryMs ?? MARK_EVERY_MS)) return;
    this.#markedAt = entry.at;
    tape.mark({ seq: entry.seq, stateHash: stateHash(state) });
  }

  #perform(output: Output): void {
    const { broker, feeds, bus } = this.#options;
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
      case 'evidence.ask':
        broker.refresh?.();
        break;
      case 'contract.watch':
        for (const feed of feeds) feed.watch(output.contract);
        break;
      case 'contract.unwatch':
        for (const feed of feeds) feed.unwatch(output.contract);
        break;
      case 'signal.told':
        bus.publish('signals.committed', { signalId: output.signal.signalId, version: output.signal.version });
        break;
      default:
        break;
    }
  }

  #publishView(): void {
    const { bus, viewOf, state, clock, onPulse, log } = this.#options;
    if (this.#entry.seq === this.#viewedSeq) return;
    // What is shown as decided must survive a crash: a moment's wait for the ledger, but no blindness while it is slow.
    if (this.#queue.pending() > 0 && this.#viewsHeld < VIEWS_HELD_MAX) {
      this.#viewsHeld += 1;
      return;
    }
    this.#viewsHeld = 0;
    this.#viewedSeq = this.#entry.seq;
    try {
      const view = viewOf(state, clock.now());
      bus.publish('engine.view', view);
      onPulse?.(state, view);
    } catch (error) {
      log('error', 'the view could not be published; trading goes on', { error });
    }
  }
}

export const createRunner = <State>(options: RunnerOptions<State>): Runner => new EngineRunner(options);
