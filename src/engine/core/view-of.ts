import type { State } from './state.ts';
import type { Instant } from './types.ts';
import type { EngineView } from './view.ts';

/** What operators see. Pure: reads the state, changes nothing. */
export const viewOf = (_state: State, _at: Instant): EngineView => {
  throw new Error('viewOf: not written yet');
};
