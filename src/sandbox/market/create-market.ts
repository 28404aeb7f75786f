import { calendarCovers, newYorkInstant, previousSession, type Session } from '../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../engine/core/types.ts';
import { openRecordings } from '../recordings/open-recordings.ts';
import { keepClock, resumeAnchor } from './clock-file.ts';
import { recordedSession } from './recorded/recorded-session.ts';
import { createRecordedMarket, describeRecordings } from './recorded-market.ts';
import { DEFAULT_SCENARIO, SCENARIOS, type ScenarioName } from './seeded/scenarios/scenarios.ts';
import { createSeededMarket } from './seeded-market.ts';
import { AFTER_CLOSE_MS, createSessionClock, type SessionClockAnchor, sessionOnOrBefore } from './session-clock.ts';
import type { SandboxMarket } from './types.ts';

export interface MarketOptions {
  readonly seed: number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  /** Paths of recorded files; none means the seeded market. */
  readonly recordings: readonly string[];
  readonly symbols: readonly string[];
  /** Left out: an ordinary mixed day. */
  readonly scenario?: ScenarioName;
  readonly dataDir: string;
  /** The day it is outside, in New York. */
  readonly today: string;
  readonly wallNow: () => number;
}

export type MarketResult =
  | { readonly ok: true; readonly market: SandboxMarket; readonly anchor: SessionClockAnchor }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Saves market time while the market runs. */
const keepingTime = (market: SandboxMarket, dataDir: string, name: string): SandboxMarket => {
  let stopKeeping: (() => void) | null = null;
  return {
    ...market,
    start() {
      stopKeeping ??= keepClock(dataDir, name, market.now);
      market.start();
    },
    stop() {
      market.stop();
      stopKeeping?.();
      stopKeeping = null;
    },
  };
};

const earlyCloseOnOrBefore = (session: Session): Session => {
  let day = session;
  while (!day.earlyClose) day = previousSession(day.date);
  return day;
};

const createSeeded = (options: MarketOptions): MarketResult => {
  const { speed, wallNow, dataDir } = options;
  if (!calendarCovers(options.today))
    return { ok: false, problems: [`Sandbox: expected today as YYYY-MM-DD from 2004 to 2035, got "${options.today}"`] };
  const { scenario = DEFAULT_SCENARIO } = options;
  const latest = sessionOnOrBefore(options.today as SessionDate);
  const session = SCENARIOS[scenario].earlyCloseOnly ? earlyCloseOnOrBefore(latest) : latest;
  // Each scenario has its own clock: a half-day lies in the past of an ordinary day.
  const name = scenario === DEFAULT_SCENARIO ? 'seeded' : `seeded ${scenario}`;
  const startAt = resumeAnchor(dataDir, name, speed) ?? newYorkInstant(session.date, '10:00:00');
  const clock = createSessionClock({ speed, startAt, wallNow });
  const market = createSeededMarket({ seed: options.seed, clock, symbols: options.symbols, scenario });
  return { ok: true, market: keepingTime(market, dataDir, name), anchor: clock.anchor };
};

/** An interrupted recording goes on where it was; one that had ended starts anew. */
const createRecorded = async (options: MarketOptions): Promise<MarketResult> => {
  const { speed, wallNow, dataDir } = options;
  const opened = await openRecordings(options.recordings);
  if (!opened.ok) return opened;
  const session = recordedSession(opened.recordings, speed);
  if (!session.ok) return { ok: false, problems: [session.problem] };
  const recorded = session.value;
  const name = describeRecordings(recorded);
  const endsAt = instant(recorded.session.closeAt + AFTER_CLOSE_MS);
  const resumed = resumeAnchor(dataDir, name, speed);
  const startAt = resumed !== null && resumed < recorded.session.closeAt ? resumed : recorded.startAt;
  const clock = createSessionClock({ speed, startAt, wallNow, endsAt });
  const market = createRecordedMarket({ recorded, clock });
  return { ok: true, market: keepingTime(market, dataDir, name), anchor: clock.anchor };
};

/** The one market behind every sandboxed vendor: recorded files where given, else the seeded world. */
export const createMarket = async (options: MarketOptions): Promise<MarketResult> =>
  options.recordings.length > 0 ? createRecorded(options) : createSeeded(options);
