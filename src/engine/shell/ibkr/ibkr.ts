import type { BrokerReport, MarketInput } from '../../core/inputs.ts';
import type { GatewaySchedule } from '../../core/market/gateway-gate.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed, Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';
import type { Quarantine } from '../../ports/payloads.ts';
import type { Underlying } from './contracts.ts';
import type { Entitlement } from './market-data/allocation.ts';
import { DEFAULT_PACING } from './pacing/policy.ts';
import { Session } from './session/session.ts';

export interface IbkrOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
  /** The first of the user's accounts when not named. */
  readonly account?: string;
  readonly symbols: readonly Underlying[];
  readonly clock: Clock;
  readonly log: Log;
  /** Zone of the machine that TWS runs on, for stamps without one. */
  readonly localZone?: string;
  /** When TWS goes away by its own timetable; null or left out: never. */
  readonly gateway?: GatewaySchedule | null;
  /** What the account may have open at once; IB's smallest allowance where left out. */
  readonly entitlement?: Entitlement;
  readonly messagesPerSecond?: number;
  readonly quarantine?: Quarantine;
  /** Market milliseconds after its stamp (whole seconds) from which a print is late. */
  readonly lagMsMax?: number;
  /** Wall milliseconds that never go back. */
  readonly now?: () => number;
  /** Wall milliseconds. */
  readonly heartbeatMs?: number;
  /** Between looks at what did not happen. */
  readonly pulseMs?: number;
  readonly syncTimeoutMs?: number;
  readonly reconnectMs?: readonly number[];
}

export interface ResolvedIbkrOptions extends Required<Omit<IbkrOptions, 'account'>>, Pick<IbkrOptions, 'account'> {}

const SMALLEST_ENTITLEMENT: Entitlement = { marketData: 100, depth: 3, tickByTick: 3 };

/** The oldest quote that is traded on, and the second that stamps leave open. */
const LAG_MS_MAX = 4_000;

const resolve = (options: IbkrOptions): ResolvedIbkrOptions => ({
  ...options,
  localZone: options.localZone ?? 'America/New_York',
  gateway: options.gateway ?? null,
  entitlement: options.entitlement ?? SMALLEST_ENTITLEMENT,
  messagesPerSecond: options.messagesPerSecond ?? DEFAULT_PACING.messagesPerSecond,
  quarantine: options.quarantine ?? { keep: () => {} },
  lagMsMax: options.lagMsMax ?? LAG_MS_MAX,
  now: options.now ?? (() => performance.now()),
  heartbeatMs: options.heartbeatMs ?? 30_000,
  pulseMs: options.pulseMs ?? 1_000,
  syncTimeoutMs: options.syncTimeoutMs ?? 15_000,
  reconnectMs: options.reconnectMs ?? [250, 500, 1_000, 2_000, 5_000, 10_000],
});

/**
 * One socket to TWS or IB Gateway, shared by a feed and a broker. It is opened once both have been started, so that
 * nothing it says goes unheard.
 */
export const createIbkr = (
  options: IbkrOptions,
): { readonly feed: Feed; readonly broker: Broker; stop(): Promise<void> } => {
  let marketSink: Sink<MarketInput> | null = null;
  let brokerSink: Sink<BrokerReport> | null = null;
  const session = new Session({
    ...resolve(options),
    emitMarket: (input) => marketSink?.(input),
    emitReport: (report) => brokerSink?.(report),
  });
  const openWhenBoth = (): void => {
    if (marketSink && brokerSink) session.open();
  };
  const feed: Feed = {
    start: async (sink) => {
      marketSink = sink;
      openWhenBoth();
    },
    watch: (contract) => session.marketData.lines.watch(contract),
    unwatch: (contract) => session.marketData.lines.unwatch(contract),
    stop: async () => {
      session.marketData.lines.cancelAll();
      marketSink = null;
    },
  };
  const broker: Broker = {
    start: async (sink, known) => {
      session.orders.learnAll(known);
      brokerSink = sink;
      openWhenBoth();
    },
    place: (ticket) => session.orders.place(ticket),
    change: (ticket) => session.orders.change(ticket),
    cancel: (clientOrderId) => session.orders.cancel(clientOrderId),
    refresh: () => session.refresh(),
    stop: async () => {
      brokerSink = null;
      session.close();
    },
  };
  return {
    feed,
    broker,
    stop: async () => {
      await feed.stop();
      await broker.stop();
    },
  };
};
