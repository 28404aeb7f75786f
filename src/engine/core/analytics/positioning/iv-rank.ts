import type { Instant, SessionDate } from '../../types.ts';
import { absent, measured } from '../measured.ts';
import type { IvRankFigures } from './figures.ts';

const SESSIONS_PER_YEAR = 252;
const SESSIONS_MIN = 60;

/** One volatility per session, of one series only: at the money over 30 days, or an index such as VIX. */
export interface IvRank {
  readonly series: 'at-the-money-30-day' | 'index';
  readonly dates: SessionDate[];
  readonly values: number[];
  /** Days that came late or without a positive number. */
  refused: number;
}

export const createIvRank = (series: IvRank['series'] = 'at-the-money-30-day'): IvRank => ({
  series,
  dates: [],
  values: [],
  refused: 0,
});

/** The volatility at the end of a session. The same day again replaces it; an earlier one is refused and counted. */
export const onIvRankDay = (state: IvRank, date: SessionDate, volatility: number): void => {
  const last = state.dates.at(-1);
  if (!(volatility > 0 && volatility < Infinity) || (last !== undefined && date < last)) {
    state.refused++;
    return;
  }
  if (date === last) {
    state.values[state.values.length - 1] = volatility;
    return;
  }
  state.dates.push(date);
  state.values.push(volatility);
  if (state.values.length > SESSIONS_PER_YEAR + 1) {
    state.dates.shift();
    state.values.shift();
  }
};

/** `volatility` now, of session `date`, among the (at most 252) sessions strictly before it. */
export const ivRankOf = (state: IvRank, volatility: number, date: SessionDate, asOf: Instant): IvRankFigures => {
  let lowest = Infinity;
  let highest = -Infinity;
  let below = 0;
  let sessions = 0;
  for (let i = state.values.length - 1; i >= 0 && sessions < SESSIONS_PER_YEAR; i--) {
    if ((state.dates[i] as SessionDate) >= date) continue;
    const value = state.values[i] as number;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    below += value < volatility ? 1 : value === volatility ? 0.5 : 0;
    sessions++;
  }
  const none = (reason: string): IvRankFigures => ({
    rank: absent(reason, 'chain-quotes'),
    percentile: absent(reason, 'chain-quotes'),
    sessions,
  });
  if (!(volatility > 0 && volatility < Infinity)) return none('no-volatility-now');
  if (sessions < SESSIONS_MIN) return none('warming-up');
  const confidence = sessions / SESSIONS_PER_YEAR;
  return {
    rank:
      highest > lowest
        ? measured((volatility - lowest) / (highest - lowest), asOf, 'chain-quotes', confidence)
        : absent('no-range', 'chain-quotes'),
    percentile: measured(below / sessions, asOf, 'chain-quotes', confidence),
    sessions,
  };
};
