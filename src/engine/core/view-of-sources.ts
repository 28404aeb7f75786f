import { dateInNewYork, nextSession, type Session, sessionAt, sessionOn } from './market/calendar.ts';
import type { CalendarOverrides } from './market/calendar-overrides.ts';
import { expirationsOf } from './market/expirations.ts';
import { gatewayClosureAt } from './market/gateway-gate.ts';
import type { State, SymbolState } from './state.ts';
import type { Instant } from './types.ts';
import type { CalendarView, PricingView, SourcesView, StreamView } from './view.ts';

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const streamsView = (state: State): readonly StreamView[] =>
  [...state.streams.values()].sort((a, b) =>
    a.feed === b.feed ? (a.symbol < b.symbol ? -1 : 1) : a.feed < b.feed ? -1 : 1,
  );

const pricingView = ({ pricing }: State, at: Instant): PricingView => {
  const { primary, since, budget, budgetAt } = pricing;
  return {
    primary,
    since: Number.isFinite(since) ? (since as Instant) : null,
    budget: budget && {
      ageMs: at - budgetAt,
      latencyP50Ms: finite(budget.latencyP50Ms),
      latencyP95Ms: finite(budget.latencyP95Ms),
      slowSince: budget.slowSince,
      tokens: budget.tokens,
      budgetPerMinute: budget.budgetPerMinute,
      callsLastMinute: budget.callsLastMinute,
      streams: Object.entries(budget.streams)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, counts]) => ({ name, ...counts })),
    },
  };
};

const SHOWN_EXPIRATIONS = 3;

// Memoised values of a pure function of calendar, day and symbols: they change once a day and are asked for all day.
const expirationsUnder = new WeakMap<CalendarOverrides, { key: string; found: CalendarView['expirations'] }>();
const expirationsFrom = (state: State, { date }: Session): CalendarView['expirations'] => {
  const symbols = [...state.symbols.values()].filter(({ role }) => role === 'traded').map(({ symbol }) => symbol);
  const key = `${date} ${symbols.join()}`;
  const known = expirationsUnder.get(state.calendar);
  if (known?.key === key) return known.found;
  const found = symbols.map((symbol) => ({ symbol, dates: expirationsOf(symbol, date, SHOWN_EXPIRATIONS) }));
  expirationsUnder.set(state.calendar, { key, found });
  return found;
};

const calendarView = (state: State, at: Instant): CalendarView => {
  const today = sessionAt(at);
  const date = dateInNewYork(at);
  const session = today ?? sessionOn(date);
  const shown = session !== null && at < session.closeAt ? session : nextSession(date);
  const closure = state.gateway && gatewayClosureAt(at, state.gateway);
  return {
    date: shown.date,
    openAt: shown.openAt,
    closeAt: shown.closeAt,
    earlyClose: shown.earlyClose,
    isOpen: today !== null,
    gatewayClosedUntil: closure?.until ?? null,
    expirations: expirationsFrom(state, shown),
    exceptions: [
      ...Object.entries(state.calendar.closures).map(([day, reason]) => ({
        date: day,
        kind: 'closed' as const,
        reason,
      })),
      ...Object.entries(state.calendar.earlyCloses).map(([day, reason]) => ({
        ...{ date: day, kind: 'closes at 13:00' as const, reason },
      })),
    ].sort((a, b) => (a.date < b.date ? -1 : 1)),
  };
};

const agreementOf = ({
  symbol,
  brokerMinutes,
  indicatorChecks,
  history,
}: SymbolState): SourcesView['agreement'][number] => ({
  symbol,
  minutesCompared: brokerMinutes.compared,
  minutesDisagreed: brokerMinutes.disagreed,
  indicatorsCompared: indicatorChecks.compared,
  indicatorsDisagreed: indicatorChecks.disagreed,
  historyBars: history.taken,
});

/** Where figures come from and how far they can be believed. Pure; plain JSON. */
export const sourcesView = (state: State, at: Instant): SourcesView => ({
  streams: streamsView(state),
  pricing: pricingView(state, at),
  calendar: calendarView(state, at),
  agreement: [...state.symbols.values()].filter(({ role }) => role === 'traded').map(agreementOf),
  macro: [...state.macro].flatMap(([series, kept]) => {
    const latest = kept.at(-1);
    return latest ? [{ series, date: latest.date, value: finite(latest.value), unit: latest.unit }] : [];
  }),
  stateStore: null,
});
