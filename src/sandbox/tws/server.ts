import type { MarketEvent, SandboxMarket } from '../market/types.ts';
import { DEFAULT_LIMITS, type Desk, type LineLimits } from './desk.ts';
import { Directory } from './directory.ts';
import { Exchange } from './exchange/exchange.ts';
import { DEFAULT_RULES, type ExchangeRules } from './exchange/rules.ts';
import { StateFile } from './exchange/state.ts';
import { faultActions } from './fault-actions.ts';
import { Faults } from './faults.ts';
import { Activity } from './feeds/activity.ts';
import { BarFeeds } from './feeds/bars.ts';
import { DepthFeeds } from './feeds/depth.ts';
import { HistoryFeeds } from './feeds/history.ts';
import { PnlFeeds } from './feeds/pnl.ts';
import { QuoteFeeds } from './feeds/quotes.ts';
import { TickByTickFeeds } from './feeds/tick-by-tick.ts';
import { TickLog } from './feeds/tick-log.ts';
import { Gate } from './gate.ts';
import { HistoryPacing } from './history/pacing.ts';
import { createPulse } from './pulse.ts';
import { receive } from './receive.ts';
import { orderReports } from './reports.ts';
import { Restarter } from './restart.ts';

export interface TwsSandboxOptions {
  readonly market: SandboxMarket;
  /** 0 or absent lets the system choose. */
  readonly port?: number;
  /** Where the account is kept between starts; null or absent keeps it in memory. */
  readonly stateFolder?: string | null;
  readonly rules?: Partial<ExchangeRules>;
  readonly limits?: Partial<LineLimits>;
  readonly faults?: Faults;
  readonly log?: (line: string) => void;
  /** Bytes a client may leave unread before it is cut off. */
  readonly backlogBytesMax?: number;
  /** Wall time between looks at quotes that stand still, expiries and the end of the day. */
  readonly tickMs?: number;
  /** IANA name of the zone the gateway's machine is in, New York when absent: its restart is at 23:45 there. */
  readonly gatewayZone?: string;
}

export interface TwsSandbox {
  readonly port: number;
  readonly faults: Faults;
  readonly exchange: Exchange;
  stop(): void;
}

const TICK_MS = 100;
const BACKLOG_BYTES_MAX = 8_388_608;

/** Starts the TWS API on loopback, driven by a sandbox market. Orders, account and ids survive in `stateFolder`. */
export const startTwsSandbox = async (options: TwsSandboxOptions): Promise<TwsSandbox> => {
  const { market } = options;
  const { desk, save } = openDesk(options);
  const { exchange, faults, sessions } = desk;
  const tickMs = options.tickMs ?? TICK_MS;
  let flushAsked = false;
  /** What the market has done so far goes to each client before anything else does, an answer included. */
  const publish = (): void => {
    desk.quotes.publish();
    for (const session of sessions) session.releaseData();
  };
  /** Saved before sent: what a client was told is never unknown after a kill. */
  const flush = (): void => {
    flushAsked = false;
    publish();
    save();
    for (const session of sessions) session.flush();
  };
  const requestFlush = (): void => {
    if (flushAsked) return;
    flushAsked = true;
    setImmediate(flush);
  };
  const gate: Gate = new Gate(desk, {
    port: options.port ?? 0,
    backlogBytesMax: options.backlogBytesMax ?? BACKLOG_BYTES_MAX,
    receive: (connection, bytes) => {
      pulse.catchUp();
      publish();
      receive(desk, connection, bytes, flush);
    },
    requestFlush,
  });
  const restarter = new Restarter(desk, gate, options.gatewayZone ?? 'America/New_York');
  const pulse = createPulse(desk, restarter, tickMs * market.speed);
  faults.attach(faultActions(desk, restarter, requestFlush));
  gate.open();
  const stopListening = market.listen((event) => {
    pulse.catchUp();
    onMarketEvent(desk, event);
    requestFlush();
  });
  const ticker = setInterval(() => {
    pulse.beat();
    requestFlush();
  }, tickMs);
  return {
    port: gate.port,
    faults,
    exchange,
    stop: () => {
      clearInterval(ticker);
      stopListening();
      save();
      gate.close(true);
    },
  };
};

const openDesk = (options: TwsSandboxOptions): { desk: Desk; save: () => void } => {
  const { market } = options;
  const faults = options.faults ?? new Faults();
  const rules: ExchangeRules = { ...DEFAULT_RULES, ...options.rules };
  const stateFile = new StateFile(options.stateFolder ?? null, market, rules);
  const directory = new Directory(market);
  const listener = orderReports(() => desk);
  const exchange = new Exchange({ market, directory, rules, state: stateFile.load(), listener, faults });
  const activity = new Activity();
  const desk: Desk = {
    market,
    directory,
    exchange,
    rules,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    faults,
    activity,
    quotes: new QuoteFeeds(market, faults, activity),
    depth: new DepthFeeds(market, faults),
    ticks: new TickByTickFeeds(market, faults),
    bars: new BarFeeds(market, faults),
    history: new HistoryFeeds(market, faults),
    pnl: new PnlFeeds(exchange, directory),
    tickLog: new TickLog(market),
    pacing: new HistoryPacing(),
    sessions: new Set(),
    log: options.log ?? (() => {}),
  };
  return {
    desk,
    save: () => {
      if (exchange.takeDirty()) stateFile.save(exchange.state);
    },
  };
};

const onMarketEvent = (desk: Desk, event: MarketEvent): void => {
  const { symbol } = event;
  switch (event.kind) {
    case 'depth':
      desk.depth.moved(event);
      return;
    case 'auction':
      desk.quotes.publishExtras(symbol);
      return;
    case 'trade':
      desk.activity.traded(symbol, event.at, event.size);
      desk.tickLog.traded(event);
      desk.ticks.traded(event);
      desk.bars.traded(event);
      desk.quotes.traded(symbol, event.price, event.size, event.at);
      break;
    case 'quote':
      desk.tickLog.quoted(symbol, event.at);
      desk.ticks.quoted(symbol);
      desk.bars.quoted(symbol);
      break;
    case 'chain':
      desk.quotes.publishModels(symbol);
      desk.quotes.publishExtras(symbol);
      break;
  }
  desk.quotes.touch(symbol);
  desk.exchange.marketMoved(symbol);
};
