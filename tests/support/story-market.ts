import { contractId, type OptionContract, parseContractId } from '../../src/engine/core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../../src/engine/core/types.ts';
import { marketTimeOf, type SessionClockAnchor } from '../../src/sandbox/market/session-clock.ts';
import type {
  BookLevel,
  BookSnapshot,
  ChainRow,
  Instrument,
  MarketEvent,
  MarketQuote,
  MinuteBar,
  OptionMarketQuote,
  SandboxMarket,
} from '../../src/sandbox/market/types.ts';

const TODAY = '2026-11-20' as SessionDate;
const STRIKES = [436, 437, 438, 439, 440, 441, 442, 443, 444];

const option = (right: 'C' | 'P', strike: number): OptionContract => {
  const contract = parseContractId(contractId('SPY', TODAY, right, strike));
  if (!contract) throw new Error('story market: its own contract does not parse');
  return contract;
};

const levels = (best: number, step: number): BookLevel[] =>
  Array.from({ length: 5 }, (_, row) => ({ price: Number((best + row * step).toFixed(2)), size: 300, venue: 'ARCA' }));

/** SPY as the test tells it: one price, one option whose quote and size the test sets. Most of the gamma sits at 440. */
export class StoryMarket implements SandboxMarket {
  readonly source = 'seeded';
  readonly description = 'a story told by a test';
  readonly speed: number;
  spot = 438.6;
  optionBid = 2.45;
  optionAsk = 2.5;
  optionBidSize = 50;
  optionAskSize = 50;
  readonly #options = STRIKES.flatMap((strike) => [option('C', strike), option('P', strike)]);
  readonly #listeners = new Set<(event: MarketEvent) => void>();
  readonly #anchor: SessionClockAnchor;
  #shownSpot = Number.NEGATIVE_INFINITY;

  constructor(anchor: SessionClockAnchor) {
    this.#anchor = anchor;
    this.speed = anchor.speed;
  }

  /** One print at the present spot, and the quotes around it. */
  tick(): void {
    const at = this.now();
    this.#emit({ kind: 'trade', symbol: 'SPY', at, price: this.spot, size: 100, venue: 'ARCA' });
    this.requote();
  }

  requote(): void {
    const at = this.now();
    this.#emit({ kind: 'quote', symbol: 'SPY', at });
    const { bids, asks } = this.book();
    // Row by row, and a market's book after each: what moves away from the middle does so from its far end on.
    const rising = this.spot >= this.#shownSpot;
    this.#shownSpot = this.spot;
    for (const [side, rows, farFirst] of [
      [0, asks, rising],
      [1, bids, !rising],
    ] as const) {
      const places = rows.map((_, level) => level);
      for (const level of farFirst ? places.reverse() : places) {
        const row = rows[level];
        if (row) this.#emit({ kind: 'depth', symbol: 'SPY', at, operation: 1, side, level, ...row });
      }
    }
  }

  #emit(event: MarketEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  now(): Instant {
    return marketTimeOf(this.#anchor, Date.now());
  }
  sessionOpen(): boolean {
    return true;
  }
  instruments(): readonly Instrument[] {
    return [
      {
        symbol: 'SPY',
        kind: 'stock',
        name: 'SPY of a story',
        primaryExchange: 'ARCA',
        hasDepth: true,
        hasTrades: true,
        hasOptions: true,
        conId: 756733,
      },
    ];
  }
  quote(): MarketQuote {
    const [bidPrice, askPrice] = [this.spot - 0.01, this.spot + 0.01].map((price) => Number(price.toFixed(2)));
    const lastPrice = Number(this.spot.toFixed(2));
    return {
      bidPrice: bidPrice ?? null,
      bidSize: 300,
      askPrice: askPrice ?? null,
      askSize: 300,
      lastPrice,
      lastSize: 100,
      volume: 1_000,
    };
  }
  optionQuote(id: ContractId): OptionMarketQuote | null {
    const contract = this.option(id);
    if (!contract) return null;
    return {
      bidPrice: this.optionBid,
      bidSize: this.optionBidSize,
      askPrice: this.optionAsk,
      askSize: this.optionAskSize,
      lastPrice: this.optionBid,
    };
  }
  option(id: ContractId): OptionContract | null {
    return this.#options.find((contract) => contract.id === id) ?? null;
  }
  optionsOf(): readonly OptionContract[] {
    return this.#options;
  }
  chain(): readonly ChainRow[] {
    return this.#options.map((contract) => ({
      contract,
      date: TODAY,
      last: 2.45,
      mark: 2.47,
      bid: this.optionBid,
      bidSize: 50,
      ask: this.optionAsk,
      askSize: 50,
      volume: 100,
      openInterest: contract.strike === 440 ? 9_000 : 500,
      impliedVolatility: 0.2,
      delta: contract.right === 'C' ? 0.5 : -0.5,
      gamma: 0.05,
      theta: -0.5,
      vega: 0.1,
      rho: null,
    }));
  }
  book(): BookSnapshot {
    const tick = Number(this.spot.toFixed(2));
    return { bids: levels(tick - 0.01, -0.01), asks: levels(tick + 0.01, 0.01) };
  }
  minuteBars(): readonly MinuteBar[] {
    return [];
  }
  listen(listener: (event: MarketEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  start(): void {}
  stop(): void {}
}
