import type { ExchangeFaults } from './exchange/listener.ts';

export type FeedName = 'quotes' | 'depth' | 'ticks' | 'bars';

/** Ways this server can be told to misbehave. Plain data, so that a test, a drill or a page can send it. */
export type Fault =
  /** Cuts connections at once, one client's or all. */
  | { readonly kind: 'drop-connection'; readonly clientId?: number | undefined }
  /** Accepts and acts but sends nothing until thawed; what was held goes out then. */
  | { readonly kind: 'freeze' }
  | { readonly kind: 'thaw' }
  /** Holds order messages back by wall time; 0 ends it. */
  | { readonly kind: 'delay-acks'; readonly delayMs: number }
  /** The next order is taken and worked, its client hears nothing and is cut off. */
  | { readonly kind: 'swallow-next-order' }
  | { readonly kind: 'reject-next-order'; readonly code: number; readonly text: string }
  /** The next order that would trade does so in this many parts, one per quote. */
  | { readonly kind: 'split-next-fill'; readonly parts: number }
  | { readonly kind: 'duplicate-executions'; readonly enabled: boolean }
  /** Sends a correction of an execution: same id but for the number after the last dot. */
  | { readonly kind: 'correct-execution'; readonly execId: string; readonly price: number }
  /** The next connection is told an order id that much too low. */
  | { readonly kind: 'roll-back-next-valid-id'; readonly by: number }
  | { readonly kind: 'unknown-message' }
  /** Sends half a frame, then closes. */
  | { readonly kind: 'truncate-frame' }
  /** The price of the next quote tick is not a number. */
  | { readonly kind: 'garble-next-price' }
  /** Farm notices. 2103 (market data broken) stops quotes until 2104; 2105/2106 speak of history. */
  | { readonly kind: 'farm-notice'; readonly code: 2103 | 2104 | 2105 | 2106 | 2108 }
  /** 1100: nothing of market or orders arrives any more, while orders go on working at the exchange. */
  | { readonly kind: 'lose-connectivity' }
  /** 1101 forgets every data subscription, 1102 keeps them. Order messages of the gap are not repeated. */
  | { readonly kind: 'restore-connectivity'; readonly dataKept: boolean }
  /** One feed goes silent without a word. */
  | { readonly kind: 'silence-feed'; readonly feed: FeedName; readonly silent: boolean }
  /** 317: the client must empty its books; they are sent anew. */
  | { readonly kind: 'reset-depth' };

/** What a fault needs of the server. */
export interface FaultActions {
  dropConnections(clientId: number | null): void;
  broadcastRaw(frame: 'unknown-message' | 'truncate-frame'): void;
  notice(code: number, text: string): void;
  forgetSubscriptions(): void;
  correctExecution(execId: string, price: number): void;
  resetDepth(): void;
  thawed(): void;
}

const NOTICES: Readonly<Record<number, string>> = {
  1100: 'Connectivity between IBKR and Trader Workstation has been lost.',
  1101: 'Connectivity between IBKR and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IBKR and Trader Workstation has been restored - data maintained. All data farms are connected: usfarm; usopt; ushmds; secdefnj.',
  2103: 'Market data farm connection is broken:usfarm',
  2104: 'Market data farm connection is OK:usfarm',
  2105: 'HMDS data farm connection is broken:ushmds',
  2106: 'HMDS data farm connection is OK:ushmds',
  2108: 'Market data farm connection is inactive but should be available upon demand.usfarm',
  2158: 'Sec-def data farm connection is OK:secdefnj',
};

export const noticeText = (code: number): string => NOTICES[code] ?? '';

/** The switchboard of faults. `inject` is the one way in. */
export class Faults implements ExchangeFaults {
  frozen = false;
  ackDelayMs = 0;
  duplicateExecutions = false;
  connectivityLost = false;
  readonly injected: Fault[] = [];
  #actions: FaultActions | null = null;
  #swallowNext = false;
  #garbleNext = false;
  #rollBackBy = 0;
  #rejections: { code: number; text: string }[] = [];
  #splits: number[] = [];
  readonly #silent = new Set<FeedName>();

  attach(actions: FaultActions): void {
    this.#actions = actions;
  }

  silent(feed: FeedName): boolean {
    return this.connectivityLost || this.#silent.has(feed);
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

  takeRollBack(): number {
    const by = this.#rollBackBy;
    this.#rollBackBy = 0;
    return by;
  }

  inject(fault: Fault): void {
    this.injected.push(fault);
    if (!this.#setSwitch(fault)) this.#act(fault);
  }

  /** Faults that only wait for their occasion. True when it was one. */
  #setSwitch(fault: Fault): boolean {
    switch (fault.kind) {
      case 'freeze':
        this.frozen = true;
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
      case 'silence-feed':
        if (fault.silent) this.#silent.add(fault.feed);
        else this.#silent.delete(fault.feed);
        return true;
      default:
        return false;
    }
  }

  #act(fault: Fault): void {
    const actions = this.#actions;
    if (!actions) throw new Error('faults were injected before the server started');
    switch (fault.kind) {
      case 'drop-connection':
        actions.dropConnections(fault.clientId ?? null);
        break;
      case 'thaw':
        this.frozen = false;
        actions.thawed();
        break;
      case 'correct-execution':
        actions.correctExecution(fault.execId, fault.price);
        break;
      case 'unknown-message':
      case 'truncate-frame':
        actions.broadcastRaw(fault.kind);
        break;
      case 'farm-notice':
        if (fault.code === 2103) this.#silent.add('quotes');
        if (fault.code === 2104) this.#silent.delete('quotes');
        actions.notice(fault.code, noticeText(fault.code));
        break;
      case 'lose-connectivity':
        this.connectivityLost = true;
        actions.notice(1100, noticeText(1100));
        break;
      case 'restore-connectivity':
        this.connectivityLost = false;
        if (!fault.dataKept) actions.forgetSubscriptions();
        actions.notice(fault.dataKept ? 1102 : 1101, noticeText(fault.dataKept ? 1102 : 1101));
        break;
      case 'reset-depth':
        actions.resetDepth();
        break;
      default:
        throw new Error(`fault '${fault.kind}' has no action`);
    }
  }
}
