import type { Instant } from '../../types.ts';
import { figuresIn, type NamedFigure } from './figures.ts';
import { type Heartbeat, heartbeatOf } from './heartbeats.ts';
import { SUITE_MODULES } from './modules.ts';
import type { Suite } from './suite.ts';

/** A module's heartbeat and everything it says; null once it has failed. */
export interface ModuleView extends Heartbeat {
  readonly figures: object | null;
}

export interface SuiteView {
  readonly symbol: string;
  readonly at: Instant;
  readonly modules: readonly ModuleView[];
}

/** All there is, strikes and expiries included. Pure; plain JSON. */
export const suiteView = (suite: Suite, at: Instant): SuiteView => ({
  symbol: suite.symbol,
  at,
  modules: SUITE_MODULES.map(({ info, part, view }) => {
    const beat = heartbeatOf(suite.hearts, part, info, at);
    return { ...beat, figures: beat.state === 'failed' ? null : view(suite, at) };
  }),
});

/** A module as operators' pages show it: its heartbeat, and its figures by name without those in lists. */
export interface ModuleSummary extends Heartbeat {
  readonly figures: readonly NamedFigure[];
}

export const summarise = (modules: readonly ModuleView[]): readonly ModuleSummary[] =>
  modules.map((module) => ({ ...module, figures: module.figures === null ? [] : figuresIn(module.figures, false) }));
