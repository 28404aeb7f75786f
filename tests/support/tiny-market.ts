import type { OptionContract } from '../../src/engine/core/market/contract.ts';
import { parseContractId } from '../../src/engine/core/market/contract.ts';
import { type ContractId, type Instant, instant, type SessionDate } from '../../src/engine/core/types.ts';
import type {
  BookSnapshot,
  ChainRow,
  Instrument,
  MarketEvent,
  MarketQuote,
  MinuteBar,
  OptionMarketQuote,
  SandboxMarket,
} from '../../src/sandbox/market/types.ts';

const option = (id: string): OptionContract => {
  const contract = parseContractId(id);
  if (!contract) throw new Error(`not an OSI symbol: ${id}`);
  return contract;
};

export const CALL_ID = 'SPXW220323C04500000' as ContractId;
/** 2022-03-23 10:00 in New York. */
export const TEN_O_CLOCK = instant(Date.UTC(2022, 2, 23, 14, 0, 0));

const instrument = (symbol: string, kind: 'stock' | 'index', conId: number): Instrument => ({
  symbol,
  kind,
  name: `${symbol} test`,
  primaryExchange: kind === 'index' ? 'CBOE' : 'ISLAND',
  hasDepth: kind === 'stock',
  hasTrades: kind === 'stock',
  hasOptions: kind === 'index',
  conId,
});

/** A market whose every price is set by the test; nothing moves by itself. */
export class TinyMarket implements SandboxMarket {
  readonly speed = 1;
  readonly source = 'seeded';
  description = 'tiny';
  at: Instant = TEN_O_CLOCK;
  open = true;
  readonly quotes = new Map<string, MarketQuote>();
  readonly optionQuotes = new Map<string, OptionMarketQuote>();
  readonly books = new Map<string, BookSnapshot>();
  readonly options = [
    option(CALL_ID),
    option('SPXW220323P04500000'),
    option('SPXW220325C04500000'),
    option('SPX220414C04500000'),
  ];
  readonly #instruments = [instrument('AMZN', 'stock', 3691937), instrument('SPX', 'index', 416904)];
  readonly #listeners = new Set<(event: MarketEvent) => void>();

  constructor() {
    this.setQuote('AMZN', 100, 101);
    this.setQuote('SPX', null, null, 4500);
    for (const { id } of this.options) this.setOption(id, 4.9, 10, 5, 10);
  }

  setQuote(
    symbol: string,
    bidPrice: number | null,
    askPrice: number | null,
    lastPrice: number | null = bidPrice,
  ): void {
    this.quotes.set(symbol, { bidPrice, bidSize: 100, askPrice, askSize: 100, lastPrice, lastSize: 1, volume: 1000 });
    this.emit({ kind: 'quote', symbol, at: this.at });
  }

  setOption(id: string, bidPrice: number | null, bidSize: number, askPrice: number | null, askSize: number): void {
    this.optionQuotes.set(id, { bidPrice, bidSize, askPrice, askSize, lastPrice: null });
    this.emit({ kind: 'quote', symbol: 'SPX', at: this.at });
  }

  advance(ms: number): void {
    this.at = instant(this.at + ms);
  }

  emit(event: MarketEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  now(): Instant {
    return this.at;
  }
  sessionOpen(): boolean {
    return this.open;
  }
  instruments(): readonly Instrument[] {
    return this.#instruments;
  }
  quote(symbol: string): MarketQuote | null {
    return this.quotes.get(symbol) ?? null;
  }
  optionQuote(contractId: ContractId): OptionMarketQuote | null {
    return this.optionQuotes.get(contractId) ?? null;
  }
  option(contractId: ContractId): OptionContract | null {
    return this.options.find(({ id }) => id === contractId) ?? null;
  }
  optionsOf(underlying: string): readonly OptionContract[] {
    return underlying === 'SPX' ? this.options : [];
  }
  chain(underlying: string): readonly ChainRow[] | null {
    if (underlying !== 'SPX') return null;
    return this.options.map((contract) => ({
      contract,
      date: '2022-03-23' as SessionDate,
      last: null,
      mark: 4.95,
      bid: 4.9,
      bidSize: 10,
      ask: 5,
      askSize: 10,
      volume: 7,
      openInterest: 123,
      impliedVolatility: 0.2,
      delta: 0.5,
      gamma: 0.002,
      theta: -1.5,
      vega: 0.7,
      rho: null,
    }));
  }
  book(symbol: string): BookSnapshot | null {
    return this.books.get(symbol) ?? null;
  }
  minuteBars(_symbol: string, count: number): readonly MinuteBar[] {
    return Array.from({ length: Math.min(count, 3) }, (_, i) => ({
      openAt: instant(this.at - (3 - i) * 60_000),
      open: 100 + i,
      high: 102 + i,
      low: 99 + i,
      close: 101 + i,
      volume: 500,
    }));
  }
  listen(listener: (event: MarketEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  start(): void {}
  stop(): void {}
}
