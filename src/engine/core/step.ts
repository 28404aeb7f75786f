import type { Entry } from './inputs.ts';
import type { Output } from './outputs.ts';
import type { State } from './state.ts';

const NOTHING: readonly Output[] = Object.freeze([]);

/**
 * Folds one entry into the state (in place) and returns what is to be done, in order. Synchronous and deterministic:
 * the same entries give the same outputs and the same state hash.
 */
export const step = (state: State, entry: Entry): readonly Output[] => {
  state.seq = entry.seq;
  state.at = entry.at;
  return NOTHING;
};
