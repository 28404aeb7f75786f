import type { Recovered } from './execution/trade.ts';
import type { ClientOrderId, Instant } from './types.ts';

/** The part of a ledger row that recovery reads. */
export interface RecoveryRow {
  readonly runId: string;
  readonly seq: number;
  readonly at: Instant;
  readonly kind: 'run.started' | 'run.crashed' | 'run.sealed' | 'input' | 'output';
  /** `Input` of an input row, `Output` of an output row, `{ recovered }` and more of `run.started`. */
  readonly body: unknown;
}

/** Folds the ledger of earlier runs; only rows from the last `run.started` matter, which carries what it began with. */
export const recover = (_rows: Iterable<RecoveryRow>): Recovered => {
  throw new Error('recover: not written yet');
};

/** The broker's numbers of orders that may still be alive or named in its answers. */
export const brokerNumbersOf = (recovered: Recovered): ReadonlyMap<ClientOrderId, number> =>
  new Map(
    recovered.trades
      .flatMap(({ orders }) => orders)
      .flatMap(({ ticket, brokerOrderId }) =>
        brokerOrderId === null ? [] : [[ticket.clientOrderId, brokerOrderId] as const],
      ),
  );
