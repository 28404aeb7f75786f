import type { MarketEvent, SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import type { Faults } from '../faults.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';

const BAR_SECONDS = 5;

interface Building {
  /** Epoch seconds of the bar's start. */
  startsAt: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Sum of price × size. */
  notional: number;
  count: number;
}

/** Five-second bars of trades; a bar without trades is flat at the last close with volume 0, as TWS sends it. */
export class BarFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #bySession = new Map<Session, Map<number, Listing>>();
  readonly #building = new Map<string, Building>();

  constructor(market: SandboxMarket, faults: Faults) {
    this.#market = market;
    this.#faults = faults;
  }

  /** Open requests of a session, of these symbols or of all. */
  requestIds(session: Session, symbols: readonly string[] | null): number[] {
    return [...(this.#bySession.get(session) ?? [])]
      .filter(([, { symbol }]) => symbols === null || symbols.includes(symbol))
      .map(([requestId]) => requestId);
  }

  subscribe(session: Session, requestId: number, listing: Listing): void {
    const own = this.#bySession.get(session) ?? new Map<number, Listing>();
    own.set(requestId, listing);
    this.#bySession.set(session, own);
  }

  cancel(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.delete(requestId) ?? false;
  }

  forget(session: Session): void {
    this.#bySession.delete(session);
  }

  traded(event: Extract<MarketEvent, { kind: 'trade' }>): void {
    if (this.#bySession.size === 0) return;
    this.#roll(event.symbol, event.price);
    const bar = this.#building.get(event.symbol);
    if (!bar) return;
    if (bar.count === 0) bar.open = bar.high = bar.low = event.price;
    bar.high = Math.max(bar.high, event.price);
    bar.low = Math.min(bar.low, event.price);
    bar.close = event.price;
    bar.volume += event.size;
    bar.notional += event.price * event.size;
    bar.count += 1;
  }

  /** Closes bars whose time is over although nothing trades. */
  tick(): void {
    for (const own of this.#bySession.values()) {
      for (const { symbol } of own.values()) {
        const last = this.#market.quote(symbol)?.lastPrice ?? null;
        if (last !== null) this.#roll(symbol, last);
      }
    }
  }

  #roll(symbol: string, price: number): void {
    const startsAt = Math.floor(this.#market.now() / 1000 / BAR_SECONDS) * BAR_SECONDS;
    const bar = this.#building.get(symbol);
    if (bar && bar.startsAt === startsAt) return;
    if (bar) this.#publish(symbol, bar);
    const close = bar ? bar.close : price;
    const fresh = { startsAt, open: close, high: close, low: close, close, volume: 0, notional: 0, count: 0 };
    this.#building.set(symbol, fresh);
  }

  #publish(symbol: string, bar: Building): void {
    if (this.#faults.silent('bars', symbol)) return;
    const wap = bar.volume === 0 ? bar.close : Math.round((bar.notional / bar.volume) * 1e4) / 1e4;
    const tail = message(bar.startsAt, bar.open, bar.high, bar.low, bar.close, bar.volume, wap, bar.count);
    for (const [session, own] of this.#bySession) {
      for (const [requestId, listing] of own) {
        if (listing.symbol === symbol) session.sendData(`${ANSWER.realTimeBar}\x003\0${requestId}\0${tail}`);
      }
    }
  }
}
