import { dateInNewYork, type Session, sessionOn } from '../../../engine/core/market/calendar.ts';
import type { OptionContract } from '../../../engine/core/market/contract.ts';
import type { ContractId, Instant, SessionDate } from '../../../engine/core/types.ts';
import { nextSessionToShow } from '../session-clock.ts';
import { Day, type Tell } from './day.ts';
import { type Profile, profileOf } from './instruments/profiles.ts';
import { DEFAULT_SCENARIO, type ScenarioName, type ScenarioSwitch } from './scenarios/scenarios.ts';
import { STEP_MS, STEPS_PER_MINUTE } from './tape/fair-minute.ts';
import { createWorldPaths, type World } from './volatility/companies.ts';

/** Contracts of this many past sessions stay known: orders and positions may still name them. */
const CONTRACT_SESSIONS = 5;

/** Profiles of the symbols asked for, each once, in their order. */
export const profilesOf = (symbols: readonly string[]): Profile[] => [...new Set(symbols)].map(profileOf);

export interface LiveWorldOptions {
  readonly seed: number;
  readonly profiles: readonly Profile[];
  readonly startAt: Instant;
  readonly scenario: ScenarioName;
  /** Longer stretches of market time are lived through without telling each event. */
  readonly tellAtMostMs: number;
  readonly tell: Tell;
}

export interface LiveWorld {
  readonly world: World;
  day(): Day;
  /** Options listed today or in the last sessions. */
  contract(id: ContractId): OptionContract | null;
  /** What was chosen for a session; the past before the start was ordinary. */
  chosenOn(date: SessionDate): { readonly chosen: ScenarioName; readonly switches: readonly ScenarioSwitch[] };
  /** From the next minute on; it sets in two minutes later. */
  switchTo(name: ScenarioName): void;
  advanceTo(at: Instant): void;
}

/** First and last step of the freeze that a session's scenario brings; null without one. */
const freezeOf = (day: Day, step: number): { readonly from: number; readonly to: number } | null => {
  const minute = Math.floor(step / STEPS_PER_MINUTE);
  const { scenario, sinceOnset } = day.path.scenarioAt(minute);
  if (sinceOnset < 0 || sinceOnset >= scenario.freezeMinutes) return null;
  const from = (minute - sinceOnset) * STEPS_PER_MINUTE;
  return { from, to: Math.min(from + scenario.freezeMinutes * STEPS_PER_MINUTE, day.lastStep) };
};

/** Lives through session after session; in the one of `startAt` it is where it would be had it lived through its beginning. */
export const createLiveWorld = (options: LiveWorldOptions): LiveWorld => {
  const { seed, profiles, startAt, tell } = options;
  const world = createWorldPaths(seed, profiles);
  const switches = new Map<SessionDate, ScenarioSwitch[]>();
  const contracts: { date: SessionDate; byId: Map<ContractId, OptionContract> }[] = [];
  const firstSession = nextSessionToShow(startAt);

  const chosenOn: LiveWorld['chosenOn'] = (date) => {
    if (date < firstSession.date) return { chosen: DEFAULT_SCENARIO, switches: [] };
    const before = [...switches].filter(([of, list]) => of < date && list.length > 0).at(-1)?.[1];
    return { chosen: before?.at(-1)?.name ?? options.scenario, switches: switches.get(date) ?? [] };
  };
  const open = (session: Session, before: Day | null): Day => {
    switches.set(session.date, []);
    const shown = before?.shownBooks() ?? new Map();
    const opened = new Day({ world, profiles, session, before: shown, ...chosenOn(session.date) });
    const byId = new Map<ContractId, OptionContract>();
    for (const { board } of opened.symbols.values())
      for (const { contract } of board.options) byId.set(contract.id, contract);
    contracts.unshift({ date: session.date, byId });
    contracts.length = Math.min(contracts.length, CONTRACT_SESSIONS);
    opened.open(before ? tell : null);
    return opened;
  };

  const leap = (step: number, told: boolean): void => {
    const shown = day.shownBooks();
    day.leapTo(step);
    if (told) day.tellBooks(shown, tell);
  };
  const run = (until: number, told: boolean): void => {
    const reached = Math.floor((Math.min(until, day.session.closeAt) - day.session.openAt) / STEP_MS);
    const last = freezeOf(day, reached)?.from ?? reached;
    if (!told || (last - day.step) * STEP_MS > options.tellAtMostMs) {
      const target = told ? last - 40 : last;
      if (target > day.step) leap(target, told);
    }
    while (day.step < last) {
      const freeze = freezeOf(day, day.step);
      if (freeze) leap(Math.min(freeze.to, last), told);
      else day.advance(told ? tell : null);
    }
  };

  let day = open(firstSession, null);
  run(startAt, false);
  return {
    world,
    day: () => day,
    contract: (id) => contracts.find(({ byId }) => byId.has(id))?.byId.get(id) ?? null,
    chosenOn,
    switchTo(name) {
      const list = switches.get(day.session.date);
      const minute = day.minute + 1;
      if (list?.at(-1)?.minute === minute) list.pop();
      list?.push({ minute, name });
    },
    advanceTo(at) {
      const session = sessionOn(dateInNewYork(at));
      if (session !== null && session.date > day.session.date && at >= session.openAt) {
        run(day.session.closeAt, true);
        day = open(session, day);
      }
      run(at, true);
    },
  };
};
