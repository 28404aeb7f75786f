import { MarketDataType, TickByTickDataType } from '@stoqey/ib';
import type { MarketInput, OptionQuoteSeen, QuoteSeen } from '../../../core/inputs.ts';
import type { OptionContract } from '../../../core/market/contract.ts';
import type { ContractId } from '../../../core/types.ts';
import type { Sink } from '../../../ports/feed.ts';
import { toOption, toUnderlying, type Underlying } from '../contracts.ts';
import type { Health, IbkrFeedId } from '../health.ts';
import type { Link } from '../wire/link.ts';

/** One subscription. Quotes are kept, since TWS sends one side at a time. */
export type Line =
  | { readonly stream: 'quote'; readonly underlying: Underlying; readonly quote: QuoteSeen }
  | { readonly stream: 'option'; readonly contract: OptionContract; readonly quote: OptionQuoteSeen }
  | { readonly stream: 'depth' | 'trades'; readonly underlying: Underlying };

export const FEED_OF: Readonly<Record<Line['stream'], IbkrFeedId>> = {
  quote: 'ibkr.quotes',
  option: 'ibkr.quotes',
  depth: 'ibkr.depth',
  trades: 'ibkr.trades',
};
const MARKET_FEEDS = ['ibkr.quotes', 'ibkr.trades', 'ibkr.depth'] as const;
const DEPTH_ROWS = 10;
const ASK_AGAIN_MS = 5_000;
const NAN = Number.NaN;

const quoteLine = (underlying: Underlying): Line => ({
  stream: 'quote',
  underlying,
  quote: {
    kind: 'quote.seen',
    symbol: underlying.symbol,
    bidPrice: NAN,
    bidSize: NAN,
    askPrice: NAN,
    askSize: NAN,
    lastPrice: NAN,
  },
});
const optionLine = (contract: OptionContract): Line => ({
  stream: 'option',
  contract,
  quote: {
    kind: 'option-quote.seen',
    contractId: contract.id,
    bidPrice: NAN,
    bidSize: NAN,
    askPrice: NAN,
    askSize: NAN,
  },
});
/** The same subscription, knowing nothing yet. */
const renewed = (line: Line): Line => {
  if (line.stream === 'quote') return quoteLine(line.underlying);
  return line.stream === 'option' ? optionLine(line.contract) : line;
};

export interface MarketLinesOptions {
  readonly underlyings: readonly Underlying[];
  readonly emit: Sink<MarketInput>;
  readonly health: Health;
  readonly nextRequestId: () => number;
}

/** The market-data lines of one connection: what is asked for, and what is wrong with it. */
export class MarketLines {
  readonly #options: MarketLinesOptions;
  readonly #lines = new Map<number, Line>();
  readonly #watched = new Map<ContractId, OptionContract>();
  readonly #troubles = new Map<number, string>();
  readonly #brokenFarms = new Set<string>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #link: Link | null = null;

  constructor(options: MarketLinesOptions) {
    this.#options = options;
  }

  get(id: number): Line | undefined {
    return this.#lines.get(id);
  }

  attach(link: Link): void {
    this.#link = link;
  }

  /** Asks for everything; also after 1101, when TWS has forgotten the requests. */
  subscribeAll(): void {
    this.#lines.clear();
    this.#troubles.clear();
    this.#brokenFarms.clear();
    this.#link?.send('routine', (api) => api.reqMarketDataType(MarketDataType.REALTIME));
    for (const underlying of this.#options.underlyings) {
      this.#subscribe(quoteLine(underlying));
      if (underlying.trades) this.#subscribe({ stream: 'trades', underlying });
      if (underlying.depth) this.#subscribe({ stream: 'depth', underlying });
    }
    for (const contract of this.#watched.values()) this.#subscribe(optionLine(contract));
    this.#judge();
  }

  detach(reason: string): void {
    this.#link = null;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const line of this.#lines.values()) this.emptyBook(line);
    this.#lines.clear();
    this.#troubles.clear();
    for (const feed of MARKET_FEEDS) this.#options.health.set(feed, 'down', reason);
  }

  cancelAll(): void {
    for (const id of [...this.#lines.keys()]) this.#cancel(id);
    this.#watched.clear();
  }

  watch(contract: OptionContract): void {
    if (this.#watched.has(contract.id)) return;
    this.#watched.set(contract.id, contract);
    if (this.#link) this.#subscribe(optionLine(contract));
  }

  unwatch(contract: OptionContract): void {
    this.#watched.delete(contract.id);
    for (const [id, line] of [...this.#lines])
      if (line.stream === 'option' && line.contract.id === contract.id) this.#cancel(id);
    this.#judge();
  }

  farm(name: string, broken: boolean): void {
    if (broken) this.#brokenFarms.add(name);
    else this.#brokenFarms.delete(name);
    this.#judge();
  }

  trouble(id: number, reason: string): void {
    if (this.#troubles.has(id)) return;
    this.#troubles.set(id, reason);
    this.#judge();
  }

  well(id: number): void {
    if (this.#troubles.delete(id)) this.#judge();
  }

  emptyBook(line: Line): void {
    if (line.stream === 'depth') this.#options.emit({ kind: 'depth.reset', symbol: line.underlying.symbol });
  }

  /** Cancels a line and asks for it under a new number. */
  renew(id: number): void {
    const line = this.#lines.get(id);
    if (!line) return;
    this.#cancel(id);
    this.#subscribe(renewed(line));
    this.#judge();
  }

  renewSoon(id: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.renew(id);
    }, ASK_AGAIN_MS);
    this.#timers.add(timer);
  }

  #subscribe(line: Line): void {
    const id = this.#options.nextRequestId();
    this.#lines.set(id, line);
    this.emptyBook(line);
    this.#link?.send('routine', (api) => {
      if (line.stream === 'quote') api.reqMktData(id, toUnderlying(line.underlying), '', false, false);
      else if (line.stream === 'option') api.reqMktData(id, toOption(line.contract), '', false, false);
      else if (line.stream === 'depth') api.reqMktDepth(id, toUnderlying(line.underlying), DEPTH_ROWS, true);
      else api.reqTickByTickData(id, toUnderlying(line.underlying), TickByTickDataType.AllLast, 0, false);
    });
  }

  #cancel(id: number): void {
    const stream = this.#lines.get(id)?.stream;
    this.#lines.delete(id);
    this.#troubles.delete(id);
    this.#link?.send('routine', (api) => {
      if (stream === 'depth') api.cancelMktDepth(id, true);
      else if (stream === 'trades') api.cancelTickByTickData(id);
      else api.cancelMktData(id);
    });
  }

  #judge(): void {
    if (!this.#link) return;
    const farms = this.#brokenFarms.size > 0 ? `market data farm broken: ${[...this.#brokenFarms].join(', ')}` : null;
    for (const feed of MARKET_FEEDS) {
      const own = [...this.#lines].filter(([, line]) => FEED_OF[line.stream] === feed);
      if (own.length === 0) continue;
      const trouble = own.map(([id]) => this.#troubles.get(id)).find((found) => found !== undefined);
      const reason = trouble ?? farms;
      this.#options.health.set(feed, reason === null ? 'live' : 'degraded', reason);
    }
  }
}
