import { EventName, MarketDataType, TickByTickDataType } from '@stoqey/ib';
import type { MarketInput, OptionQuoteSeen, QuoteSeen } from '../../core/inputs.ts';
import type { OptionContract } from '../../core/market/contract.ts';
import { type ContractId, instant } from '../../core/types.ts';
import type { Sink } from '../../ports/feed.ts';
import type { Log } from '../../ports/log.ts';
import { lineMeaning } from './codes.ts';
import { toOption, toUnderlying, type Underlying } from './contracts.ts';
import type { Health, IbkrFeedId } from './health.ts';
import type { Link } from './link.ts';

type Quote = QuoteSeen | OptionQuoteSeen;
type Line =
  | { readonly stream: 'quote'; readonly underlying: Underlying; readonly quote: QuoteSeen }
  | { readonly stream: 'option'; readonly contract: OptionContract; readonly quote: OptionQuoteSeen }
  | { readonly stream: 'depth' | 'trades'; readonly underlying: Underlying };

const FEED_OF: Readonly<Record<Line['stream'], IbkrFeedId>> = {
  quote: 'ibkr.quotes',
  option: 'ibkr.quotes',
  depth: 'ibkr.depth',
  trades: 'ibkr.trades',
};
const DEPTH_ROWS = 10;
const DEPTH_LEVEL_MAX = 1_000;
const ASK_AGAIN_MS = 5_000;

/** TWS tick types that make a quote. Source: TWS API, "Available tick types". */
const PRICE_FIELD: Readonly<Record<number, 'bidPrice' | 'askPrice' | 'lastPrice'>> = {
  1: 'bidPrice',
  2: 'askPrice',
  4: 'lastPrice',
};
const SIZE_FIELD: Readonly<Record<number, 'bidSize' | 'askSize'>> = { 0: 'bidSize', 3: 'askSize' };
const isDelayed = (tickType: number): boolean => tickType >= 66 && tickType <= 76;

const NAN = Number.NaN;
const emptyQuote = (symbol: string): QuoteSeen => ({
  kind: 'quote.seen',
  symbol,
  bidPrice: NAN,
  bidSize: NAN,
  askPrice: NAN,
  askSize: NAN,
  lastPrice: NAN,
});
const emptyOptionQuote = (contractId: ContractId): OptionQuoteSeen => ({
  kind: 'option-quote.seen',
  contractId,
  bidPrice: NAN,
  bidSize: NAN,
  askPrice: NAN,
  askSize: NAN,
});

export interface MarketDataOptions {
  readonly underlyings: readonly Underlying[];
  readonly emit: Sink<MarketInput>;
  readonly health: Health;
  readonly nextRequestId: () => number;
  readonly log: Log;
}

/** Quotes, prints and depth of one account's market-data lines. Subscriptions are asked for anew on each connection. */
export const createMarketData = ({ underlyings, emit, health, nextRequestId, log }: MarketDataOptions) => {
  const lines = new Map<number, Line>();
  const watched = new Map<ContractId, OptionContract>();
  const troubles = new Map<number, string>();
  const brokenFarms = new Set<string>();
  const changedLines = new Set<number>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let link: Link | null = null;

  const judge = (): void => {
    for (const feed of ['ibkr.quotes', 'ibkr.trades', 'ibkr.depth'] as const) {
      const own = [...lines].filter(([, line]) => FEED_OF[line.stream] === feed);
      if (!link || own.length === 0) continue;
      const trouble = own.map(([id]) => troubles.get(id)).find((found) => found !== undefined);
      const farm = brokenFarms.size > 0 ? `market data farm broken: ${[...brokenFarms].join(', ')}` : undefined;
      const reason = trouble ?? farm ?? null;
      health.set(feed, reason === null ? 'live' : 'degraded', reason);
    }
  };
  const ask = (id: number, line: Line): void => {
    switch (line.stream) {
      case 'quote':
        link?.send('routine', (api) => api.reqMktData(id, toUnderlying(line.underlying), '', false, false));
        break;
      case 'option':
        link?.send('routine', (api) => api.reqMktData(id, toOption(line.contract), '', false, false));
        break;
      case 'depth':
        emit({ kind: 'depth.reset', symbol: line.underlying.symbol });
        link?.send('routine', (api) => api.reqMktDepth(id, toUnderlying(line.underlying), DEPTH_ROWS, true));
        break;
      case 'trades':
        link?.send('routine', (api) =>
          api.reqTickByTickData(id, toUnderlying(line.underlying), TickByTickDataType.AllLast, 0, false),
        );
        break;
    }
  };
  const cancel = (id: number, line: Line): void => {
    if (line.stream === 'depth') link?.send('routine', (api) => api.cancelMktDepth(id, true));
    else if (line.stream === 'trades') link?.send('routine', (api) => api.cancelTickByTickData(id));
    else link?.send('routine', (api) => api.cancelMktData(id));
  };
  const subscribe = (line: Line): void => {
    const id = nextRequestId();
    lines.set(id, line);
    ask(id, line);
  };
  const drop = (id: number): void => {
    lines.delete(id);
    troubles.delete(id);
    changedLines.delete(id);
  };
  const subscribeOption = (contract: OptionContract): void =>
    subscribe({ stream: 'option', contract, quote: emptyOptionQuote(contract.id) });
  const renew = (line: Line): Line => {
    if (line.stream === 'quote') return { ...line, quote: emptyQuote(line.underlying.symbol) };
    if (line.stream === 'option') return { ...line, quote: emptyOptionQuote(line.contract.id) };
    return line;
  };
  const askAgain = (id: number, line: Line): void => {
    const own = link;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (link !== own || !lines.has(id)) return;
      cancel(id, line);
      drop(id);
      subscribe(renew(line));
      judge();
    }, ASK_AGAIN_MS);
    timers.add(timer);
  };
  const trouble = (id: number, reason: string): void => {
    troubles.set(id, reason);
    judge();
  };

  const quoteLine = (id: number, tickType: number) => {
    const line = lines.get(id);
    if (!line || (line.stream !== 'quote' && line.stream !== 'option')) {
      health.refuse('ibkr.quotes', 'unknown-request');
      return null;
    }
    if (isDelayed(tickType)) {
      health.refuse('ibkr.quotes', 'delayed-tick');
      if (!troubles.has(id)) trouble(id, 'delayed data: not live, and not read');
      return null;
    }
    return line;
  };
  const setField = (id: number, line: { readonly quote: Quote }, field: string, value: number): void => {
    const quote = line.quote as unknown as Record<string, number>;
    if (!(field in quote) || Object.is(quote[field], value)) return;
    quote[field] = value;
    changedLines.add(id);
  };
  const onTickPrice = (id: number, tickType: number, price: number | undefined): void => {
    const line = quoteLine(id, tickType);
    const field = PRICE_FIELD[tickType];
    if (!line || !field) return;
    if (price !== undefined && Number.isNaN(price)) health.refuse('ibkr.quotes', 'undecodable');
    // IB says "none" as -1, and as 0 where there is neither price nor size.
    setField(id, line, field, price !== undefined && price > 0 ? price : NAN);
  };
  const onTickSize = (id: number, tickType: number, size: number | undefined): void => {
    const line = quoteLine(id, tickType);
    const field = SIZE_FIELD[tickType];
    if (!line || !field) return;
    if (size !== undefined && Number.isNaN(size)) health.refuse('ibkr.quotes', 'undecodable');
    setField(id, line, field, size !== undefined && size >= 0 ? size : NAN);
  };
  const onTrade = (
    id: number,
    _type: number,
    time: string,
    price: number | undefined,
    size: number | undefined,
    _attributes: unknown,
    venue: string,
  ): void => {
    const line = lines.get(id);
    const seconds = Number(time);
    if (line?.stream !== 'trades') health.refuse('ibkr.trades', 'unknown-request');
    else if (!(price !== undefined && price > 0) || !(size !== undefined && size > 0) || !Number.isFinite(seconds))
      health.refuse('ibkr.trades', 'undecodable');
    else
      emit({
        kind: 'trade.seen',
        symbol: line.underlying.symbol,
        price,
        size,
        venue,
        sourceAt: instant(seconds * 1_000),
      });
  };
  const onDepth = (
    id: number,
    level: number,
    venue: string,
    operation: number,
    side: number,
    price: number | undefined,
    size: number | undefined,
  ): void => {
    const line = lines.get(id);
    if (line?.stream !== 'depth') {
      health.refuse('ibkr.depth', 'unknown-request');
      return;
    }
    const removed = operation === 2;
    const sane =
      (operation === 0 || operation === 1 || operation === 2) &&
      (side === 0 || side === 1) &&
      level >= 0 &&
      level < DEPTH_LEVEL_MAX &&
      (removed || (price !== undefined && price > 0 && size !== undefined && size >= 0));
    if (!sane) {
      // One lost row makes every later one wrong: empty the book and ask for it anew.
      health.refuse('ibkr.depth', 'undecodable');
      emit({ kind: 'depth.reset', symbol: line.underlying.symbol });
      cancel(id, line);
      drop(id);
      subscribe(line);
      return;
    }
    emit({
      kind: 'depth.seen',
      symbol: line.underlying.symbol,
      operation,
      side,
      level,
      price: removed ? (price ?? NAN) : Number(price),
      size: removed ? (size ?? NAN) : Number(size),
      venue,
    });
  };
  const onMarketDataType = (id: number, type: number): void => {
    if (!lines.has(id)) return;
    if (type === MarketDataType.REALTIME) {
      troubles.delete(id);
      judge();
    } else trouble(id, `market data type ${type}: not live`);
  };

  return {
    attach: (opened: Link): void => {
      link = opened;
      opened.on(EventName.tickPrice, onTickPrice);
      opened.on(EventName.tickSize, onTickSize);
      opened.on(EventName.tickByTickAllLast, onTrade);
      opened.on(EventName.updateMktDepthL2, onDepth);
      opened.on(
        EventName.updateMktDepth,
        (id: number, level: number, operation: number, side: number, price: number, size: number) =>
          onDepth(id, level, '', operation, side, price, size),
      );
      opened.on(EventName.marketDataType, onMarketDataType);
    },
    /** Asks for everything; also after 1101, when TWS has forgotten the requests. */
    subscribeAll: (): void => {
      for (const id of [...lines.keys()]) drop(id);
      brokenFarms.clear();
      link?.send('routine', (api) => api.reqMarketDataType(MarketDataType.REALTIME));
      for (const underlying of underlyings) {
        subscribe({ stream: 'quote', underlying, quote: emptyQuote(underlying.symbol) });
        if (underlying.trades) subscribe({ stream: 'trades', underlying });
        if (underlying.depth) subscribe({ stream: 'depth', underlying });
      }
      for (const contract of watched.values()) subscribeOption(contract);
      judge();
    },
    detach: (reason: string): void => {
      link = null;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      for (const [id, line] of [...lines]) {
        if (line.stream === 'depth') emit({ kind: 'depth.reset', symbol: line.underlying.symbol });
        drop(id);
      }
      for (const feed of ['ibkr.quotes', 'ibkr.trades', 'ibkr.depth'] as const) health.set(feed, 'down', reason);
    },
    /** Emits the quotes that the last message changed: price and size of one message come as one change. */
    flush: (): void => {
      if (changedLines.size === 0) return;
      for (const id of changedLines) {
        const line = lines.get(id);
        if (line && 'quote' in line) emit(line.quote);
      }
      changedLines.clear();
    },
    watch: (contract: OptionContract): void => {
      if (watched.has(contract.id)) return;
      watched.set(contract.id, contract);
      if (link) subscribeOption(contract);
    },
    unwatch: (contract: OptionContract): void => {
      watched.delete(contract.id);
      for (const [id, line] of [...lines]) {
        if (line.stream !== 'option' || line.contract.id !== contract.id) continue;
        cancel(id, line);
        drop(id);
      }
      judge();
    },
    farm: (name: string, broken: boolean): void => {
      if (broken) brokenFarms.add(name);
      else brokenFarms.delete(name);
      judge();
    },
    /** An error about one of our requests. False when the id is not ours. */
    onError: (id: number, code: number, message: string): boolean => {
      const line = lines.get(id);
      if (!line) return false;
      const meaning = lineMeaning(code);
      const feed = FEED_OF[line.stream];
      if (meaning === null) health.refuse(feed, `code-${code}`);
      if (meaning === 'notice') return true;
      log('warn', 'TWS about a market-data line', { stream: line.stream, code, message });
      if (meaning === 'book-reset' && line.stream === 'depth') {
        emit({ kind: 'depth.reset', symbol: line.underlying.symbol });
        return true;
      }
      if (line.stream === 'depth') emit({ kind: 'depth.reset', symbol: line.underlying.symbol });
      trouble(id, `${code}: ${message}`.slice(0, 200));
      if (meaning === 'lost') askAgain(id, line);
      return true;
    },
    unsubscribeAll: (): void => {
      for (const [id, line] of [...lines]) {
        cancel(id, line);
        drop(id);
      }
      watched.clear();
    },
  };
};
export type MarketData = ReturnType<typeof createMarketData>;
