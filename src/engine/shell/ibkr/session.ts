import { EventName } from '@stoqey/ib';
import type { BrokerReport, MarketInput } from '../../core/inputs.ts';
import type { Sink } from '../../ports/feed.ts';
import { createAccountWatch } from './account.ts';
import { connectionMeaning } from './codes.ts';
import { createEvidence, type Evidence } from './evidence.ts';
import { createHealth, IBKR_FEEDS } from './health.ts';
import type { IbkrOptions } from './ibkr.ts';
import { type Link, openLink } from './link.ts';
import { createMarketData, type MarketData } from './market-data.ts';
import { createOrders, type Orders } from './orders.ts';

export interface SessionOptions extends Required<Omit<IbkrOptions, 'account'>>, Pick<IbkrOptions, 'account'> {
  readonly emitMarket: Sink<MarketInput>;
  readonly emitReport: Sink<BrokerReport>;
}
export interface Session {
  readonly marketData: MarketData;
  readonly orders: Orders;
  open(): void;
  close(): void;
}

/** Request numbers live far above order numbers, so that an error's id can be told apart. */
const FIRST_REQUEST_ID = 1_000_000_000;
/** TWS that has lost IB for so long gets a new socket: its word that all is well again may have been missed. */
const SEVERED_MS_MAX = 120_000;

/** Connects, signs on, gathers the broker's evidence, watches for silence, and begins anew when anything breaks. */
export const createSession = (options: SessionOptions): Session => {
  const { log, emitReport } = options;
  const health = createHealth({ emit: options.emitMarket, log });
  let requestId = FIRST_REQUEST_ID;
  const nextRequestId = (): number => requestId++;
  const marketData = createMarketData({
    underlyings: options.symbols,
    emit: options.emitMarket,
    health,
    nextRequestId,
    log,
  });
  const account = createAccountWatch({ emit: emitReport, health, nextRequestId });
  const orders = createOrders({ emit: emitReport, health, log, evidence: () => evidence, resync: () => gather() });
  const evidence: Evidence = createEvidence({
    emit: emitReport,
    health,
    clock: options.clock,
    localZone: options.localZone,
    nextRequestId,
    clientId: options.clientId,
    nameOf: orders.nameOf,
    onOrderNumber: orders.learn,
    unheard: orders.unheard,
    onEvidenceLost: (detail) => link?.close(`evidence could not be read: ${detail}`),
    onSynced: () => onSynced(),
  });

  let link: Link | null = null;
  let ownAccount: string | null = null;
  let nextValidId: number | null = null;
  let stage: 'down' | 'signing-on' | 'syncing' | 'live' | 'severed' = 'down';
  let told = false;
  let failures = 0;
  let heard = true;
  let misses = 0;
  let closed = false;
  let syncTimer: ReturnType<typeof setTimeout> | null = null;
  let stageTimer: ReturnType<typeof setTimeout> | null = null;
  let beat: ReturnType<typeof setInterval> | null = null;
  let retry: ReturnType<typeof setTimeout> | null = null;

  const stopTimers = (): void => {
    for (const timer of [syncTimer, stageTimer, retry]) if (timer) clearTimeout(timer);
    if (beat) clearInterval(beat);
    syncTimer = null;
    stageTimer = null;
    retry = null;
    beat = null;
  };
  const tellDisconnected = (reason: string): void => {
    if (!told) return;
    told = false;
    emitReport({ kind: 'disconnected', reason });
  };
  /** Orders may leave only between `synced` and the next `disconnected`. */
  const gather = (): void => {
    if (!link || evidence.asking()) return;
    const own = link;
    evidence.ask();
    if (syncTimer) clearTimeout(syncTimer);
    syncTimer = setTimeout(
      () => own.close(`no answer about ${evidence.awaited()} within ${options.syncTimeoutMs} ms`),
      options.syncTimeoutMs,
    );
  };
  const onSynced = (): void => {
    if (syncTimer) clearTimeout(syncTimer);
    syncTimer = null;
    if (!link || !ownAccount) return;
    if (stage === 'syncing') {
      stage = 'live';
      failures = 0;
      health.set('ibkr.session', 'live', null);
      orders.attach(link, ownAccount);
    }
    orders.release();
  };
  const tellConnected = (): void => {
    if (!ownAccount) return;
    told = true;
    stage = 'syncing';
    health.set('ibkr.session', 'connecting', 'asking the broker for orders, executions and positions');
    emitReport({ kind: 'connected', account: ownAccount });
  };
  const signedOn = (): void => {
    if (!link || stage !== 'signing-on' || !ownAccount || nextValidId === null) return;
    if (stageTimer) clearTimeout(stageTimer);
    orders.onNextValidId(nextValidId);
    tellConnected();
    evidence.attach(link, ownAccount);
    gather();
    account.attach(link, ownAccount);
    marketData.attach(link);
    marketData.subscribeAll();
  };
  const onAccounts = (list: string): void => {
    const names = list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const wanted = options.account;
    if (wanted !== undefined && !names.includes(wanted)) {
      link?.close(`account ${wanted} is not among the user's ${names.length} accounts`);
      return;
    }
    ownAccount = wanted ?? names[0] ?? null;
    signedOn();
  };

  const onSevered = (message: string): void => {
    if (stage !== 'live' && stage !== 'syncing') return;
    const own = link;
    stage = 'severed';
    evidence.abandon();
    if (syncTimer) clearTimeout(syncTimer);
    health.set('ibkr.session', 'degraded', message);
    orders.detach();
    tellDisconnected(message);
    stageTimer = setTimeout(() => own?.close('TWS did not find IB again'), SEVERED_MS_MAX);
  };
  const onRestored = (code: number): void => {
    if (code === 1101) marketData.subscribeAll();
    if (stage === 'severed') {
      if (stageTimer) clearTimeout(stageTimer);
      tellConnected();
    }
    gather();
  };
  const onInfo = (code: number, message: string): void => {
    const farm = /[:.]([^:.]+)$/.exec(message)?.[1]?.trim() ?? message;
    switch (connectionMeaning(code)) {
      case 'severed':
        onSevered(`${code}: ${message}`);
        break;
      case 'restored':
        onRestored(code);
        break;
      case 'farm-broken':
      case 'farm-well':
        marketData.farm(farm, connectionMeaning(code) === 'farm-broken');
        break;
      case 'client-id-taken':
        link?.close(`${code}: ${message}`);
        break;
      case 'notice':
        break;
      default:
        health.refuse('ibkr.session', `code-${code}`);
        log('warn', 'TWS said something that is in no table', { code, message });
    }
  };
  const onError = (id: number, code: number, message: string): void => {
    if (marketData.onError(id, code, message) || orders.onError(id, code, message)) return;
    // 300, 310: a cancel of what TWS has already forgotten.
    if (code === 300 || code === 310) return;
    health.refuse('ibkr.session', `code-${code}`);
    log('warn', 'TWS about a request that is no longer ours', { id, code, message });
  };
  const onLost = (reason: string): void => {
    stopTimers();
    link = null;
    ownAccount = null;
    nextValidId = null;
    stage = 'down';
    evidence.detach();
    orders.detach();
    marketData.detach(reason);
    account.detach(reason);
    health.set('ibkr.session', 'down', reason);
    tellDisconnected(reason);
    if (closed) return;
    const waits = options.reconnectMs;
    retry = setTimeout(connect, waits[Math.min(failures, waits.length - 1)] ?? 1_000);
    failures += 1;
  };
  const onBeat = (): void => {
    misses = heard ? 0 : misses + 1;
    heard = false;
    if (misses >= 2) link?.close(`nothing was heard for ${misses} heartbeats`);
    else link?.send('urgent', (api) => api.reqCurrentTime());
  };
  const connect = (): void => {
    stage = 'signing-on';
    heard = true;
    misses = 0;
    health.set('ibkr.session', 'connecting', null);
    const opened = openLink(options, {
      onMessage: () => {
        heard = true;
      },
      onMessageDone: () => {
        marketData.flush();
        account.flush();
        evidence.flush();
      },
      onRefused: (reason, detail) => {
        health.refuse('ibkr.session', reason);
        log('warn', 'TWS sent what cannot be read', { reason, detail });
      },
      onEvidenceLost: (detail) => link?.close(`evidence could not be read: ${detail}`),
      onInfo,
      onError,
      onLost,
    });
    link = opened;
    opened.on(EventName.nextValidId, (id: number) => {
      nextValidId = id;
      orders.onNextValidId(id);
      signedOn();
    });
    opened.on(EventName.managedAccounts, onAccounts);
    beat = setInterval(onBeat, options.heartbeatMs);
    stageTimer = setTimeout(() => opened.close(`no sign-on within ${options.syncTimeoutMs} ms`), options.syncTimeoutMs);
  };

  return {
    marketData,
    orders,
    open: () => {
      if (link || closed) return;
      for (const feed of IBKR_FEEDS) health.set(feed, 'connecting', null);
      connect();
    },
    close: () => {
      closed = true;
      stopTimers();
      health.stop();
      link?.close('stopped by us');
    },
  };
};
