import { contractId, type OptionContract, parseContractId } from '../../../src/engine/core/market/contract.ts';
import { type ContractId, type Instant, instant, type SessionDate } from '../../../src/engine/core/types.ts';
import type { Random } from '../../../src/engine/testing/random.ts';
import type {
  BookLevel,
  BookSnapshot,
  Instrument,
  MarketEvent,
  MarketQuote,
  OptionMarketQuote,
  SandboxMarket,
} from '../../../src/sandbox/market/types.ts';

export const LOUD_SYMBOLS = ['SPY', 'QQQ', 'IWM'] as const;
export type LoudSymbol = (typeof LOUD_SYMBOLS)[number];

/** 2026-11-20, a Friday, 11:00 in New York: the phase of the session in which least is expected. */
const LOUD_START = instant(Date.UTC(2026, 10, 20, 16, 0, 0));
const EXPIRY = '2026-11-20' as SessionDate;
const VENUES = ['ARCA', 'BATS', 'ISLAND', 'IEX'] as const;
const LEVELS = 10;

export interface TruePrint {
  readonly sourceAt: Instant;
  readonly price: number;
  readonly size: number;
  readonly venue: string;
}

const optionOf = (symbol: string): OptionContract => {
  const contract = parseContractId(contractId(symbol, EXPIRY, 'C', 100));
  if (!contract) throw new Error(`${symbol}: no contract`);
  return contract;
};

class LoudSymbolMarket {
  readonly symbol: LoudSymbol;
  readonly option: OptionContract;
  readonly prints: TruePrint[] = [];
  /** Every price that a quote, a print or a row of the book ever had, in cents. */
  readonly prices = new Set<number>();
  readonly optionPrices = new Set<number>();
  readonly sides: [BookLevel[], BookLevel[]] = [[], []];
  volume = 500_000;
  mid = 10_000;
  optionMid = 500;
  lastSize = 100;

  constructor(symbol: LoudSymbol) {
    this.symbol = symbol;
    this.option = optionOf(symbol);
    for (let level = 0; level < LEVELS; level++) {
      this.sides[0].push({ price: (this.mid + 1 + level) / 100, size: 100 * (level + 1), venue: 'ARCA' });
      this.sides[1].push({ price: (this.mid - 1 - level) / 100, size: 100 * (level + 1), venue: 'ARCA' });
    }
    this.remember();
  }

  remember(): void {
    for (const side of this.sides) for (const { price } of side) this.prices.add(Math.round(price * 100));
    this.prices.add(this.mid);
    this.optionPrices.add(this.optionMid - 2);
    this.optionPrices.add(this.optionMid + 2);
  }

  quote(): MarketQuote {
    return {
      bidPrice: this.sides[1][0]?.price ?? null,
      bidSize: this.sides[1][0]?.size ?? 0,
      askPrice: this.sides[0][0]?.price ?? null,
      askSize: this.sides[0][0]?.size ?? 0,
      lastPrice: this.prints.at(-1)?.price ?? this.mid / 100,
      lastSize: this.lastSize,
      volume: this.volume,
    };
  }

  optionQuote(): OptionMarketQuote {
    return {
      bidPrice: (this.optionMid - 2) / 100,
      bidSize: 10,
      askPrice: (this.optionMid + 2) / 100,
      askSize: 10,
      lastPrice: null,
    };
  }
}

/** Three funds with prints, books and an option each, loud enough to fill sockets, and a memory of all it ever said. */
export class LoudMarket implements SandboxMarket {
  readonly source = 'seeded';
  readonly description = 'loud';
  readonly speed: number;
  readonly funds: ReadonlyMap<string, LoudSymbolMarket>;
  readonly #random: Random;
  readonly #startedMs = performance.now();
  readonly #listeners = new Set<(event: MarketEvent) => void>();
  messages = 0;
  /** Nothing is traded before somebody listens: what was never heard is not lost. */
  trading = false;

  constructor(random: Random, speed: number) {
    this.#random = random;
    this.speed = speed;
    this.funds = new Map(LOUD_SYMBOLS.map((symbol) => [symbol, new LoudSymbolMarket(symbol)]));
  }

  /** One moment: prints, rows and quotes of each fund. */
  move(): void {
    for (const fund of this.funds.values()) {
      if (this.trading && this.#random.chance(0.7)) this.#print(fund);
      for (let i = this.#random.whole(2, 5); i > 0; i--) this.#resize(fund);
      if (this.#random.chance(0.2)) this.#shift(fund);
      fund.optionMid = Math.max(50, fund.optionMid + this.#random.whole(-1, 1));
      fund.remember();
      this.#tell({ kind: 'quote', symbol: fund.symbol, at: this.now() });
    }
  }

  #print(fund: LoudSymbolMarket): void {
    const random = this.#random;
    const at = this.now();
    const buys = random.chance(0.5);
    const price = fund.sides[buys ? 0 : 1][0]?.price ?? 0;
    const size = 100 * random.whole(1, 4);
    const venue = random.pick(VENUES);
    fund.volume += size;
    fund.lastSize = size;
    fund.prints.push({ sourceAt: instant(Math.floor(at / 1_000) * 1_000), price, size, venue });
    this.#tell({ kind: 'trade', symbol: fund.symbol, at, price, size, venue });
  }

  #resize(fund: LoudSymbolMarket): void {
    const side = this.#random.chance(0.5) ? 0 : 1;
    const level = this.#random.whole(0, LEVELS - 1);
    const row = fund.sides[side][level];
    if (!row) return;
    const changed = { ...row, size: 100 * this.#random.whole(1, 20) };
    fund.sides[side][level] = changed;
    this.#row(fund, 1, side, level, changed);
  }

  /** The market moves by a cent: a row goes at one end of each side and another comes at the other. */
  #shift(fund: LoudSymbolMarket): void {
    const up = this.#random.chance(0.5);
    fund.mid += up ? 1 : -1;
    for (const side of [0, 1] as const) {
      const rows = fund.sides[side];
      const atFront = up === (side === 0);
      const gone = atFront ? 0 : LEVELS - 1;
      const [row] = rows.splice(gone, 1);
      if (row) this.#row(fund, 2, side, gone, row);
      const sign = side === 0 ? 1 : -1;
      const come = atFront ? LEVELS - 1 : 0;
      const price = (fund.mid + sign * (1 + come)) / 100;
      const fresh = { price, size: 100 * this.#random.whole(1, 20), venue: this.#random.pick(VENUES) };
      rows.splice(come, 0, fresh);
      this.#row(fund, 0, side, come, fresh);
    }
  }

  #row(fund: LoudSymbolMarket, operation: 0 | 1 | 2, side: 0 | 1, level: number, row: BookLevel): void {
    fund.prices.add(Math.round(row.price * 100));
    this.#tell({ kind: 'depth', symbol: fund.symbol, at: this.now(), operation, side, level, ...row });
  }

  #tell(event: MarketEvent): void {
    this.messages += 1;
    for (const listener of this.#listeners) listener(event);
  }

  now(): Instant {
    return instant(LOUD_START + Math.floor((performance.now() - this.#startedMs) * this.speed));
  }
  sessionOpen(): boolean {
    return true;
  }
  instruments(): readonly Instrument[] {
    return LOUD_SYMBOLS.map((symbol, i) => ({
      symbol,
      kind: 'stock',
      name: symbol,
      primaryExchange: 'ARCA',
      hasDepth: true,
      hasTrades: true,
      hasOptions: true,
      conId: 1_000 + i,
    }));
  }
  quote(symbol: string): MarketQuote | null {
    return this.funds.get(symbol)?.quote() ?? null;
  }
  #ofOption(id: ContractId): LoudSymbolMarket | undefined {
    return [...this.funds.values()].find(({ option }) => option.id === id);
  }
  optionQuote(id: ContractId): OptionMarketQuote | null {
    return this.#ofOption(id)?.optionQuote() ?? null;
  }
  option(id: ContractId): OptionContract | null {
    return this.#ofOption(id)?.option ?? null;
  }
  optionsOf(underlying: string): readonly OptionContract[] {
    const fund = this.funds.get(underlying);
    return fund ? [fund.option] : [];
  }
  chain(): null {
    return null;
  }
  book(symbol: string): BookSnapshot | null {
    const fund = this.funds.get(symbol);
    return fund ? { asks: [...fund.sides[0]], bids: [...fund.sides[1]] } : null;
  }
  minuteBars(): readonly [] {
    return [];
  }
  listen(listener: (event: MarketEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  start(): void {}
  stop(): void {}
}
