import { EventName } from '@stoqey/ib';
import type { BrokerReport, MarketInput } from '../../../core/inputs.ts';
import type { Sink } from '../../../ports/feed.ts';
import { createHealth, type Health, IBKR_FEEDS } from '../health.ts';
import type { IbkrOptions } from '../ibkr.ts';
import { MarketData } from '../market-data/market-data.ts';
import { Evidence } from '../orders/evidence.ts';
import { Orders } from '../orders/orders.ts';
import { connectionMeaning, FORGOTTEN_CODES, farmIn } from '../wire/codes.ts';
import { type Link, openLink } from '../wire/link.ts';
import { type AccountWatch, createAccountWatch } from './account.ts';

export interface SessionOptions extends Required<Omit<IbkrOptions, 'account'>>, Pick<IbkrOptions, 'account'> {
  readonly emitMarket: Sink<MarketInput>;
  readonly emitReport: Sink<BrokerReport>;
}
/** Request numbers live far above order numbers, so that an error's id can be told apart. */
const FIRST_REQUEST_ID = 1_000_000_000;
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
  readonly #account: AccountWatch;
  readonly #evidence: Evidence;
  readonly #timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  #beat: ReturnType<typeof setInterval> | null = null;
  #requestId = FIRST_REQUEST_ID;
  #link: Link | null = null;
  #ownAccount: string | null = null;
  #nextValidId: number | null = null;
  #stage: 'down' | 'signing-on' | 'syncing' | 'live' | 'severed' = 'down';
  #told = false;
  #failures = 0;
  #heard = true;
  #misses = 0;
  #closed = false;
  #askAgain = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { log, clock, localZone, clientId, emitMarket, emitReport } = options;
    const health = createHealth({ emit: emitMarket, log });
    const nextRequestId = (): number => this.#requestId++;
    this.#health = health;
    this.marketData = new MarketData({ underlyings: options.symbols, emit: emitMarket, health, nextRequestId, log });
    this.#account = createAccountWatch({ emit: emitReport, health, nextRequestId });
    this.orders = new Orders({
      emit: emitReport,
      health,
      log,
      evidence: () => this.#evidence,
      resync: () => this.#gather(),
    });
    this.#evidence = new Evidence({
      emit: emitReport,
      health,
      clock,
      localZone,
      nextRequestId,
      clientId,
      nameOf: (brokerOrderId) => this.orders.nameOf(brokerOrderId),
      onOrderNumber: (brokerOrderId, clientOrderId) => this.orders.learn(brokerOrderId, clientOrderId),
      unheard: () => this.orders.unheard(),
      onEvidenceLost: (detail) => this.#onEvidenceLost(detail),
      onSynced: () => this.#onSynced(),
    });
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

  #later(name: TimerName, ms: number, work: () => void): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(work, ms));
  }

  #stopTimers(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    if (this.#beat) clearInterval(this.#beat);
    this.#beat = null;
  }

  #connect(): void {
    const { heartbeatMs, syncTimeoutMs, log } = this.#options;
    this.#stage = 'signing-on';
    this.#heard = true;
    this.#misses = 0;
    this.#health.set('ibkr.session', 'connecting', null);
    const link = openLink(this.#options, {
      onMessage: () => {
        this.#heard = true;
      },
      onMessageDone: () => {
        this.marketData.flush('settled');
        this.#account.flush();
        this.#evidence.flush();
      },
      onChunkDone: () => {
        this.marketData.flush('all');
        this.#account.flush();
        this.#evidence.flush();
      },
      onRefused: (reason, detail) => {
        this.#health.refuse('ibkr.session', reason);
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
    this.#beat = setInterval(() => this.#onBeat(), heartbeatMs);
    this.#later('stage', syncTimeoutMs, () => link.close(`no sign-on within ${syncTimeoutMs} ms`));
  }

  #onAccounts(list: string): void {
    const names = list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const wanted = this.#options.account;
    if (wanted !== undefined && !names.includes(wanted)) {
      this.#link?.close(`account ${wanted} is not among the user's ${names.length} accounts`);
      return;
    }
    this.#ownAccount = wanted ?? names[0] ?? null;
    this.#onSignedOn();
  }

  #onSignedOn(): void {
    const link = this.#link;
    if (!link || this.#stage !== 'signing-on' || !this.#ownAccount || this.#nextValidId === null) return;
    clearTimeout(this.#timers.get('stage'));
    this.#tellConnected(this.#ownAccount);
    this.#evidence.attach(link, this.#ownAccount);
    this.#gather();
    this.#account.attach(link, this.#ownAccount);
    this.marketData.attach(link);
    this.marketData.lines.subscribeAll();
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

  /** Asks for everything anew; nothing while there is no line, for then it is asked anyway. */
  refresh(): void {
    if (this.#stage === 'live') this.#gather();
  }

  /** Orders may leave only between `synced` and the next `disconnected`. */
  #gather(): void {
    const link = this.#link;
    if (!link) return;
    // The answer under way may be older than the reason for asking.
    this.#askAgain = this.#evidence.asking();
    if (this.#askAgain) return;
    this.#evidence.ask();
    this.#awaitEvidence(this.#options.syncTimeoutMs);
  }

  #awaitEvidence(ms: number): void {
    const link = this.#link;
    this.#later('sync', ms, () => link?.close(`no answer about ${this.#evidence.awaited()} within ${ms} ms`));
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
    this.#evidence.abandon();
    clearTimeout(this.#timers.get('sync'));
    this.#health.set('ibkr.session', 'degraded', reason);
    this.orders.detach();
    this.#tellDisconnected(reason);
    this.#later('stage', SEVERED_MS_MAX, () => link?.close('TWS did not find IB again'));
  }

  #onRestored(code: number): void {
    if (code === 1101) this.marketData.lines.subscribeAll();
    if (this.#stage === 'severed' && this.#ownAccount) {
      clearTimeout(this.#timers.get('stage'));
      this.#tellConnected(this.#ownAccount);
    }
    // What was asked while IB was away may never be answered.
    if (this.#evidence.asking()) this.#awaitEvidence(Math.min(ANSWER_AFTER_RESTORE_MS, this.#options.syncTimeoutMs));
    this.#gather();
  }

  #onInfo(code: number, message: string): void {
    const meaning = connectionMeaning(code);
    switch (meaning) {
      case 'severed':
        this.#onSevered(`${code}: ${message}`);
        break;
      case 'restored':
        this.#onRestored(code);
        break;
      case 'farm-broken':
      case 'farm-well':
        this.marketData.lines.farm(farmIn(message), meaning === 'farm-broken');
        break;
      case 'client-id-taken':
        this.#link?.close(`${code}: ${message}`);
        break;
      case 'notice':
        break;
      default:
        this.#health.refuse('ibkr.session', `code-${code}`);
        this.#options.log('warn', 'TWS said something that is in no table', { code, message });
    }
  }

  #onError(id: number, code: number, message: string): void {
    if (this.marketData.onError(id, code, message) || this.orders.onError(id, code, message)) return;
    if (FORGOTTEN_CODES.has(code)) return;
    this.#health.refuse('ibkr.session', `code-${code}`);
    this.#options.log('warn', 'TWS about a request that is no longer ours', { id, code, message });
  }

  #onBeat(): void {
    this.#misses = this.#heard ? 0 : this.#misses + 1;
    this.#heard = false;
    if (this.#misses >= 2) this.#link?.close(`nothing was heard for ${this.#misses} heartbeats`);
    else this.#link?.send('urgent', (api) => api.reqCurrentTime());
  }

  #onLost(reason: string): void {
    this.#stopTimers();
    this.#link = null;
    this.#ownAccount = null;
    this.#nextValidId = null;
    this.#stage = 'down';
    this.#askAgain = false;
    this.#evidence.detach();
    this.orders.detach();
    this.marketData.lines.detach(reason);
    this.#account.detach(reason);
    this.#health.set('ibkr.session', 'down', reason);
    this.#tellDisconnected(reason);
    if (this.#closed) return;
    const waits = this.#options.reconnectMs;
    this.#later('retry', waits[Math.min(this.#failures, waits.length - 1)] ?? 1_000, () => this.#connect());
    this.#failures += 1;
  }
}
