import type { BrokerReport } from '../../../core/inputs.ts';
import { ContractDirectory } from '../discovery/directory.ts';
import { createHealth, type Health } from '../health.ts';
import { History } from '../history/history.ts';
import { MarketData } from '../market-data/market-data.ts';
import { Evidence } from '../orders/evidence.ts';
import { Orders } from '../orders/orders.ts';
import { createPacer, type Pacer } from '../pacing/pacer.ts';
import { DEFAULT_PACING } from '../pacing/policy.ts';
import type { Link } from '../wire/link.ts';
import { type AccountWatch, createAccountWatch } from './account.ts';
import { createGate, type Gate } from './gate.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import type { SessionOptions } from './session.ts';

/** Request numbers live far above order numbers, so that an error's id can be told apart. */
const FIRST_REQUEST_ID = 1_000_000_000;

/** What a session consists of: each outlives every connection. */
export interface Parts {
  readonly health: Health;
  readonly pacer: Pacer;
  readonly gate: Gate;
  readonly heartbeat: Heartbeat;
  readonly directory: ContractDirectory;
  readonly history: History;
  readonly marketData: MarketData;
  readonly account: AccountWatch;
  readonly orders: Orders;
  readonly evidence: Evidence;
}

/** What the parts ask of the session that holds them. */
export interface SessionHooks {
  readonly tell: (report: BrokerReport) => void;
  readonly link: () => Link | null;
  /** Asks the broker for everything anew. */
  readonly gather: () => void;
  /** The same, where there is a live connection. */
  readonly refresh: () => void;
  readonly onEvidenceLost: (detail: string) => void;
  readonly onSynced: () => void;
}

export const createParts = (options: SessionOptions, hooks: SessionHooks): Parts => {
  const { log, clock, now, quarantine, symbols: underlyings, emitMarket: emit } = options;
  const health = createHealth({ emit, log });
  let requestId = FIRST_REQUEST_ID;
  const nextRequestId = (): number => requestId++;
  const common = { underlyings, emit, health, clock, log, quarantine, nextRequestId, now };
  const directory = new ContractDirectory(common);
  const gate = createGate({ schedule: options.gateway, clock, log, onOpened: hooks.refresh });
  const orders: Orders = new Orders({
    emit: hooks.tell,
    health,
    log,
    evidence: () => evidence,
    resync: hooks.gather,
    closure: gate.closure,
  });
  const evidence: Evidence = new Evidence({
    emit: hooks.tell,
    health,
    clock,
    localZone: options.localZone,
    nextRequestId,
    clientId: options.clientId,
    nameOf: (brokerOrderId) => orders.nameOf(brokerOrderId),
    onOrderNumber: (brokerOrderId, clientOrderId) => orders.learn(brokerOrderId, clientOrderId),
    unheard: () => orders.unheard(),
    onEvidenceLost: hooks.onEvidenceLost,
    onSynced: hooks.onSynced,
  });
  return {
    health,
    pacer: createPacer({ ...DEFAULT_PACING, messagesPerSecond: options.messagesPerSecond }, now),
    gate,
    heartbeat: createHeartbeat({
      everyMs: options.heartbeatMs,
      ask: () => hooks.link()?.send('evidence', (api) => api.reqCurrentTime()),
      onMissed: (beats) => hooks.link()?.close(`nothing was heard for ${beats} heartbeats`),
    }),
    directory,
    history: new History(common),
    marketData: new MarketData({
      ...common,
      entitlement: options.entitlement,
      lagMsMax: options.lagMsMax,
      isListed: (contract) => directory.isListed(contract),
    }),
    account: createAccountWatch({ emit: hooks.tell, health, nextRequestId }),
    orders,
    evidence,
  };
};
