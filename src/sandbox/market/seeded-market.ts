import { sessionAt } from '../../engine/core/market/calendar.ts';
import type { Instant } from '../../engine/core/types.ts';
import { isTraded, type Profile } from './seeded/instruments/profiles.ts';
import { optionQuoteAt } from './seeded/listing/option-quotes.ts';
import {
  DEFAULT_SCENARIO,
  isScenarioName,
  SCENARIO_NAMES,
  SCENARIOS,
  type ScenarioName,
} from './seeded/scenarios/scenarios.ts';
import { createSeededPast } from './seeded/seeded-past.ts';
import { chainOf, pricingMoment } from './seeded/symbol-day.ts';
import { createLiveWorld, profilesOf } from './seeded/world.ts';
import type { SessionClock } from './session-clock.ts';
import type { Instrument, MarketEvent, SandboxMarket } from './types.ts';

/** Wall milliseconds between batches of events. */
const PUMP_EVERY_MS = 40;
/** After a longer pause (a sleeping machine) the world goes on without telling each event. */
const TELL_AT_MOST_WALL_MS = 5000;

export interface SeededMarketOptions {
  readonly seed: number;
  readonly clock: SessionClock;
  readonly symbols: readonly string[];
  /** From the first session on; left out, an ordinary mixed day. */
  readonly scenario?: ScenarioName;
}

export interface SeededMarket extends SandboxMarket {
  /** Lives through everything up to this market time. `start` does it by the wall clock. */
  advanceTo(at: Instant): void;
}

const instrumentOf = (profile: Profile): Instrument => ({
  symbol: profile.symbol,
  kind: profile.kind,
  name: profile.name,
  primaryExchange: profile.primaryExchange,
  hasDepth: isTraded(profile),
  hasTrades: isTraded(profile),
  hasOptions: profile.options !== null,
  conId: profile.conId,
});

/**
 * A world that is the same for a seed, a scenario, a day and a market time, whenever it was started. Prices are simulated,
 * structure is modelled on US markets.
 */
export const createSeededMarket = (options: SeededMarketOptions): SeededMarket => {
  const { seed, clock, scenario = DEFAULT_SCENARIO } = options;
  const profiles = profilesOf(options.symbols);
  const instruments = profiles.map(instrumentOf);
  const listeners = new Set<(event: MarketEvent) => void>();
  let timer: ReturnType<typeof setInterval> | null = null;

  const tell = (event: MarketEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const live = createLiveWorld({
    seed,
    profiles,
    scenario,
    startAt: clock.now(),
    tellAtMostMs: TELL_AT_MOST_WALL_MS * clock.anchor.speed,
    tell,
  });
  const { world } = live;
  const symbolOf = (name: string) => live.day().symbols.get(name) ?? null;

  const { prepare, ...past } = createSeededPast(live, profiles, () => clock.now());

  return {
    ...past,
    now: () => clock.now(),
    speed: clock.anchor.speed,
    source: 'seeded',
    description: scenario === DEFAULT_SCENARIO ? `seed ${seed}` : `seed ${seed}, ${scenario}`,
    sessionOpen: () => sessionAt(clock.now()) !== null,
    instruments: () => instruments,
    quote: (name) => symbolOf(name)?.quote ?? null,
    optionQuote(id) {
      const contract = live.contract(id);
      const symbol = contract && symbolOf(contract.underlying);
      const option = symbol?.board.byId.get(id);
      if (!symbol?.profile.options || !option) return null;
      const moment = pricingMoment(world, live.day().path, symbol, live.day().step);
      return optionQuoteAt(symbol.profile.options, symbol.board, option, moment);
    },
    option: live.contract,
    optionsOf: (name) => symbolOf(name)?.board.contracts ?? [],
    chain(name) {
      const symbol = symbolOf(name);
      return symbol ? chainOf(world, live.day().path, symbol, live.day().step) : null;
    },
    book(name) {
      const symbol = symbolOf(name);
      return symbol && isTraded(symbol.profile) ? symbol.book : null;
    },
    minuteBars(name, count) {
      const symbol = symbolOf(name);
      if (!symbol) return [];
      const finished = symbol.bars.length === live.day().path.minutes;
      return lastOf(symbol.bars.all(live.day().session.openAt, finished ? null : symbol.running), count);
    },
    auction(name) {
      const symbol = symbolOf(name);
      return symbol ? live.day().auction(symbol) : null;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      timer ??= setInterval(() => {
        live.advanceTo(clock.now());
        prepare();
      }, PUMP_EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
    advanceTo: live.advanceTo,
    scenarios: {
      names: SCENARIO_NAMES,
      switchTo(name) {
        if (!isScenarioName(name)) return `${name}: expected one of ${SCENARIO_NAMES.join(', ')}`;
        if (SCENARIOS[name].earlyCloseOnly && !live.day().session.earlyClose)
          return `${name}: a running session keeps its hours; choose it by SANDBOX_SCENARIO before the start`;
        live.switchTo(name);
        return null;
      },
    },
  };
};

const lastOf = <T>(rows: readonly T[], count: number): readonly T[] => rows.slice(Math.max(0, rows.length - count));
