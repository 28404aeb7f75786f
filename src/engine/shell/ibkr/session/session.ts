import { EventName } from '@stoqey/ib';
import type { BrokerReport, MarketInput } from '../../../core/inputs.ts';
import type { ContractId } from '../../../core/types.ts';
import type { Sink } from '../../../ports/feed.ts';
import { type Health, IBKR_FEEDS } from '../health.ts';
import type { ResolvedIbkrOptions } from '../ibkr.ts';
import type { MarketData } from '../market-data/market-data.ts';
import type { Orders } from '../orders/orders.ts';
import { effectsOf, FORGOTTEN_CODES, farmIn, LEVELS, UNKNOWN_CODE } from '../wire/code-table.ts';
import { type Link, openLink } from '../wire/link.ts';
import { accountIn } from './account.ts';
import { createParts, type Parts } from './parts.ts';

export interface SessionOptions extends ResolvedIbkrOptions {
  readonly emitMarket: Sink<MarketInput>;
  readonly emitReport: Sink<BrokerReport>;
}
/** TWS that has lost IB for so long gets a new socket: its word that all is well again may have been missed. */
const SEVERED_MS_MAX = 120_000;
/** An answer that was under way when TWS found IB again comes within this, or not at all. */
const ANSWER_AFTER_RESTORE_MS = 3_000;

type TimerName = 'sync' | 'stage' | 'retry';

/** Connects, signs on, gathers the broker's evidence, watches for silence, and begins anew when anything breaks. */
export class Session {
  readonly marketData: MarketData;
  readonly orders: Orders;
  readonly #options: SessionOptions;
  readonly #health: Health;
  readonly #parts: Parts;
  readonly #timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  #pulse: ReturnType<typeof setInterval> | null = null;
  #link: Link | null = null;
  #ownAccount: string | null = null;
  #nextValidId: number | null = null;
  #stage: 'down' | 'signing-on' | 'syncing' | 'live' | 'severed' = 'down';
  #told = false;
  #failures = 0;
  #closed = false;
  #askAgain = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const parts = createParts(options, {
      tell: (report) => this.#tell(report),
      link: () => this.#link,
      gather: () => this.#gather(),
      refresh: () => this.refresh(),
      onEvidenceLost: (detail) => this.#onEvidenceLost(detail),
      onSynced: () => this.#onSynced(),
    });
    this.#parts = parts;
    this.#health = parts.health;
    this.marketData = parts.marketData;
    this.orders = parts.orders;
  }

  open(): void {
    if (this.#link || this.#closed) return;
    for (const feed of IBKR_FEEDS) this.#health.set(feed, 'connecting', null);
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#stopTimers();
    this.#health.stop();
    this.#link?.close('stopped by us');
  }

  /** Asks for everything anew; nothing while there is no line, for then it is asked anyway. */
  refresh(): void {
    if (this.#stage === 'live') this.#gather();
  }

  #tell(report: BrokerReport): void {
    if (report.kind === 'synced' || report.kind === 'positions') {
      const held = new Set<ContractId>();
      for (const { contractId, quantity } of report.positions) if (contractId && quantity !== 0) held.add(contractId);
      this.marketData.lines.hold(held);
    }
    this.#options.emitReport(report);
  }

  #later(name: TimerName, ms: number, work: () => void): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(work, ms));
  }

  #stopTimers(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#parts.heartbeat.stop();
    if (this.#pulse) clearInterval(this.#pulse);
    this.#pulse = null;
  }

  #connect(): void {
    const { syncTimeoutMs, log, quarantine } = this.#options;
    this.#stage = 'signing-on';
    this.#health.set('ibkr.session', 'connecting', null);
    const flush = (which: 'settled' | 'all'): void => {
      this.marketData.flush(which);
      this.#parts.account.flush();
      this.#parts.evidence.flush();
    };
    const link = openLink(this.#options, this.#parts.pacer, {
      ticks: this.marketData,
      onMessage: () => {
        this.#parts.heartbeat.heard();
        flush('settled');
      },
      onChunkDone: () => flush('all'),
      onRefused: (reason, detail, payload) => {
        this.#health.refuse('ibkr.session', reason);
        if (payload !== null) quarantine.keep('ibkr.session', `${reason}: ${detail}`, payload);
        log('warn', 'TWS sent what cannot be read', { reason, detail });
      },
      onEvidenceLost: (detail) => this.#onEvidenceLost(detail),
      onInfo: (code, message) => this.#onInfo(code, message),
      onError: (id, code, message) => this.#onError(id, code, message),
      onLost: (reason) => this.#onLost(reason),
    });
    this.#link = link;
    link.on(EventName.nextValidId, (id: number) => {
      this.#nextValidId = id;
      this.orders.onNextValidId(id);
      this.#onSignedOn();
    });
    link.on(EventName.managedAccounts, (list: string) => this.#onAccounts(list));
    this.#parts.heartbeat.start();
    this.#later('stage', syncTimeoutMs, () => link.close(`no sign-on within ${syncTimeoutMs} ms`));
  }

  #onAccounts(list: string): void {
    this.#ownAccount = accountIn(list, this.#options.account);
    if (this.#ownAccount === null) this.#link?.close(`account ${this.#options.account} is not among the user's`);
    else this.#onSignedOn();
  }

  #onSignedOn(): void {
    const link = this.#link;
    if (!link || this.#stage !== 'signing-on' || !this.#ownAccount || this.#nextValidId === null) return;
    clearTimeout(this.#timers.get('stage'));
    this.#tellConnected(this.#ownAccount);
    this.#parts.evidence.attach(link, this.#ownAccount);
    this.#gather();
    this.#parts.account.attach(link, this.#ownAccount);
    this.marketData.attach(link);
    this.marketData.lines.subscribeAll();
    this.#parts.directory.attach(link);
    this.#parts.history.attach(link);
    this.#pulse = setInterval(() => this.#onPulse(), this.#options.pulseMs);
  }

  #onPulse(): void {
    this.#parts.gate.beat();
    if (this.#stage === 'severed') return;
    this.marketData.beat();
    this.#parts.directory.beat();
    this.#parts.history.beat();
  }

  #tellConnected(account: string): void {
    this.#told = true;
    this.#stage = 'syncing';
    this.#health.set('ibkr.session', 'connecting', 'asking the broker for orders, executions and positions');
    this.#options.emitReport({ kind: 'connected', account });
  }

  #tellDisconnected(reason: string): void {
    if (!this.#told) return;
    this.#told = false;
    this.#options.emitReport({ kind: 'disconnected', reason });
  }

  /** Orders may leave only between `synced` and the next `disconnected`. */
  #gather(): void {
    const link = this.#link;
    if (!link) return;
    // The answer under way may be older than the reason for asking.
    this.#askAgain = this.#parts.evidence.asking();
    if (this.#askAgain) return;
    this.#parts.evidence.ask();
    this.#awaitEvidence(this.#options.syncTimeoutMs);
  }

  #awaitEvidence(ms: number): void {
    const link = this.#link;
    this.#later('sync', ms, () => link?.close(`no answer about ${this.#parts.evidence.awaited()} within ${ms} ms`));
  }

  #onSynced(): void {
    clearTimeout(this.#timers.get('sync'));
    if (!this.#link || !this.#ownAccount) return;
    if (this.#stage === 'syncing') {
      this.#stage = 'live';
      this.#failures = 0;
      this.#health.set('ibkr.session', 'live', null);
      this.orders.attach(this.#link, this.#ownAccount);
    }
    this.orders.release();
    if (this.#askAgain) this.#gather();
  }

  #onEvidenceLost(detail: string): void {
    this.#link?.close(`evidence could not be read: ${detail}`);
  }

  #onSevered(reason: string): void {
    const link = this.#link;
    if (this.#stage !== 'live' && this.#stage !== 'syncing') return;
    this.#stage = 'severed';
    this.#parts.evidence.abandon();
    clearTimeout(this.#timers.get('sync'));
    this.#health.set('ibkr.session', 'degraded', reason);
    this.orders.detach();
    this.marketData.lines.sever(reason);
    this.#tellDisconnected(reason);
    this.#later('stage', SEVERED_MS_MAX, () => link?.close('TWS did not find IB again'));
  }

  #onRestored(forgotten: boolean): void {
    if (forgotten) this.marketData.lines.subscribeAll();
    if (this.#stage === 'severed' && this.#ownAccount) {
      clearTimeout(this.#timers.get('stage'));
      this.#tellConnected(this.#ownAccount);
    }
    // What was asked while IB was away may never be answered.
    if (this.#parts.evidence.asking())
      this.#awaitEvidence(Math.min(ANSWER_AFTER_RESTORE_MS, this.#options.syncTimeoutMs));
    this.#gather();
  }

  #onInfo(code: number, message: string): void {
    const known = effectsOf(code);
    const { connection, operator } = known ?? UNKNOWN_CODE;
    if (known === null) this.#health.refuse('ibkr.session', `code-${code}`);
    this.#options.log(LEVELS[operator], 'TWS about the connection', { code, message, effect: connection });
    switch (connection) {
      case 'severed':
        this.#onSevered(`${code}: ${message}`);
        break;
      case 'restored-empty':
      case 'restored-kept':
        this.#onRestored(connection === 'restored-empty');
        break;
      case 'farm-broken':
      case 'farm-well':
        this.marketData.lines.farm(farmIn(message), connection === 'farm-broken');
        break;
      case 'history-farm-broken':
      case 'history-farm-well':
        this.#parts.history.farm(farmIn(message), connection === 'history-farm-broken');
        break;
      case 'leave':
        this.#link?.close(`${code}: ${message}`);
        break;
      case 'ask-evidence':
        this.refresh();
        break;
      case 'notice':
        break;
    }
  }

  #onError(id: number, code: number, message: string): void {
    const owners = [this.marketData, this.orders, this.#parts.history, this.#parts.directory];
    if (owners.some((owner) => owner.onError(id, code, message)) || FORGOTTEN_CODES.has(code)) return;
    this.#health.refuse('ibkr.session', `code-${code}`);
    this.#options.log('warn', 'TWS about a request that is no longer ours', { id, code, message });
  }

  #onLost(reason: string): void {
    this.#stopTimers();
    this.#link = null;
    this.#ownAccount = null;
    this.#nextValidId = null;
    this.#stage = 'down';
    this.#askAgain = false;
    this.#parts.evidence.detach();
    this.orders.detach();
    this.marketData.detach(reason);
    this.#parts.history.detach(reason);
    this.#parts.directory.detach();
    this.#parts.account.detach(reason);
    this.#health.set('ibkr.session', 'down', reason);
    this.#tellDisconnected(reason);
    if (this.#closed) return;
    const waits = this.#options.reconnectMs;
    this.#later('retry', waits[Math.min(this.#failures, waits.length - 1)] ?? 1_000, () => this.#connect());
    this.#failures += 1;
  }
}
