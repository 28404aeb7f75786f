import type { OptionContract } from '../market/contract.ts';
import type { Denial, DenialCode } from '../outputs.ts';
import type { SignalDirection } from '../signal.ts';
import type { State, SymbolState } from '../state.ts';
import type { Instant } from '../types.ts';

/** A trade somebody wants, with the quantity it would have. Prices in dollars per share. */
export interface Intent {
  readonly contract: OptionContract;
  readonly direction: SignalDirection;
  readonly limitPrice: number;
}

export interface RiskCase {
  readonly state: State;
  readonly symbol: SymbolState;
  readonly intent: Intent;
  readonly quantity: number;
  readonly at: Instant;
}

/** Every objection it has; none lets the case pass. Reads only. */
export type Rule = (subject: RiskCase) => readonly Denial[];

export const PASSES: readonly Denial[] = Object.freeze([]);

export const deny = (code: DenialCode, facts: Denial['facts'] = {}): readonly Denial[] => [{ code, facts }];
