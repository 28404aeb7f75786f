import { type Bar, barAt } from '../../core/analytics/bars.ts';
import { isComplete } from '../../core/analytics/level-one/level-one.ts';
import type { Entry, FiveSecondBarSeen, HistoryBarSeen, VendorBarSeen } from '../../core/inputs.ts';
import type { State, SymbolState } from '../../core/state.ts';
import { type Instant, instant } from '../../core/types.ts';
import type { BarSource, MinuteBar } from '../../ports/bars.ts';

const MINUTE_MS = 60_000;
const FIVES_PER_MINUTE = 12;
/** Versions told last, so that a vendor's hundred bars are not sent again at every poll. */
const TOLD_MAX = 20_000;

const keyOf = ({ symbol, source, openAt }: MinuteBar): string => `${source} ${symbol} ${openAt}`;
const figuresOf = ({ open, high, low, close, volume, vwap, trades, complete }: MinuteBar): string =>
  `${open} ${high} ${low} ${close} ${volume} ${vwap} ${trades} ${complete}`;

interface Forming {
  openAt: number;
  bar: MinuteBar;
  fives: number;
}

/** A part without trades has no average, and adds nothing to one. */
const notionalOf = ({ vwap, volume }: MinuteBar): number => (volume > 0 ? vwap * volume : 0);

/** Two parts of one minute, heard by two runs: between them something may be missing. */
export const joinParts = (first: MinuteBar, second: MinuteBar): MinuteBar => {
  const volume = first.volume + second.volume;
  return {
    ...second,
    open: first.open,
    high: Math.max(first.high, second.high),
    low: Math.min(first.low, second.low),
    volume,
    vwap: (notionalOf(first) + notionalOf(second)) / volume,
    trades: first.trades + second.trades,
    complete: false,
  };
};

/**
 * Gathers closed minute bars: our own from the engine's state at each pulse, vendors' from the entries that bring them.
 * It copies a few numbers per bar and nothing per tick.
 */
export const createBarCollector = (runId: string) => {
  let pending: MinuteBar[] = [];
  const told = new Map<string, string>();
  const closedBefore = new Map<string, number>();
  const forming = new Map<string, Forming>();

  const tell = (bar: MinuteBar): void => {
    const key = keyOf(bar);
    const figures = figuresOf(bar);
    if (told.get(key) === figures) return;
    if (told.size >= TOLD_MAX) told.clear();
    told.set(key, figures);
    pending.push(bar);
  };

  const own = (symbol: SymbolState, at: Instant): void => {
    const { bars, suite } = symbol;
    const before = closedBefore.get(symbol.symbol) ?? Math.max(0, bars.closed - bars.capacity + 1);
    for (let number = before; number < bars.closed; number += 1) {
      const bar: Bar | null = barAt(bars, bars.closed - number);
      if (!bar) continue;
      const complete = isComplete(suite.levelOne, bar.openAt);
      tell({ ...bar, symbol: symbol.symbol, source: 'own', complete, knownAt: at, runId });
    }
    closedBefore.set(symbol.symbol, bars.closed);
  };

  const vendor = (source: BarSource, at: Instant, input: VendorBarSeen | HistoryBarSeen): void => {
    const { symbol, openAt, open, high, low, close, volume } = input;
    const complete = at >= openAt + MINUTE_MS;
    const rest = { vwap: Number.NaN, trades: Number.NaN, complete, knownAt: at, runId };
    tell({ symbol, source, openAt, open, high, low, close, volume, ...rest });
  };

  /** A minute of IBKR's is told when a bar of a later one comes, or its twelfth does. */
  const fiveSeconds = (at: Instant, input: FiveSecondBarSeen): void => {
    const openAt = input.openAt - (input.openAt % MINUTE_MS);
    const known = forming.get(input.symbol);
    const part: MinuteBar = {
      ...input,
      source: 'ibkr',
      openAt: instant(openAt),
      complete: false,
      knownAt: at,
      runId,
    };
    if (known && openAt < known.openAt) return;
    if (known && openAt === known.openAt) {
      known.fives += 1;
      known.bar = joinParts(known.bar, part);
      if (known.fives === FIVES_PER_MINUTE) tell({ ...known.bar, complete: true });
      return;
    }
    if (known && known.fives < FIVES_PER_MINUTE) tell({ ...known.bar, knownAt: at });
    forming.set(input.symbol, { openAt, bar: part, fives: 1 });
  };

  return {
    /** Called with every entry on its way to the tape. */
    entry: ({ at, input }: Entry): void => {
      if (input.kind === 'vendor-bar.seen') vendor('alphavantage', at, input);
      else if (input.kind === 'history-bar.seen' && input.interval === '1m') vendor('ibkr', at, input);
      else if (input.kind === 'five-second-bar.seen') fiveSeconds(at, input);
    },
    pulse: (state: State): void => {
      for (const symbol of state.symbols.values()) own(symbol, state.at);
    },
    take: (): MinuteBar[] => {
      const taken = pending;
      pending = [];
      return taken;
    },
  };
};
export type BarCollector = ReturnType<typeof createBarCollector>;
