import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Rates } from '../engine/core/analytics/chain-terms.ts';
import { DEFAULT_LIMITS, type Limits } from '../engine/core/limits.ts';
import { newYorkInstant } from '../engine/core/market/calendar.ts';
import { type CalendarOverrides, NO_OVERRIDES } from '../engine/core/market/calendar-overrides.ts';
import { DEFAULT_GATEWAY_SCHEDULE } from '../engine/core/market/gateway-gate.ts';
import type { Dividends } from '../engine/core/pricing/dividends.ts';
import type { SessionDate, TradingMode } from '../engine/core/types.ts';
import type { SandboxAddresses } from '../sandbox/protocol.ts';
import type { EngineOptions, TradedSymbol } from './engine-options.ts';

const ALPHA_VANTAGE_URL = 'https://www.alphavantage.co';
/** Of thousands of contracts some figure changes within seconds while the market is open. */
const CHAIN_REPEATS_MS_MAX = 60_000;

/** The sandboxed gateway stands in New York. */
const SANDBOX_ZONE = 'America/New_York';

/** What is traded unless SYMBOLS says otherwise; the volatility indices are always measured beside it. */
export const DEFAULT_SYMBOLS = 'SPX,SPY,QQQ,IWM,AAPL,MSFT,GOOGL,AMZN,NVDA,META,TSLA';
export const VOLATILITY_INDICES: readonly string[] = ['VIX', 'VIX1D', 'VIX9D', 'VIX3M'];
/** Cash indices: no book and no prints of their own. */
const INDICES: ReadonlySet<string> = new Set(['SPX', 'XSP', 'NDX', 'RUT', ...VOLATILITY_INDICES]);

const liveSymbol = (symbol: string): TradedSymbol => ({
  symbol,
  kind: INDICES.has(symbol) ? 'index' : 'stock',
  depth: !INDICES.has(symbol),
  trades: !INDICES.has(symbol),
  options: !VOLATILITY_INDICES.includes(symbol),
});

const liveSymbols = (symbols: string): readonly TradedSymbol[] =>
  [...new Set([...symbols.split(','), ...VOLATILITY_INDICES])].map(liveSymbol);

const tradedSymbols = (config: Config, sandbox: SandboxAddresses | null): readonly TradedSymbol[] => {
  if (!sandbox?.market || !sandbox.tws) return liveSymbols(config.SYMBOLS ?? DEFAULT_SYMBOLS);
  return sandbox.market.instruments.map(({ symbol, kind, hasDepth, hasTrades, hasOptions }) => ({
    symbol,
    kind,
    depth: hasDepth,
    trades: hasTrades,
    options: hasOptions,
  }));
};

/** Ages are judged in market time, which a fast sandbox spends faster than its sockets can deliver. */
const scaledLimits = (speed: number): Limits => {
  const scale = Math.max(1, speed);
  const { quoteAgeMsMax, bookAgeMsMax, chainAgeMsMax, entryLifetimeMs } = DEFAULT_LIMITS;
  return {
    ...DEFAULT_LIMITS,
    quoteAgeMsMax: quoteAgeMsMax * scale,
    bookAgeMsMax: bookAgeMsMax * scale,
    chainAgeMsMax: chainAgeMsMax * scale,
    entryLifetimeMs: entryLifetimeMs * scale,
  };
};

const tradingMode = (config: Config): TradingMode => {
  if (config.sandboxed.includes('ibkr')) return 'simulated';
  return config.IBKR_LIVE_TRADING ? 'live' : 'paper';
};

export interface EnginePlan {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly sandbox: SandboxAddresses | null;
  readonly version: string;
  /** Exceptions to the session calendar, already read; none without. */
  readonly calendar?: CalendarOverrides;
}

/** Prices and option chains come from one world: orders must not follow a chain of another. */
export const isOneWorld = ({ sandboxed }: Config): boolean =>
  sandboxed.includes('ibkr') === sandboxed.includes('alphavantage');

/** Dividends named one by one stand in for the yield of their symbol; holders of the evening before have them. */
const ratesOf = (config: Config): Rates => {
  const dividends: Record<string, Dividends> = {};
  for (const { symbol } of config.DIVIDENDS) {
    const payments = config.DIVIDENDS.filter((payment) => payment.symbol === symbol).map(({ exDate, amount }) => ({
      exAt: newYorkInstant(exDate as SessionDate, '09:30:00'),
      amount,
    }));
    dividends[symbol] = { value: { kind: 'cash', payments }, source: 'DIVIDENDS of the settings', asOf: null };
  }
  return { rate: config.RISK_FREE_RATE, dividendYield: config.DIVIDEND_YIELD, dividends };
};

/** Chooses what the engine talks to: the vendor where a key is configured, its sandbox otherwise. */
export const planEngine = ({
  config,
  databaseUrl,
  sandbox,
  version,
  calendar = NO_OVERRIDES,
}: EnginePlan): EngineOptions => {
  const tws = sandbox?.tws ?? null;
  const anchor = tws && sandbox?.market ? sandbox.market.anchor : null;
  const speed = anchor?.speed ?? 1;
  const limits = scaledLimits(speed);
  return {
    databaseUrl,
    redisUrl: config.REDIS_URL ?? null,
    tapeFolder: join(config.DATA_DIR, 'tape'),
    tapeDaysKept: config.TAPE_DAYS_KEPT ?? null,
    mode: tradingMode(config),
    symbols: tradedSymbols(config, sandbox),
    limits: isOneWorld(config) ? limits : { ...limits, maxContractsPerSymbol: 0 },
    rates: ratesOf(config),
    ibkr: {
      host: tws ? '127.0.0.1' : (config.IBKR_HOST ?? '127.0.0.1'),
      port: tws ? tws.port : config.IBKR_PORT,
      clientId: config.IBKR_CLIENT_ID,
      localZone: tws ? SANDBOX_ZONE : config.IBKR_GATEWAY_ZONE,
      messagesPerSecond: config.IBKR_MESSAGES_PER_SECOND,
      entitlement: {
        marketData: config.IBKR_MARKET_DATA_LINES,
        depth: config.IBKR_DEPTH_LINES,
        tickByTick: config.IBKR_TICK_BY_TICK_LINES,
      },
    },
    calendar: { overrides: calendar, path: config.CALENDAR_FILE ? resolve(config.CALENDAR_FILE) : null },
    gateway: {
      ...DEFAULT_GATEWAY_SCHEDULE,
      restartAt: config.IBKR_GATEWAY_RESTART,
      restartZone: config.IBKR_GATEWAY_ZONE,
      loginAtUtc: config.IBKR_GATEWAY_LOGIN_UTC,
    },
    alphaVantage: {
      baseUrl: sandbox?.alphaVantageUrl ?? ALPHA_VANTAGE_URL,
      apiKeys: config.sandboxed.includes('alphavantage') ? ['sandbox'] : config.ALPHA_VANTAGE_API_KEY,
      keyFile: config.ALPHA_VANTAGE_KEY_FILE ?? null,
      budgetPerMinute: config.ALPHA_VANTAGE_CALLS_PER_MINUTE,
      speed,
      repeatsMsMax: sandbox?.market?.source === 'recorded' ? null : CHAIN_REPEATS_MS_MAX,
      backfillSessions: config.ALPHA_VANTAGE_BACKFILL_SESSIONS,
    },
    clockAnchor: anchor,
    logLevel: config.LOG_LEVEL,
    build: version,
  };
};

/** Names a configuration without telling it: secrets go in, a digest comes out. */
export const configHash = (options: EngineOptions): string =>
  createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16);
