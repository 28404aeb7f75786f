import { calendarCovers, newYorkInstant } from '../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../engine/core/types.ts';
import { keepClock, resumeAnchor } from './clock-file.ts';
import { createSeededMarket } from './seeded-market.ts';
import { createSessionClock, type SessionClockAnchor, sessionOnOrBefore } from './session-clock.ts';
import type { SandboxMarket } from './types.ts';

export interface MarketOptions {
  readonly seed: number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  /** Paths of recorded files; none means the seeded market. */
  readonly recordings: readonly string[];
  readonly symbols: readonly string[];
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

const createSeeded = (options: MarketOptions): MarketResult => {
  const { speed, wallNow, dataDir } = options;
  if (!calendarCovers(options.today))
    return { ok: false, problems: [`Sandbox: expected today as YYYY-MM-DD from 2004 to 2035, got "${options.today}"`] };
  const fresh = newYorkInstant(sessionOnOrBefore(options.today as SessionDate).date, '10:00:00');
  const startAt = resumeAnchor(dataDir, 'seeded', speed) ?? fresh;
  const clock = createSessionClock({ speed, startAt, wallNow });
  const market = createSeededMarket({ seed: options.seed, clock, symbols: options.symbols });
  return { ok: true, market: keepingTime(market, dataDir, 'seeded'), anchor: clock.anchor };
};

/** The one market behind every sandboxed vendor: recorded files where given, else the seeded world. */
export const createMarket = async (options: MarketOptions): Promise<MarketResult> => createSeeded(options);
