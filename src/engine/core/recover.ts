import { foldForecastNews, type KeptForecasts } from './analytics/forecast/kept-forecasts.ts';
import { applyOutput } from './execution/apply-output.ts';
import { applyReport } from './execution/apply-report.ts';
import { forgetOld, type Note } from './execution/book-fill.ts';
import { beginRun, restoreTrading, snapshotTrading } from './execution/snapshot.ts';
import { createTrading, type Recovered, type Trading } from './execution/trade.ts';
import type { Input } from './inputs.ts';
import type { Output } from './outputs.ts';
import type { ClientOrderId, Instant } from './types.ts';

/** The part of a ledger row that recovery reads. */
export interface RecoveryRow {
  readonly runId: string;
  readonly seq: number;
  readonly at: Instant;
  readonly kind: 'run.started' | 'run.crashed' | 'run.sealed' | 'input' | 'output';
  /** The `Input` of an input row, the `Output` of an output row, `{ recovered, … }` of `run.started`. */
  readonly body: unknown;
}

const recoveredOf = (body: unknown): Recovered | null =>
  (body as { recovered?: Recovered | null } | null)?.recovered ?? null;

const startRun = (body: unknown): Trading => {
  const recovered = recoveredOf(body);
  const trading = recovered ? restoreTrading(recovered) : createTrading();
  beginRun(trading);
  return trading;
};

export interface Recovery {
  take(row: RecoveryRow): void;
  result(): Recovered;
}

/**
 * Folds the ledger of earlier runs row by row, through the functions that `step` itself uses. Only rows from the last
 * `run.started` matter: it carries what that run began with. Give it the rows in order, from there or from the start.
 */
export const createRecovery = (): Recovery => {
  let trading = createTrading();
  const forecasts = new Map<string, KeptForecasts>();
  let last: Instant | null = null;
  const ignored: Note[] = [];
  return {
    take: (row) => {
      last = row.at;
      if (row.kind === 'run.started') {
        trading = startRun(row.body);
        forecasts.clear();
        for (const kept of recoveredOf(row.body)?.forecasts ?? []) forecasts.set(kept.symbol, kept);
      } else if (row.kind === 'output') {
        const output = row.body as Output;
        applyOutput(trading, output, row.at);
        if (output.kind === 'forecast.recorded')
          forecasts.set(output.news.symbol, foldForecastNews(forecasts.get(output.news.symbol), output.news));
      }
      if (row.kind === 'input') {
        const input = row.body as Input;
        if (input.kind === 'broker.reported') applyReport(trading, input.report, row.at, ignored);
        ignored.length = 0;
      }
    },
    result: () => {
      if (last !== null) forgetOld(trading, last);
      const recovered = snapshotTrading(trading);
      return forecasts.size === 0 ? recovered : { ...recovered, forecasts: [...forecasts.values()] };
    },
  };
};

/** The same, of rows at hand. */
export const recover = (rows: Iterable<RecoveryRow>): Recovered => {
  const recovery = createRecovery();
  for (const row of rows) recovery.take(row);
  return recovery.result();
};

/** The broker's numbers of orders it may still name. */
export const brokerNumbersOf = (recovered: Recovered): ReadonlyMap<ClientOrderId, number> => {
  const numbers = new Map<ClientOrderId, number>();
  for (const { orders } of recovered.trades) {
    for (const { ticket, brokerOrderId } of orders) {
      if (brokerOrderId !== null) numbers.set(ticket.clientOrderId, brokerOrderId);
    }
  }
  return numbers;
};
