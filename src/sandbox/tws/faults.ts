import type { ExchangeFaults } from './exchange/listener.ts';
import type { Fault, FeedName } from './fault-types.ts';
import { noticeText } from './notices.ts';

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

/** What a fault needs of the server. */
export interface FaultActions {
  dropConnections(clientId: number | null, abruptly: boolean): void;
  broadcastRaw(frame: 'unknown-message' | 'truncate-frame'): void;
  notice(code: number, text: string): void;
  forgetSubscriptions(): void;
  correctExecution(execId: string, price: number): void;
  /** Of one symbol, or of all. */
  resetDepth(symbol: string | null): void;
  /** Answers every open market data request with this error; `symbols` null is all of them. */
  dataError(code: number, text: string, symbols: readonly string[] | null): void;
  setHalfOpen(clientId: number | null): void;
  healHalfOpen(): void;
  restart(downMs: number, rollBackBy: number): void;
  permissionsChanged(): void;
  /** Something that was held may go out now. */
  released(): void;
}

export const COMPETING = 'No market data during competing live session';

/** The switchboard of faults. `inject` is the one way in; what each does is told by `FAULT_TABLE`. */
export class Faults implements ExchangeFaults {
  frozen = false;
  halfOpenForAll = false;
  readOnly = false;
  strictPacing = false;
  ackDelayMs = 0;
  duplicateExecutions = false;
  connectivityLost = false;
  competing = false;
  throttle: Of<'throttle'> | null = null;
  scheduledRestart: Of<'schedule-restart'> | null = null;
  garble: Of<'garble'> | null = null;
  delay: Of<'delay-data'> | null = null;
  duplicate: Of<'duplicate-data'> | null = null;
  reorder: Of<'reorder-data'> | null = null;
  /** By message number. */
  readonly schema = new Map<number, Of<'change-schema'>>();
  noPermission: Of<'no-permission'> | null = null;
  /** Raised with every change of how data is disturbed, so that each connection starts its seeded stream anew. */
  disturbances = 0;
  readonly injected: Fault[] = [];
  #actions: FaultActions | null = null;
  #swallowNext = false;
  #garbleNext = false;
  #rollBackBy = 0;
  #rollBackEachBy = 0;
  readonly #rolledBack = new Set<number>();
  #rejections: { code: number; text: string }[] = [];
  #splits: number[] = [];
  /** `quotes`, or `quotes SPY` for one symbol. */
  readonly #silent = new Set<string>();

  attach(actions: FaultActions): void {
    this.#actions = actions;
  }

  silent(feed: FeedName, symbol: string): boolean {
    if (this.connectivityLost || this.competing) return true;
    return this.#silent.size > 0 && (this.#silent.has(feed) || this.#silent.has(`${feed} ${symbol}`));
  }

  /** Whether any market data message may come out other than as it went in. */
  get disturbsData(): boolean {
    return this.garble !== null || this.delay !== null || this.duplicate !== null || this.reorder !== null;
  }

  takeRejection(): { code: number; text: string } | null {
    return this.#rejections.shift() ?? null;
  }

  takeSplit(): number | null {
    return this.#splits.shift() ?? null;
  }

  takeSwallow(): boolean {
    const swallow = this.#swallowNext;
    this.#swallowNext = false;
    return swallow;
  }

  takeGarble(): boolean {
    const garble = this.#garbleNext;
    this.#garbleNext = false;
    return garble;
  }

  /** By how much the id told to a connection of this client is too low. */
  takeRollBack(clientId: number): number {
    const by = this.#rollBackBy;
    this.#rollBackBy = 0;
    if (this.#rollBackEachBy === 0 || this.#rolledBack.has(clientId)) return by;
    this.#rolledBack.add(clientId);
    return by + this.#rollBackEachBy;
  }

  /** After a restart every client is told an id that much too low, once. */
  rollBackEach(by: number): void {
    this.#rollBackEachBy = by;
    this.#rolledBack.clear();
  }

  inject(fault: Fault): void {
    this.injected.push(fault);
    if (this.#setSwitch(fault) || this.#setDisturbance(fault)) return;
    this.#act(fault, this.#attached());
  }

  #attached(): FaultActions {
    if (!this.#actions) throw new Error('faults were injected before the server started');
    return this.#actions;
  }

  /** Faults that only wait for their occasion. True when it was one. */
  #setSwitch(fault: Fault): boolean {
    switch (fault.kind) {
      case 'freeze':
        this.frozen = true;
        return true;
      case 'read-only':
        this.readOnly = fault.enabled;
        return true;
      case 'strict-pacing':
        this.strictPacing = fault.enabled;
        return true;
      case 'delay-acks':
        this.ackDelayMs = fault.delayMs;
        return true;
      case 'swallow-next-order':
        this.#swallowNext = true;
        return true;
      case 'reject-next-order':
        this.#rejections.push({ code: fault.code, text: fault.text });
        return true;
      case 'split-next-fill':
        this.#splits.push(fault.parts);
        return true;
      case 'duplicate-executions':
        this.duplicateExecutions = fault.enabled;
        return true;
      case 'roll-back-next-valid-id':
        this.#rollBackBy = fault.by;
        return true;
      case 'garble-next-price':
        this.#garbleNext = true;
        return true;
      case 'schedule-restart':
        this.scheduledRestart = fault.enabled ? fault : null;
        return true;
      case 'change-schema':
        this.schema.set(fault.message, fault);
        return true;
      case 'restore-schema':
        this.schema.clear();
        return true;
      default:
        return false;
    }
  }

  /** Faults that hold, repeat, shuffle or spoil what is sent. True when it was one. */
  #setDisturbance(fault: Fault): boolean {
    switch (fault.kind) {
      case 'garble':
        this.garble = fault.rate > 0 ? fault : null;
        break;
      case 'delay-data':
        this.delay = fault.delayMs + fault.jitterMs > 0 ? fault : null;
        break;
      case 'duplicate-data':
        this.duplicate = fault.rate > 0 ? fault : null;
        break;
      case 'reorder-data':
        this.reorder = fault.window > 1 ? fault : null;
        break;
      case 'throttle':
        this.throttle = (fault.bytesPerSecond ?? fault.messagesPerSecond ?? fault.requestsPerSecond) ? fault : null;
        break;
      default:
        return false;
    }
    this.disturbances += 1;
    this.#actions?.released();
    return true;
  }

  #act(fault: Fault, actions: FaultActions): void {
    switch (fault.kind) {
      case 'drop-connection':
        actions.dropConnections(fault.clientId ?? null, fault.how !== 'close');
        break;
      case 'half-open':
        if (fault.clientId === undefined) this.halfOpenForAll = true;
        actions.setHalfOpen(fault.clientId ?? null);
        break;
      case 'heal-half-open':
        this.halfOpenForAll = false;
        actions.healHalfOpen();
        break;
      case 'thaw':
        this.frozen = false;
        actions.released();
        break;
      case 'restart':
        actions.restart(fault.downMs, fault.rollBackBy);
        break;
      case 'correct-execution':
        actions.correctExecution(fault.execId, fault.price);
        break;
      case 'unknown-message':
      case 'truncate-frame':
        actions.broadcastRaw(fault.kind);
        break;
      case 'no-permission':
        this.noPermission = fault.symbols.length > 0 ? fault : null;
        actions.permissionsChanged();
        break;
      case 'reset-depth':
        actions.resetDepth(null);
        break;
      case 'clear':
        this.#clear(actions);
        break;
      default:
        this.#silence(fault, actions);
    }
  }

  #silence(fault: Fault, actions: FaultActions): void {
    switch (fault.kind) {
      case 'farm-notice':
        if (fault.code === 2103) this.#silent.add('quotes');
        if (fault.code === 2104) this.#silent.delete('quotes');
        actions.notice(fault.code, noticeText(fault.code));
        break;
      case 'silence-feed':
        this.#setSilent(fault, actions);
        break;
      case 'lose-connectivity':
        this.connectivityLost = true;
        actions.notice(1100, noticeText(1100));
        break;
      case 'restore-connectivity':
        this.connectivityLost = false;
        if (!fault.dataKept) actions.forgetSubscriptions();
        actions.notice(fault.dataKept ? 1102 : 1101, noticeText(fault.dataKept ? 1102 : 1101));
        actions.resetDepth(null);
        break;
      case 'competing-session':
        this.competing = fault.active;
        if (fault.active) actions.dataError(10197, COMPETING, null);
        else actions.resetDepth(null);
        break;
      default:
        throw new Error(`fault '${fault.kind}' has no action`);
    }
    actions.released();
  }

  #setSilent({ feed, symbol, silent }: Of<'silence-feed'>, actions: FaultActions): void {
    const key = symbol === undefined ? feed : `${feed} ${symbol}`;
    if (silent) this.#silent.add(key);
    else if (this.#silent.delete(key) && feed === 'depth') actions.resetDepth(symbol ?? null);
  }

  #clear(actions: FaultActions): void {
    const silenced = this.connectivityLost || this.competing || this.#silent.size > 0;
    this.frozen = this.readOnly = this.duplicateExecutions = this.connectivityLost = this.competing = false;
    this.strictPacing = this.halfOpenForAll = this.#swallowNext = this.#garbleNext = false;
    this.ackDelayMs = this.#rollBackBy = this.#rollBackEachBy = 0;
    this.throttle = this.scheduledRestart = this.garble = this.delay = this.duplicate = this.reorder = null;
    this.noPermission = null;
    this.#rejections = [];
    this.#splits = [];
    this.#silent.clear();
    this.schema.clear();
    this.disturbances += 1;
    actions.healHalfOpen();
    if (silenced) actions.resetDepth(null);
    actions.released();
  }
}
