import { dateInNewYork, type Session, sessionOn } from '../../../engine/core/market/calendar.ts';
import type { OptionContract } from '../../../engine/core/market/contract.ts';
import { type ContractId, type Instant, instant } from '../../../engine/core/types.ts';
import { diffBook } from '../book-rows.ts';
import { createRandom, hash32, hashText, type Random } from '../random.ts';
import { nextSessionToShow } from '../session-clock.ts';
import type { BookSnapshot, MarketEvent } from '../types.ts';
import { STEP_MS } from './price-process.ts';
import { type Profile, profileOf } from './profiles.ts';
import { advanceSymbol, followFund, openSymbol, publishSymbol, type SeededSymbol } from './seeded-symbol.ts';

/** The world of one session: where it stands and who is in it. */
export interface Day {
  readonly session: Session;
  readonly factor: Random;
  readonly symbols: Map<string, SeededSymbol>;
  step: number;
}

export const withFunds = (symbols: readonly string[]): Profile[] => {
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

export const progressOf = (day: Day): number => (day.step * STEP_MS) / (day.session.closeAt - day.session.openAt);

export const instantOf = (day: Day): Instant => instant(day.session.openAt + day.step * STEP_MS);

const publish = (day: Day, at: Instant, tell: ((event: MarketEvent) => void) | null): void => {
  for (const symbol of day.symbols.values()) {
    const { follows } = symbol.profile;
    const fund = follows && day.symbols.get(follows.symbol);
    if (fund) followFund(symbol, fund, day.step, at, tell);
    else publishSymbol(symbol, day.step, at, tell);
  }
};

const stepDay = (day: Day, tell: ((event: MarketEvent) => void) | null): void => {
  day.step++;
  const at = instantOf(day);
  const shock = day.factor.normal();
  for (const symbol of day.symbols.values())
    if (symbol.profile.follows === null) advanceSymbol(symbol, at, progressOf(day), shock, tell);
  publish(day, at, tell);
};

export interface WorldOptions {
  readonly seed: number;
  readonly profiles: readonly Profile[];
  readonly startAt: Instant;
  /** Longer stretches of market time are lived through without telling each event. */
  readonly tellAtMostMs: number;
  readonly tell: (event: MarketEvent) => void;
}

export interface World {
  day(): Day;
  /** Every option that was listed since the start. */
  readonly contracts: ReadonlyMap<ContractId, OptionContract>;
  advanceTo(at: Instant): void;
}

/** Lives through session after session; the one of `startAt` from its beginning, untold up to there. */
export const createWorld = ({ seed, profiles, startAt, tellAtMostMs, tell }: WorldOptions): World => {
  const contracts = new Map<ContractId, OptionContract>();
  const open = (session: Session, before: Day | null, told: boolean): Day => {
    const opened = openDay(seed, profiles, session, before);
    for (const { board } of opened.symbols.values())
      for (const { contract } of board.options) contracts.set(contract.id, contract);
    publish(opened, session.openAt, told ? tell : null);
    return opened;
  };
  /** After a stretch that nobody was told of, books are brought from what was shown to what is. */
  const tellBooks = (shown: readonly BookSnapshot[]): void => {
    for (const [index, { profile, book }] of [...day.symbols.values()].entries()) {
      for (const row of diffBook(shown[index] ?? book, book))
        tell({ kind: 'depth', symbol: profile.symbol, at: instantOf(day), ...row });
      tell({ kind: 'quote', symbol: profile.symbol, at: instantOf(day) });
    }
  };
  const run = (until: number, told: boolean): void => {
    const last = Math.floor((Math.min(until, day.session.closeAt) - day.session.openAt) / STEP_MS);
    const untold = told && (last - day.step) * STEP_MS > tellAtMostMs ? last - 40 : 0;
    const shown = [...day.symbols.values()].map(({ book }) => book);
    const catchesUp = day.step < untold;
    while (day.step < untold) stepDay(day, null);
    if (catchesUp) tellBooks(shown);
    while (day.step < last) stepDay(day, told ? tell : null);
  };
  const advance = (at: Instant, told: boolean): void => {
    const session = sessionOn(dateInNewYork(at));
    if (session !== null && session.date > day.session.date && at >= session.openAt) {
      run(day.session.closeAt, told);
      day = open(session, day, told);
    }
    run(at, told);
  };

  let day = open(nextSessionToShow(startAt), null, false);
  advance(startAt, false);
  return { day: () => day, contracts, advanceTo: (at) => advance(at, true) };
};
