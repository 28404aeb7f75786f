import type { SandboxMarket } from '../../market/types.ts';
import type { Directory } from '../directory.ts';
import type { ExchangeRules } from './rules.ts';
import type { ExchangeState, Execution, Order, Position } from './types.ts';

/** What the exchange tells the broker's front. Each call happens after the state it speaks of is set. */
export interface ExchangeListener {
  /** The order is new or changed: openOrder and orderStatus are due to its owner. */
  orderChanged(order: Order): void;
  /** Status alone, without the terms. */
  statusChanged(order: Order): void;
  executed(execution: Execution, order: Order | null): void;
  orderError(clientId: number, orderId: number, code: number, text: string): void;
  positionChanged(position: Position): void;
}

/** Faults that act inside the exchange; each call takes what was ordered for the next occasion. */
export interface ExchangeFaults {
  takeRejection(): { code: number; text: string } | null;
  takeSplit(): number | null;
}

export interface ExchangeParts {
  readonly market: SandboxMarket;
  readonly directory: Directory;
  readonly rules: ExchangeRules;
  readonly state: ExchangeState;
  readonly listener: ExchangeListener;
  readonly faults: ExchangeFaults;
}
