import type { BrokerReport, Command, Entry, Input } from '../core/inputs.ts';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.ts';
import type { ChainColumns } from '../core/market/chain.ts';
import { contractId, type OptionContract, parseContractId } from '../core/market/contract.ts';
import type { Output } from '../core/outputs.ts';
import { type RecoveryRow, recover } from '../core/recover.ts';
import { createState, type State, type StateParams } from '../core/state.ts';
import { step } from '../core/step.ts';
import { type Instant, instant, type SessionDate, type UsdMicros } from '../core/types.ts';
import { chainOf } from './chain.ts';

/** A Thursday's session, 11:00 in New York. */
export const TEST_DATE = '2026-08-20' as SessionDate;
const TEST_START = instant(Date.UTC(2026, 7, 20, 15, 0, 0));

const NAN = Number.NaN;

export const optionOf = (right: 'C' | 'P', strike: number): OptionContract => {
  const contract = parseContractId(contractId('SPY', TEST_DATE, right, strike));
  if (!contract) throw new Error('test contract does not parse');
  return contract;
};

/** SPY's chain of the day, strikes 590 … 610, most gamma at `heavy`. Premiums are 2.00 at each strike. */
export const testChain = (receivedAt: Instant, heavy: number, change: Partial<ChainColumns> = {}): ChainColumns => {
  const strikes = Array.from({ length: 21 }, (_, i) => 590 + i);
  const chain = chainOf(
    'SPY',
    receivedAt,
    strikes.flatMap((strike) =>
      (['C', 'P'] as const).map((right) => ({
        expiry: TEST_DATE,
        right,
        strike,
        bid: 1.98,
        ask: 2,
        openInterest: strike === heavy ? 60_000 : 5_000,
        impliedVolatility: 0.15,
        gamma: 0.05,
        delta: right === 'C' ? 0.5 : -0.5,
      })),
    ),
  );
  return { ...chain, thetaPerDay: new Float64Array(chain.rowCount).fill(-0.5), ...change };
};

export interface World {
  readonly params: StateParams;
  state: State;
  at: Instant;
  seq: number;
  /** Every entry of this run, deeply copied. */
  entries: Entry[];
  /** Every output of this run with its sequence. */
  outputs: { seq: number; output: Output }[];
  /** The ledger of all runs, as read back from a database. */
  ledger: RecoveryRow[];
}

const row = (world: World, kind: RecoveryRow['kind'], body: unknown): void => {
  world.ledger.push(
    JSON.parse(JSON.stringify({ runId: world.params.runId, seq: world.seq, at: world.at, kind, body })) as RecoveryRow,
  );
};

export const createWorld = (
  overrides: { limits?: Partial<Limits> } & Partial<
    Pick<StateParams, 'strategyParams' | 'symbols' | 'measured' | 'gateway' | 'calendar'>
  > = {},
): World => {
  const params: StateParams = {
    runId: 'r1',
    symbols: overrides.symbols ?? ['SPY'],
    measured: overrides.measured ?? [],
    limits: { ...DEFAULT_LIMITS, ...overrides.limits },
    mode: 'simulated',
    rates: { rate: 0.04, dividendYield: 0.013 },
    strategyParams: overrides.strategyParams,
    gateway: overrides.gateway ?? null,
    ...(overrides.calendar ? { calendar: overrides.calendar } : {}),
  };
  const world: World = {
    params,
    state: createState(params),
    at: TEST_START,
    seq: 0,
    entries: [],
    outputs: [],
    ledger: [],
  };
  row(world, 'run.started', { recovered: null });
  return world;
};

/** One input through the engine, recorded as the runner would record it. */
export const feed = (world: World, input: Input): readonly Output[] => {
  world.seq += 1;
  const entry: Entry = { seq: world.seq, at: world.at, input };
  world.entries.push(structuredClone(entry));
  if (input.kind === 'broker.reported' || input.kind === 'command.given') row(world, 'input', input);
  const outputs = [...step(world.state, entry)];
  for (const output of outputs) {
    world.outputs.push({ seq: world.seq, output: structuredClone(output) });
    row(world, 'output', output);
  }
  return outputs;
};

export const report = (world: World, broker: BrokerReport): readonly Output[] =>
  feed(world, { kind: 'broker.reported', report: broker });

export const command = (world: World, given: Command): readonly Output[] =>
  feed(world, {
    kind: 'command.given',
    commandId: String(world.seq),
    actor: { kind: 'operator', userId: 'u1', email: 'ops@example.test' },
    reason: 'drill',
    command: given,
  });

/** Moves market time on, and fires the timer. */
export const wait = (world: World, ms: number): readonly Output[] => {
  world.at = instant(world.at + ms);
  return feed(world, { kind: 'timer.fired' });
};

export const quoteSpy = (world: World, bidPrice: number, askPrice: number): readonly Output[] =>
  feed(world, { kind: 'quote.seen', symbol: 'SPY', bidPrice, bidSize: 500, askPrice, askSize: 500, lastPrice: NAN });

export const quoteOption = (
  world: World,
  contract: OptionContract,
  bidPrice: number,
  askPrice: number,
): readonly Output[] =>
  feed(world, { kind: 'option-quote.seen', contractId: contract.id, bidPrice, bidSize: 50, askPrice, askSize: 50 });

const tradeSpy = (world: World, price: number, size = 100): readonly Output[] =>
  feed(world, { kind: 'trade.seen', symbol: 'SPY', price, size, venue: 'ARCA', sourceAt: world.at });

export const seeChain = (world: World, chain: ChainColumns): readonly Output[] =>
  feed(world, { kind: 'chain.seen', chain });

/** Everything fresh again: quote, book, chain. Fills the book on first use. */
export const refresh = (world: World, mid: number, heavy = 600): readonly Output[] => {
  const { book } = world.state.symbols.get('SPY') ?? {};
  const operation = book && book.bidCount > 0 ? 1 : 0;
  const outputs: Output[] = [];
  for (const side of [0, 1] as const) {
    const price = side === 1 ? mid - 0.01 : mid + 0.01;
    outputs.push(
      ...feed(world, { kind: 'depth.seen', symbol: 'SPY', operation, side, level: 0, price, size: 400, venue: 'ARCA' }),
    );
  }
  outputs.push(...quoteSpy(world, mid - 0.01, mid + 0.01));
  outputs.push(...seeChain(world, testChain(world.at, heavy)));
  return outputs;
};

/** Every feed live, and the account's equity. */
export const openFeeds = (world: World, equityDollars = 100_000): void => {
  for (const id of ['ibkr.session', 'ibkr.quotes', 'ibkr.trades', 'ibkr.depth', 'alphavantage.options'] as const) {
    feed(world, { kind: 'feed.reported', feed: id, state: 'live', reason: null, refused: {} });
  }
  const micros = (equityDollars * 1e6) as UsdMicros;
  report(world, { kind: 'account', netLiquidation: micros, buyingPower: micros });
};

/** And a broker in sync that holds nothing. */
export const goLive = (world: World, equityDollars = 100_000): void => {
  openFeeds(world, equityDollars);
  report(world, { kind: 'connected', account: 'DU1' });
  report(world, { kind: 'synced', openOrders: [], executions: [], positions: [] });
};

/** Four minutes of prints from 599.00 up to 599.60, with the gamma at 600: what the strategy waits for. */
export const rally = (world: World): readonly Output[] => {
  for (let minute = 0; minute < 4; minute++) {
    tradeSpy(world, 599 + minute * 0.2);
    world.at = instant(world.at + 60_000);
  }
  tradeSpy(world, 599.6);
  return refresh(world, 599.6);
};

/** The process dies and starts again: what is left is the ledger. */
export const restart = (world: World): void => {
  const recovered = recover(world.ledger);
  const runId = `r${Number(world.params.runId.slice(1)) + 1}`;
  const next: World = { ...world, params: { ...world.params, runId } };
  Object.assign(world, next, {
    state: createState(next.params, recovered),
    seq: 0,
    entries: [],
    outputs: [],
  });
  row(world, 'run.started', { recovered });
};
