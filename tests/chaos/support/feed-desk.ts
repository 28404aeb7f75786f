import { createContext } from '../../../src/engine/core/context.ts';
import { watch } from '../../../src/engine/core/execution/sweep.ts';
import type { Input, MarketInput } from '../../../src/engine/core/inputs.ts';
import { DEFAULT_LIMITS } from '../../../src/engine/core/limits.ts';
import type { DenialCode } from '../../../src/engine/core/outputs.ts';
import { brokerReady } from '../../../src/engine/core/risk/broker-ready.ts';
import { dataSinceReconnect } from '../../../src/engine/core/risk/data-since-reconnect.ts';
import { freshData } from '../../../src/engine/core/risk/fresh-data.ts';
import type { Rule } from '../../../src/engine/core/risk/rule.ts';
import { streamsLive } from '../../../src/engine/core/risk/streams-live.ts';
import { createState, type State } from '../../../src/engine/core/state.ts';
import { step } from '../../../src/engine/core/step.ts';
import { createIbkr } from '../../../src/engine/shell/ibkr/ibkr.ts';
import type { TwsSandbox } from '../../../src/sandbox/tws/server.ts';
import { LOUD_SYMBOLS, type LoudMarket, type LoudSymbol } from './loud-market.ts';

const TIMER_MS = 100;
/** The chain comes from elsewhere, and is not what is drilled here. */
const NOT_OURS: ReadonlySet<DenialCode> = new Set(['stale-chain']);
const RULES: readonly Rule[] = [brokerReady, streamsLive, freshData, dataSinceReconnect];

export interface FeedDesk {
  readonly state: State;
  /** Why nothing new may be risked in a symbol; empty when it may. */
  blocked(symbol: LoudSymbol): readonly string[];
  /** Figures that the market never said. */
  strange(): readonly string[];
  /** Times that the broker was told to be lost. */
  losses(): number;
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

/** The adapter and the core, as the runner joins them, against a sandboxed TWS; all of their time runs `speed` times as fast. */
export const startFeedDesk = async (tws: TwsSandbox, market: LoudMarket, speed: number): Promise<FeedDesk> => {
  const logged: string[] = [];
  const state = createState({
    runId: 'drill',
    symbols: [...LOUD_SYMBOLS],
    // Thirty market seconds without an option quote would be normal in some; here all move all the time.
    limits: { ...DEFAULT_LIMITS, quoteAgeMsMax: 3_000 * 2, bookAgeMsMax: 5_000 * 2 },
    mode: 'simulated',
    rates: { rate: 0.04, dividendYield: 0.013 },
  });
  const strange = new Set<string>();
  let seq = 0;
  let losses = 0;
  const fold = (input: Input): void => {
    seq += 1;
    step(state, { seq, at: market.now(), input });
  };
  /** Whatever was never said by the market was made up on the way. */
  const check = (input: MarketInput): void => {
    if (input.kind === 'quote.seen') {
      const { prices } = market.funds.get(input.symbol) ?? { prices: new Set<number>() };
      for (const price of [input.bidPrice, input.askPrice, input.lastPrice])
        if (!Number.isNaN(price) && !prices.has(Math.round(price * 100))) strange.add(`quote ${price}`);
    } else if (input.kind === 'option-quote.seen') {
      const fund = [...market.funds.values()].find(({ option }) => option.id === input.contractId);
      for (const price of [input.bidPrice, input.askPrice])
        if (!Number.isNaN(price) && !fund?.optionPrices.has(Math.round(price * 100))) strange.add(`option ${price}`);
    } else if (input.kind === 'depth.seen' && input.operation !== 2) {
      if (!market.funds.get(input.symbol)?.prices.has(Math.round(input.price * 100))) strange.add(`row ${input.price}`);
    }
  };
  const ibkr = createIbkr({
    host: '127.0.0.1',
    port: tws.port,
    clientId: 7,
    symbols: LOUD_SYMBOLS.map((symbol) => ({
      symbol,
      kind: 'stock',
      exchange: 'SMART',
      depth: true,
      trades: true,
      options: true,
    })),
    clock: { now: () => market.now() },
    now: () => performance.now() * speed,
    heartbeatMs: 30_000 / speed,
    syncTimeoutMs: 15_000 / speed,
    pulseMs: 1_000 / speed,
    reconnectMs: [100],
    lagMsMax: 3_000 * 2 + 1_000,
    log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`),
  });
  await ibkr.feed.start((input) => {
    check(input);
    fold(input);
  });
  await ibkr.broker.start((report) => {
    if (report.kind === 'disconnected') losses += 1;
    fold({ kind: 'broker.reported', report });
  }, new Map());
  for (const { option } of market.funds.values()) {
    watch(createContext(state), option);
    ibkr.feed.watch(option);
  }
  const timer = setInterval(() => fold({ kind: 'timer.fired' }), TIMER_MS);
  return {
    state,
    logged,
    strange: () => [...strange],
    losses: () => losses,
    blocked: (name) => {
      const symbol = state.symbols.get(name);
      const contract = market.funds.get(name)?.option;
      if (!symbol || !contract) return [`no symbol ${name}`];
      const intent = { contract, direction: 'bullish', limitPrice: 1 } as const;
      return RULES.flatMap((rule) => rule({ state, symbol, intent, quantity: 1, at: market.now() }))
        .filter(({ code }) => !NOT_OURS.has(code))
        .map(({ code, facts }) => `${code} ${JSON.stringify(facts)}`);
    },
    stop: async () => {
      clearInterval(timer);
      await ibkr.stop();
    },
  };
};
