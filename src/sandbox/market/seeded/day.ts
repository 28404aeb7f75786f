import type { Session } from '../../../engine/core/market/calendar.ts';
import { instant } from '../../../engine/core/types.ts';
import { diffBook } from '../book-rows.ts';
import type { AuctionSnapshot, BookSnapshot, MarketEvent } from '../types.ts';
import { auctionAt, closingPrint, publishedAt } from './auction/closing-auction.ts';
import { isTraded, type Profile } from './instruments/profiles.ts';
import type { ScenarioName, ScenarioSwitch } from './scenarios/scenarios.ts';
import {
  closeMinute,
  computeIndex,
  instantAt,
  openMinute,
  openSymbolDay,
  recordPrint,
  type SymbolDay,
  showBook,
} from './symbol-day.ts';
import { createFairMinute, type FairMinute, STEP_MS, STEPS_PER_MINUTE } from './tape/fair-minute.ts';
import { createPrintRound } from './tape/print-round.ts';
import { BOOK_EVERY } from './tape/symbol-minute.ts';
import type { World } from './volatility/companies.ts';
import { createSessionPath, type SessionPath } from './volatility/session-path.ts';

const CHAIN_EVERY = 20;

export type Tell = (event: MarketEvent) => void;

export interface DayOptions {
  readonly world: World;
  readonly profiles: readonly Profile[];
  readonly session: Session;
  readonly chosen: ScenarioName;
  readonly switches: readonly ScenarioSwitch[];
  /** Books that were last shown, by symbol. */
  readonly before: ReadonlyMap<string, BookSnapshot>;
}

/** The world of one session: where it stands and who is in it. */
export class Day {
  readonly path: SessionPath;
  readonly symbols: ReadonlyMap<string, SymbolDay>;
  step = 0;
  readonly #world: World;
  readonly #prints = createPrintRound();
  #fair: FairMinute | null = null;

  constructor({ world, profiles, session, chosen, switches, before }: DayOptions) {
    this.#world = world;
    this.path = createSessionPath({ world, session, chosen, switches });
    this.symbols = new Map(
      profiles.map((profile) => [profile.symbol, openSymbolDay(world, profile, session, before.get(profile.symbol))]),
    );
    this.#openMinute(0);
  }

  get session(): Session {
    return this.path.session;
  }

  get lastStep(): number {
    return this.path.minutes * STEPS_PER_MINUTE;
  }

  get minute(): number {
    return this.#fair?.minute ?? 0;
  }

  /** Shows the opening. */
  open(tell: Tell | null): void {
    this.#publish(tell);
  }

  /** Lives through a quarter second. */
  advance(tell: Tell | null): void {
    const startsAt = instantAt(this.path, this.step) - (this.step % STEPS_PER_MINUTE) * STEP_MS;
    this.step++;
    for (const symbol of this.symbols.values()) {
      symbol.minute?.advance((offsetMs, price, size, venue) => {
        recordPrint(symbol, price, size);
        if (tell) this.#prints.add(symbol.profile.symbol, startsAt + offsetMs, price, size, venue);
      });
    }
    if (tell) this.#prints.tell(tell);
    if (this.step % STEPS_PER_MINUTE === 0 && this.step < this.lastStep) {
      for (const symbol of this.symbols.values()) closeMinute(symbol);
      this.#openMinute(this.step / STEPS_PER_MINUTE);
    }
    if (this.step === this.lastStep) this.#close(tell);
    else this.#publish(tell);
  }

  /** Goes to a later step telling nobody: whole minutes are made without their books. */
  leapTo(step: number): void {
    const minute = Math.min(Math.floor(step / STEPS_PER_MINUTE), this.path.minutes - 1);
    if (minute > this.minute) {
      this.step = minute * STEPS_PER_MINUTE;
      this.#openMinute(minute);
      this.#publish(null);
    }
    while (this.step < step) this.advance(null);
  }

  auction(symbol: SymbolDay): AuctionSnapshot | null {
    const { profile, book, lastPrice } = symbol;
    if (!isTraded(profile)) return null;
    const at = instantAt(this.path, this.step);
    const moment = {
      at,
      book,
      lastPrice: lastPrice ?? book.bids[0]?.price ?? Number.NaN,
      scale: this.#imbalanceScale(),
    };
    return auctionAt(this.#world.seed, profile, this.session, moment);
  }

  #imbalanceScale(): number {
    const { scenario, sinceOnset } = this.path.scenarioAt(this.minute);
    return sinceOnset < 0 ? 1 : scenario.imbalance;
  }

  #openMinute(minute: number): void {
    let fair = createFairMinute(this.#world, this.path, minute);
    const now = fair;
    const past = new Map<number, FairMinute>();
    const fairAt = (asked: number): FairMinute => {
      if (asked === minute) return now;
      fair = past.get(asked) ?? createFairMinute(this.#world, this.path, asked);
      past.set(asked, fair);
      return fair;
    };
    for (const symbol of this.symbols.values()) openMinute(this.#world, this.path, symbol, fairAt, minute);
    this.#fair = now;
  }

  #publish(tell: Tell | null): void {
    const at = instantAt(this.path, this.step);
    for (const symbol of this.symbols.values()) {
      if (isTraded(symbol.profile)) this.#publishBook(symbol, tell);
      else if (this.#fair) {
        const within = this.step - this.#fair.minute * STEPS_PER_MINUTE;
        const changed = computeIndex(this.#world, this.path, symbol, this.#fair, within);
        if (changed) tell?.({ kind: 'quote', symbol: symbol.profile.symbol, at });
      }
      if (symbol.profile.options && this.step % CHAIN_EVERY === 0)
        tell?.({ kind: 'chain', symbol: symbol.profile.symbol, at });
    }
  }

  #publishBook(symbol: SymbolDay, tell: Tell | null): void {
    if (this.step % BOOK_EVERY !== 0) return;
    const { symbol: name } = symbol.profile;
    const at = instantAt(this.path, this.step);
    const { quote: before, book: shown } = symbol;
    showBook(symbol);
    if (!tell) return;
    for (const row of diffBook(shown, symbol.book)) tell({ kind: 'depth', symbol: name, at, ...row });
    const { quote } = symbol;
    const moved = before.bidPrice !== quote.bidPrice || before.askPrice !== quote.askPrice;
    const resized = before.bidSize !== quote.bidSize || before.askSize !== quote.askSize;
    if (moved || resized || before.volume !== quote.volume) tell({ kind: 'quote', symbol: name, at });
    const publication = publishedAt(symbol.profile, this.session, at);
    const last = publishedAt(symbol.profile, this.session, instant(at - BOOK_EVERY * STEP_MS));
    if (publication !== null && publication !== last) tell({ kind: 'auction', symbol: name, at });
  }

  /** The closing cross, then the books as they stand after it. */
  #close(tell: Tell | null): void {
    const at = this.session.closeAt;
    const scale = this.#imbalanceScale();
    for (const symbol of this.symbols.values()) {
      closeMinute(symbol);
      const { profile, minute } = symbol;
      if (!minute) continue;
      const { price, size } = closingPrint(this.#world.seed, profile, this.session, minute.book(), scale);
      symbol.lastPrice = price;
      symbol.lastSize = size;
      symbol.volume += size;
      tell?.({ kind: 'trade', symbol: profile.symbol, at, price, size, venue: profile.primaryExchange });
    }
    this.#publish(tell);
  }

  /** Books are brought from what was shown to what is, after a stretch that nobody was told of. */
  tellBooks(shown: ReadonlyMap<string, BookSnapshot>, tell: Tell): void {
    const at = instant(this.session.openAt + this.step * STEP_MS);
    for (const [name, symbol] of this.symbols) {
      for (const row of diffBook(shown.get(name) ?? symbol.book, symbol.book))
        tell({ kind: 'depth', symbol: name, at, ...row });
      tell({ kind: 'quote', symbol: name, at });
    }
  }

  shownBooks(): Map<string, BookSnapshot> {
    return new Map([...this.symbols].map(([name, { book }]) => [name, book]));
  }
}
