/** The engine's only door for the rest of the program. */
import type { Command } from './core/inputs.ts';
import { dateInNewYork, previousSession, sessionOn } from './core/market/calendar.ts';
import type { Actor, Instant, SessionDate } from './core/types.ts';
import type { EngineView } from './core/view.ts';

export type { NamedFigure } from './core/analytics/suite/figures.ts';
export type { ModuleSummary } from './core/analytics/suite/suite-view.ts';
export type { Command } from './core/inputs.ts';
export type { SignalChange, SignalDirection, SignalEvent, SignalOutcome } from './core/signal.ts';
export type { Actor, Instant, SessionDate, TradingMode } from './core/types.ts';
export type { EngineView, ExposureView, Figure, SourcesView, SymbolView } from './core/view.ts';
export type { Bus } from './ports/bus.ts';

/** `restarting`: the engine's thread died and is being brought back; the site stays up. */
export type EngineStatus = 'starting' | 'running' | 'restarting';

/** What web pages and jobs may do with the engine, wherever it runs. */
export interface EngineDoor {
  /** Writes the command's row and hints; resolves to the row's id once it is committed, not once it is obeyed. */
  submit(actor: Actor, command: Command, reason: string): Promise<string>;
  /** The newest view, or null before the first. */
  view(): EngineView | null;
  /** Wall milliseconds since the newest view arrived; null before the first. */
  viewAgeMs(): number | null;
  status(): EngineStatus;
  /** Called with each new view (a few a second). Returns how to unsubscribe. */
  subscribe(listener: (view: EngineView) => void): () => void;
}

/** The newest session whose close lies at least `afterMs` of market time before `at`. */
export const lastClosedSession = (at: Instant, afterMs: number): SessionDate => {
  const today = dateInNewYork(at);
  const session = sessionOn(today);
  return session && session.closeAt + afterMs <= at ? today : previousSession(today).date;
};
