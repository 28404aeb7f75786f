import type { BrokerReport, Input } from '../../src/engine/core/inputs.ts';
import type { Limits } from '../../src/engine/core/limits.ts';
import { DEFAULT_LIMITS } from '../../src/engine/core/limits.ts';
import type { ChainColumns } from '../../src/engine/core/market/chain.ts';
import type { OptionContract } from '../../src/engine/core/market/contract.ts';
import type { OrderTicket, Output } from '../../src/engine/core/outputs.ts';
import { createState, type State } from '../../src/engine/core/state.ts';
import { step } from '../../src/engine/core/step.ts';
import type { Instant, SessionDate, UsdMicros } from '../../src/engine/core/types.ts';
import { instant } from '../../src/engine/core/types.ts';
import { createSeededMarket } from '../../src/sandbox/market/seeded-market.ts';
import type { ChainRow, MarketEvent, SandboxMarket } from '../../src/sandbox/market/types.ts';

const STEP_MS = 250;
const CHAIN_EVERY_MS = 5_000;
const OPTION_EVERY_MS = 1_000;

const columnsOf = (rows: readonly ChainRow[], underlying: string, receivedAt: Instant): ChainColumns => {
  const expiries = [...new Set(rows.map(({ contract }) => contract.expiry))].sort() as SessionDate[];
  const column = (pick: (row: ChainRow) => number | null): Float64Array => {
    const values = new Float64Array(rows.length);
    for (let i = 0; i < values.length; i++) values[i] = pick(rows[i] as ChainRow) ?? Number.NaN;
    return values;
  };
  return {
    underlying,
    receivedAt,
    vendor: 'alphavantage',
    rowCount: rows.length,
    contractIds: rows.map(({ contract }) => contract.id),
    expiries,
    expiryIndex: Uint16Array.from(rows, ({ contract }) => expiries.indexOf(contract.expiry)),
    settlesAm: new Uint8Array(rows.length),
    isCall: Uint8Array.from(rows, ({ contract }) => (contract.right === 'C' ? 1 : 0)),
    strike: column(({ contract }) => contract.strike),
    bid: column(({ bid }) => bid),
    ask: column(({ ask }) => ask),
    last: column(({ last }) => last),
    volume: column(({ volume }) => volume),
    openInterest: column(({ openInterest }) => openInterest),
    impliedVolatility: column(({ impliedVolatility }) => impliedVolatility),
    delta: column(({ delta }) => delta),
    gamma: column(({ gamma }) => gamma),
    thetaPerDay: column(({ theta }) => theta),
    vegaPerPoint: column(({ vega }) => vega),
    rejected: {},
  };
};

export interface SandboxDay {
  readonly state: State;
  readonly outputs: readonly { readonly at: Instant; readonly output: Output }[];
  readonly events: number;
}

export interface SandboxDayOptions {
  readonly seed: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly limits?: Partial<Limits>;
  readonly strategyParams?: unknown;
}

/** Fills at the touch, triggers stops at the bid, ends the others of a group. */
const createTouchBroker = (market: SandboxMarket, now: () => Instant) => {
  const orders = new Map<string, OrderTicket>();
  const held = new Map<string, number>();
  let executions = 0;
  let inbox: BrokerReport[] = [];

  const describe = (ticket: OrderTicket, status: 'Cancelled' | 'Submitted') =>
    ({
      kind: 'order-status',
      order: {
        clientOrderId: ticket.clientOrderId,
        brokerOrderId: 1,
        permId: 0,
        contractId: ticket.contract.id,
        side: ticket.side,
        orderType: ticket.type,
        quantity: ticket.quantity,
        limitPrice: ticket.limitPrice,
        stopPrice: ticket.stopPrice,
        status,
      },
      filled: 0,
      remaining: ticket.quantity,
    }) as const;
  const cancel = (id: string): void => {
    const ticket = orders.get(id);
    if (ticket) inbox.push(describe(ticket, 'Cancelled'));
    orders.delete(id);
  };
  const execute = (ticket: OrderTicket, price: number): void => {
    executions += 1;
    orders.delete(ticket.clientOrderId);
    const executionId = `e${executions}.01`;
    inbox.push({
      kind: 'executed',
      execution: {
        executionId,
        clientOrderId: ticket.clientOrderId,
        brokerOrderId: 1,
        permId: 0,
        contractId: ticket.contract.id,
        side: ticket.side,
        quantity: ticket.quantity,
        price,
        at: now(),
      },
    });
    inbox.push({ kind: 'commission', executionId, commission: (650_000 * ticket.quantity) as UsdMicros });
    for (const other of [...orders.values()]) {
      if (ticket.ocaGroup !== null && other.ocaGroup === ticket.ocaGroup) cancel(other.clientOrderId);
    }
    const quantity = (held.get(ticket.contract.id) ?? 0) + (ticket.side === 'BUY' ? 1 : -1) * ticket.quantity;
    held.set(ticket.contract.id, quantity);
    inbox.push({
      kind: 'positions',
      positions:
        quantity === 0
          ? []
          : [{ account: 'DU1', contractId: ticket.contract.id, symbol: 'SPY', quantity, averagePrice: price }],
    });
  };
  const match = (): void => {
    for (const ticket of [...orders.values()]) {
      const quote = market.optionQuote(ticket.contract.id);
      if (quote?.bidPrice == null || quote.askPrice === null || !orders.has(ticket.clientOrderId)) continue;
      if (ticket.type === 'LMT' && quote.askPrice <= (ticket.limitPrice ?? 0)) execute(ticket, quote.askPrice);
      else if (ticket.type === 'STP' && quote.bidPrice <= (ticket.stopPrice ?? 0)) execute(ticket, quote.bidPrice);
      else if (ticket.type === 'MKT') execute(ticket, quote.bidPrice);
    }
  };
  return {
    put: (ticket: OrderTicket): void => void orders.set(ticket.clientOrderId, ticket),
    cancel,
    match,
    take: (): BrokerReport[] => {
      const reports = inbox;
      inbox = [];
      return reports;
    },
  };
};

/** A market event as the adapter would hand it on; null for what it would not. */
const inputOf = (market: SandboxMarket, event: MarketEvent): Input | null => {
  if (event.symbol !== 'SPY') return null;
  if (event.kind === 'trade') {
    const { symbol, price, size, venue } = event;
    return { kind: 'trade.seen', symbol, price, size, venue, sourceAt: instant(Math.floor(event.at / 1000) * 1000) };
  } else if (event.kind === 'depth') {
    const { symbol, operation, side, level, price, size, venue } = event;
    return { kind: 'depth.seen', symbol, operation, side, level, price, size, venue };
  } else if (event.kind === 'quote') {
    const quote = market.quote('SPY');
    if (!quote) return null;
    return {
      kind: 'quote.seen',
      symbol: 'SPY',
      bidPrice: quote.bidPrice ?? Number.NaN,
      bidSize: quote.bidSize,
      askPrice: quote.askPrice ?? Number.NaN,
      askSize: quote.askSize,
      lastPrice: quote.lastPrice ?? Number.NaN,
    };
  }
  return null;
};

/**
 * The core on a stretch of the seeded market without sockets: every event, the chain each 5 s, watched options each
 * second, and a broker that fills at the touch and triggers stops at the bid.
 */
export const runSandboxDay = (options: SandboxDayOptions): SandboxDay => {
  let now = options.from;
  const anchor = { wallMs: 0, marketMs: options.from, speed: 1 };
  const market = createSeededMarket({
    seed: options.seed,
    symbols: ['SPY'],
    clock: { anchor, now: () => now } as never,
  });
  const state = createState({
    runId: 'day',
    symbols: ['SPY'],
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    mode: 'simulated',
    rates: { rate: 0.04, dividendYield: 0.013 },
    strategyParams: options.strategyParams,
  });
  const outputs: { at: Instant; output: Output }[] = [];
  const watched = new Map<string, OptionContract>();
  let seq = 0;
  let events = 0;
  const broker = createTouchBroker(market, () => now);

  const perform = (output: Output): void => {
    outputs.push({ at: now, output });
    if (output.kind === 'contract.watch') watched.set(output.contract.id, output.contract);
    else if (output.kind === 'contract.unwatch') watched.delete(output.contract.id);
    else if (output.kind === 'order.place' || output.kind === 'order.change') {
      broker.put(output.ticket);
    } else if (output.kind === 'order.cancel') broker.cancel(output.clientOrderId);
  };
  const feed = (input: Input): void => {
    seq += 1;
    for (const output of step(state, { seq, at: now, input })) perform(output);
  };
  market.advanceTo(options.from);
  for (const id of ['ibkr.quotes', 'alphavantage.options'] as const) {
    feed({ kind: 'feed.reported', feed: id, state: 'live', reason: null, refused: {} });
  }
  const report = (one: BrokerReport): void => feed({ kind: 'broker.reported', report: one });
  report({ kind: 'connected', account: 'DU1' });
  report({ kind: 'synced', openOrders: [], executions: [], positions: [] });
  report({ kind: 'account', netLiquidation: 100_000e6 as UsdMicros, buyingPower: 100_000e6 as UsdMicros });
  const book = market.book('SPY');
  for (const [side, rows] of [[0, book?.asks ?? []] as const, [1, book?.bids ?? []] as const]) {
    rows.forEach(({ price, size, venue }, level) => {
      feed({ kind: 'depth.seen', symbol: 'SPY', operation: 0, side, level, price, size, venue });
    });
  }
  market.listen((event) => {
    events += 1;
    const input = inputOf(market, event);
    if (input) feed(input);
  });
  for (let ms = options.from + STEP_MS; ms <= options.until; ms += STEP_MS) {
    now = instant(ms);
    market.advanceTo(now);
    if (ms % CHAIN_EVERY_MS === 0) {
      feed({ kind: 'chain.seen', chain: columnsOf(market.chain('SPY') ?? [], 'SPY', now) });
    }
    if (ms % OPTION_EVERY_MS === 0) {
      for (const contractId of [...watched.keys()] as OptionContract['id'][]) {
        const quote = market.optionQuote(contractId);
        if (!quote) continue;
        const { bidPrice, bidSize, askPrice, askSize } = quote;
        feed({
          kind: 'option-quote.seen',
          contractId,
          bidPrice: bidPrice ?? Number.NaN,
          bidSize,
          askPrice: askPrice ?? Number.NaN,
          askSize,
        });
      }
    }
    broker.match();
    feed({ kind: 'timer.fired' });
    for (let reports = broker.take(); reports.length > 0; reports = broker.take()) {
      for (const one of reports) report(one);
    }
  }
  return { state, outputs, events };
};
