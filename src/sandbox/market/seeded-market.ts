import { sessionAt } from '../../engine/core/market/calendar.ts';
import type { Instant } from '../../engine/core/types.ts';
import { optionQuoteAt } from './seeded/option-quotes.ts';
import type { Profile } from './seeded/profiles.ts';
import { chainOf, pricingMoment, type SeededSymbol } from './seeded/seeded-symbol.ts';
import { createWorld, instantOf, progressOf, withFunds } from './seeded/world.ts';
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
  let timer: ReturnType<typeof setInterval> | null = null;

  const tell = (event: MarketEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const world = createWorld({
    seed,
    profiles,
    startAt: clock.now(),
    tellAtMostMs: TELL_AT_MOST_WALL_MS * clock.anchor.speed,
    tell,
  });
  const now = (): Instant => clock.now();

  const momentOf = (symbol: SeededSymbol) => pricingMoment(symbol, instantOf(world.day()), progressOf(world.day()));

  return {
    now,
    speed: clock.anchor.speed,
    source: 'seeded',
    description: `seed ${seed}`,
    sessionOpen: () => sessionAt(now()) !== null,
    instruments: () => profiles.map(instrumentOf),
    quote: (name) => world.day().symbols.get(name)?.quote ?? null,
    optionQuote(id) {
      const contract = world.contracts.get(id);
      const symbol = contract && world.day().symbols.get(contract.underlying);
      const option = symbol?.board.byId.get(id);
      if (!symbol || !option) return null;
      return optionQuoteAt(symbol.profile, symbol.board, option, momentOf(symbol));
    },
    option: (id) => world.contracts.get(id) ?? null,
    optionsOf: (name) =>
      world
        .day()
        .symbols.get(name)
        ?.board.options.map(({ contract }) => contract) ?? [],
    chain(name) {
      const symbol = world.day().symbols.get(name);
      return symbol ? chainOf(symbol, world.day().step, instantOf(world.day()), progressOf(world.day())) : null;
    },
    book(name) {
      const symbol = world.day().symbols.get(name);
      return symbol && symbol.profile.follows === null ? symbol.book : null;
    },
    minuteBars: (name, count) => world.day().symbols.get(name)?.bars.latest(count) ?? [],
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      timer ??= setInterval(() => world.advanceTo(clock.now()), PUMP_EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
    advanceTo: world.advanceTo,
  };
};
