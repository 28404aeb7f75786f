import { expect, test } from 'bun:test';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { stateHash } from '../../hash.ts';
import { nextSession, type Session, sessionOn } from '../../market/calendar.ts';
import { instant, type SessionDate } from '../../types.ts';
import { SPREAD_DECAYS } from './spread-decays.ts';
import {
  createVolatilityForecast,
  onVolatilityForecastBar,
  onVolatilityForecastImplied,
  onVolatilityForecastTimer,
  VOLATILITY_FORECAST_DEFAULTS,
  type VolatilityForecast,
  type VolatilityForecastView,
  volatilityForecastView,
} from './volatility-forecast.ts';

const SPX = 'bars/spx_5min_tradingview_2025-2026.csv.gz';
const VIX1D = 'bars/vix1d_5min_tradingview_2025-2026.csv.gz';
const MINUTE = 60_000;
const GRACE = VOLATILITY_FORECAST_DEFAULTS.graceMs;

const first = (): Session => sessionOn('2026-06-01' as SessionDate) as Session;

/** A session that realises exactly `realised`, and `implied` quoted at its close. */
const feedSession = (
  state: VolatilityForecast,
  session: Session,
  realised: number,
  implied: number,
  bars = 390,
): void => {
  const step = realised / Math.sqrt(252 * 390);
  let price = 500;
  for (let i = 0; i < bars; i++) {
    const openAt = session.openAt + i * MINUTE;
    const open = price;
    price *= Math.exp(i % 2 === 0 ? step : -step);
    onVolatilityForecastBar(state, instant(openAt), open, price, instant(openAt + MINUTE));
  }
  onVolatilityForecastImplied(state, implied, instant(session.closeAt - 1000));
  onVolatilityForecastTimer(state, instant(session.closeAt + GRACE));
};

const afterClose = (session: Session): ReturnType<typeof instant> => instant(session.closeAt + GRACE);

test('realised volatility is that of all bars and the night, annualised by 252', () => {
  const state = createVolatilityForecast();
  let session = first();
  feedSession(state, session, 0.2, 0.25);
  // The first session has no night before it: it is not whole.
  expect(volatilityForecastView(state, afterClose(session)).lastRealised).toMatchObject({
    reason: 'session-incomplete',
  });
  session = nextSession(session.date);
  feedSession(state, session, 0.2, 0.25);
  const view = volatilityForecastView(state, afterClose(session));
  expect(view.lastRealised.value as number).toBeCloseTo(0.2, 9);
  expect(view.impliedMinusRealised.value as number).toBeCloseTo(0.05, 9);
  expect(view.forecast).toMatchObject({ value: null, reason: 'warming-up' });
});

test('the forecast is the implied volatility less the spread, due at the next close, and scored by what came', () => {
  const state = createVolatilityForecast();
  let session = first();
  for (let i = 0; i < 7; i++) {
    feedSession(state, session, 0.2, 0.25);
    if (i < 6) session = nextSession(session.date);
  }
  const view = volatilityForecastView(state, afterClose(session));
  expect(view.forecast.value as number).toBeCloseTo(0.2, 9);
  expect(view.session).toBe(nextSession(session.date).date);
  session = nextSession(session.date);
  feedSession(state, session, 0.3, 0.25);
  const scored = volatilityForecastView(state, afterClose(session));
  expect(scored.record.scored).toBe(2);
  // 0 for the sixth forecast, 0.1 for the seventh; the implied volatility alone would have missed by 0.05 twice.
  expect(scored.record.meanAbsoluteError.value as number).toBeCloseTo(0.05, 9);
  expect(scored.record.meanAbsoluteErrorNaive.value as number).toBeCloseTo(0.05, 9);
  const decay = SPREAD_DECAYS[state.decay] as number;
  expect(scored.impliedMinusRealised.value as number).toBeCloseTo(decay * 0.05 + (1 - decay) * -0.05, 9);
  expect(volatilityForecastView(state, instant(nextSession(session.date).closeAt + GRACE + 1)).forecast).toMatchObject({
    reason: 'stale',
  });
});

test('once a week, and only on errors already made, the decay that erred least takes over', () => {
  const state = createVolatilityForecast();
  let session = first();
  const changedIn: number[] = [];
  let before = state.calibrations;
  for (let i = 0; i < 80; i++) {
    // A spread that jumps between two levels every fifteen sessions: a short memory is right.
    feedSession(state, session, Math.floor(i / 15) % 2 === 0 ? 0.2 : 0.1, 0.25);
    if (state.calibrations !== before) changedIn.push(Math.floor((session.closeAt / 86_400_000 + 3) / 7));
    before = state.calibrations;
    session = nextSession(session.date);
  }
  expect(changedIn.length).toBeGreaterThan(8);
  expect(new Set(changedIn).size).toBe(changedIn.length);
  expect(SPREAD_DECAYS[state.decay]).toBe(0.5);
  const { errorWindow } = state.params;
  const meanError = (d: number): number =>
    state.errors.slice(d * errorWindow, (d + 1) * errorWindow).reduce((a, b) => a + b, 0) / errorWindow;
  for (let d = 0; d < SPREAD_DECAYS.length; d++) expect(meanError(state.decay)).toBeLessThanOrEqual(meanError(d));
});

test('a session with missing bars, or a day never seen, is no truth: what was foretold of it is void', () => {
  const state = createVolatilityForecast();
  let session = first();
  for (let i = 0; i < 7; i++) {
    feedSession(state, session, 0.2, 0.25);
    session = nextSession(session.date);
  }
  const { spreadCount } = state;
  feedSession(state, session, 0.2, 0.25, 300);
  expect(state.record).toMatchObject({ scored: 1, voided: 1 });
  expect([state.incompleteSessions, state.spreadCount]).toEqual([2, spreadCount]);
  // Skips a session; the night before the one after it is then two nights long.
  session = nextSession(nextSession(session.date).date);
  feedSession(state, session, 0.2, 0.25);
  expect(state.record).toMatchObject({ scored: 1, voided: 2 });
  expect(state.spreadCount).toBe(spreadCount);
});

test('without an implied volatility at the close there is no forecast', () => {
  const state = createVolatilityForecast();
  let session = first();
  for (let i = 0; i < 8; i++) {
    feedSession(state, session, 0.2, i === 7 ? Number.NaN : 0.25);
    if (i < 7) session = nextSession(session.date);
  }
  expect(volatilityForecastView(state, afterClose(session)).forecast).toMatchObject({
    value: null,
    reason: 'implied-volatility-absent',
  });
});

interface Event {
  readonly at: number;
  readonly openAt: number;
  readonly open: number;
  readonly close: number;
  readonly implied: boolean;
}
const recordedEvents = (): Event[] => {
  const read = (path: string, implied: boolean): Event[] =>
    readRecordedText(path)
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [seconds = 0, open = 0, , , close = 0] = line.split(',').map(Number);
        return { at: seconds * 1000 + 5 * MINUTE, openAt: seconds * 1000, open, close, implied };
      });
  return [...read(SPX, false), ...read(VIX1D, true)].sort(
    (a, b) => a.at - b.at || Number(a.implied) - Number(b.implied),
  );
};
const fold = (
  events: readonly Event[],
  checks: ReadonlySet<number>,
): { seen: string[]; view: VolatilityForecastView } => {
  const state = createVolatilityForecast({ ...VOLATILITY_FORECAST_DEFAULTS, barMs: 5 * MINUTE });
  const seen: string[] = [];
  events.forEach((event, i) => {
    const at = instant(event.at);
    if (event.implied) onVolatilityForecastImplied(state, event.close / 100, at);
    else onVolatilityForecastBar(state, instant(event.openAt), event.open, event.close, at);
    if (checks.has(i)) seen.push(stateHash(state) + JSON.stringify(volatilityForecastView(state, at)));
  });
  return { seen, view: volatilityForecastView(state, instant((events.at(-1) as Event).at)) };
};

test.skipIf(!(hasRecordedData(SPX) && hasRecordedData(VIX1D)))(
  'SPX and VIX1D, a year: forecasts beat the implied volatility itself, without a bias, and know nothing of the future',
  () => {
    const events = recordedEvents();
    const checks = [3_000, 17_771, 30_000, events.length - 1];
    const { seen, view } = fold(events, new Set(checks));
    const { record } = view;
    process.stdout.write(
      `volatility forecast: ${record.scored} sessions, mean absolute error ${record.meanAbsoluteError.value?.toFixed(4)}` +
        ` (VIX1D itself ${record.meanAbsoluteErrorNaive.value?.toFixed(4)}), bias ${record.bias.value?.toFixed(4)}` +
        `, ${view.calibrations} calibrations\n`,
    );
    expect(record.scored).toBeGreaterThan(230);
    expect(record.meanAbsoluteError.value as number).toBeLessThan(record.meanAbsoluteErrorNaive.value as number);
    expect(Math.abs(record.bias.value as number)).toBeLessThan(0.005);
    expect(view.calibrations).toBeGreaterThan(40);
    checks.forEach((check, n) => {
      expect(fold(events.slice(0, check + 1), new Set([check])).seen).toEqual([seen[n] as string]);
    });
  },
);
