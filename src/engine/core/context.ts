import { applyOutput } from './execution/apply-output.ts';
import type { Output } from './outputs.ts';
import type { State } from './state.ts';
import type { ClientOrderId, Instant } from './types.ts';

/** One step in progress: what it has decided so far. */
export interface Context {
  readonly state: State;
  readonly seq: number;
  readonly at: Instant;
  readonly outputs: Output[];
  orders: number;
}

export const createContext = (state: State): Context => ({
  state,
  seq: state.seq,
  at: state.at,
  outputs: [],
  orders: 0,
});

/** Decides: the output takes effect in our own books at once, and in the world once it is committed. */
export const emit = (context: Context, output: Output): void => {
  applyOutput(context.state.trading, output, context.at);
  context.outputs.push(output);
};

/** Derived from run and sequence, so that folding the same entry again names the same order. */
export const nextOrderId = (context: Context): ClientOrderId => {
  context.orders += 1;
  return `${context.state.runId}-${context.seq}-${context.orders}` as ClientOrderId;
};

const KEPT_ANOMALIES = 50;
/** The same anomaly of the same subject is told once in this while, and always counted. */
const TELL_EVERY_MS = 60_000;

/** Counts; returns whether it is due to be told. */
export const countAnomaly = (state: State, name: string, subject: string): boolean => {
  state.anomalyCounts.set(name, (state.anomalyCounts.get(name) ?? 0) + 1);
  const key = `${name} ${subject}`;
  const toldAt = state.anomalyToldAt.get(key);
  if (toldAt !== undefined && state.at - toldAt < TELL_EVERY_MS) return false;
  state.anomalyToldAt.set(key, state.at);
  return true;
};

export const tellAnomaly = (context: Context, name: string, facts: Readonly<Record<string, string | number>>): void => {
  const { state } = context;
  state.anomalies.unshift({ at: context.at, name, facts });
  state.anomalies.length = Math.min(state.anomalies.length, KEPT_ANOMALIES);
  emit(context, { kind: 'anomaly.seen', name, facts });
};
