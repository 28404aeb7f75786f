import { dateInNewYork, type Session, sessionAt, sessionOn } from '../../engine/core/market/calendar.ts';
import type { OptionContract } from '../../engine/core/market/contract.ts';
import { type ContractId, type Instant, instant } from '../../engine/core/types.ts';
import { createRandom, hash32, hashText, type Random } from './random.ts';
import { optionQuoteAt } from './seeded/option-quotes.ts';
import { STEP_MS } from './seeded/price-process.ts';
import { type Profile, profileOf } from './seeded/profiles.ts';
import {
  advanceSymbol,
  chainOf,
  followFund,
  openSymbol,
  pricingMoment,
  publishSymbol,
  type SeededSymbol,
} from './seeded/seeded-symbol.ts';
import { nextSessionToShow, type SessionClock } from './session-clock.ts';
import type { Instrument, MarketEvent, SandboxMarket } from './types.ts';

/** Wall milliseconds between batches of events. */
const PUMP_EVERY_MS = 40;
/** After a longer pause (a sleeping machine) the world goes on without telling each event. */
const TELL_AT_MOST_WALL_MS = 5000;

export interface SeededMarketOptions {
  readonly seed: number;
  readonly clock: SessionClock;
  readonly symbols: readonly string[];
}

export interface SeededMarket extends SandboxMarket {
  /** Lives through everything up to this market time. `start` does it by the wall clock. */
  advanceTo(at: Instant): void;
}

/** The world of one session: where it stands and who is in it. */
interface Day {
  readonly session: Session;
  readonly factor: Random;
  readonly symbols: Map<string, SeededSymbol>;
  step: number;
}

const withFunds = (symbols: readonly string[]): Profile[] => {
  const profiles = new Map(symbols.map((symbol) => [symbol, profileOf(symbol)]));
  for (const { follows } of [...profiles.values()]) {
    if (follows && !profiles.has(follows.symbol)) profiles.set(follows.symbol, profileOf(follows.symbol));
  }
  // Funds before the indices that follow them.
  return [...profiles.values()].sort((a, b) => Number(a.follows !== null) - Number(b.follows !== null));
};

const openDay = (seed: number, profiles: readonly Profile[], session: Session, before: Day | null): Day => ({
  session,
  factor: createRandom(hash32(seed, hashText(session.date), 9)),
  symbols: new Map(
    profiles.map((profile) => [
      profile.symbol,
      openSymbol(seed, profile, session, before?.symbols.get(profile.symbol)?.book),
    ]),
  ),
  step: 0,
});

const progressOf = (day: Day): number => (day.step * STEP_MS) / (day.session.closeAt - day.session.openAt);

const stepDay = (day: Day, tell: ((event: MarketEvent) => void) | null): void => {
  day.step++;
  const at = instant(day.session.openAt + day.step * STEP_MS);
  const progress = progressOf(day);
  const shock = day.factor.normal();
  for (const symbol of day.symbols.values()) {
    const { follows } = symbol.profile;
    if (follows === null) {
      advanceSymbol(symbol, at, progress, shock, tell);
      publishSymbol(symbol, day.step, at, tell);
      continue;
    }
    const fund = day.symbols.get(follows.symbol);
    if (fund) followFund(symbol, fund, day.step, at, tell);
  }
};

const instrumentOf = (profile: Profile): Instrument => ({
  symbol: profile.symbol,
  kind: profile.kind,
  name: profile.name,
  primaryExchange: profile.primaryExchange,
  hasDepth: profile.follows === null,
  hasTrades: profile.follows === null,
  hasOptions: true,
  conId: profile.conId,
});

/**
 * A world that is the same for a seed, a day and a market time, whenever it was started: starting in the middle of a
 * session lives through its beginning first, untold. Prices are simulated, structure is modelled on US markets.
 */
export const createSeededMarket = (options: SeededMarketOptions): SeededMarket => {
  const { seed, clock } = options;
  const profiles = withFunds(options.symbols);
  const listeners = new Set<(event: MarketEvent) => void>();
  const contracts = new Map<ContractId, OptionContract>();
  let timer: ReturnType<typeof setInterval> | null = null;

  const tell = (event: MarketEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const open = (session: Session, before: Day | null): Day => {
    const opened = openDay(seed, profiles, session, before);
    for (const { board } of opened.symbols.values())
      for (const { contract } of board.options) contracts.set(contract.id, contract);
    return opened;
  };
  const runDay = (until: number, told: boolean): void => {
    const last = Math.floor((Math.min(until, day.session.closeAt) - day.session.openAt) / STEP_MS);
    while (day.step < last) stepDay(day, told ? tell : null);
  };
  const advanceTo = (at: Instant, told = true): void => {
    const session = sessionOn(dateInNewYork(at));
    if (session !== null && session.date > day.session.date && at >= session.openAt) {
      runDay(day.session.closeAt, told);
      day = open(session, day);
    }
    const behindMs = at - (day.session.openAt + day.step * STEP_MS);
    if (behindMs > TELL_AT_MOST_WALL_MS * clock.anchor.speed) runDay(at - STEP_MS * 40, false);
    runDay(at, told);
  };

  const startAt = clock.now();
  let day = open(nextSessionToShow(startAt), null);
  advanceTo(startAt, false);
  const now = (): Instant => clock.now();
  const at = (): Instant => instant(day.session.openAt + day.step * STEP_MS);

  return {
    now,
    speed: clock.anchor.speed,
    source: 'seeded',
    description: `seed ${seed}`,
    sessionOpen: () => sessionAt(now()) !== null,
    instruments: () => profiles.map(instrumentOf),
    quote: (name) => day.symbols.get(name)?.quote ?? null,
    optionQuote(id) {
      const contract = contracts.get(id);
      const symbol = contract && day.symbols.get(contract.underlying);
      const option = symbol?.board.byId.get(id);
      if (!symbol || !option) return null;
      return optionQuoteAt(symbol.profile, symbol.board, option, pricingMoment(symbol, at(), progressOf(day)));
    },
    option: (id) => contracts.get(id) ?? null,
    optionsOf: (name) => day.symbols.get(name)?.board.options.map(({ contract }) => contract) ?? [],
    chain(name) {
      const symbol = day.symbols.get(name);
      return symbol ? chainOf(symbol, day.step, at(), progressOf(day)) : null;
    },
    book(name) {
      const symbol = day.symbols.get(name);
      return symbol && symbol.profile.follows === null ? symbol.book : null;
    },
    minuteBars: (name, count) => day.symbols.get(name)?.bars.latest(count) ?? [],
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      timer ??= setInterval(() => advanceTo(clock.now()), PUMP_EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
    advanceTo,
  };
};
