import { createPostgresLedger, verifyLedger } from '../../../src/db/ledger.ts';
import type { Output } from '../../../src/engine/core/outputs.ts';
import { recover } from '../../../src/engine/core/recover.ts';
import type { LedgerRow } from '../../../src/engine/ports/ledger.ts';
import { createTapeReader } from '../../../src/engine/shell/tape/tape-reader.ts';
import { replayRun } from '../../../src/process/replay-run.ts';
import type { TwsSandbox } from '../../../src/sandbox/tws/server.ts';
import type { TestDatabase } from '../../support/database.ts';
import type { RestlessMarket } from './restless-market.ts';
import { OUR_CLIENT_ID, soldByOthers } from './watch-exchange.ts';

/** Market milliseconds per wall millisecond. */
export const SPEED = 100;
const TAPE_BEGINS_MS = 3_000;

export interface Verdict {
  readonly problems: readonly string[];
  /** What was done to the engine and its world, with wall milliseconds. */
  readonly done: readonly string[];
  readonly kills: number;
  readonly counts: {
    readonly signals: number;
    readonly orders: number;
    readonly executions: number;
    readonly runs: number;
  };
}

const outputsOf = (rows: readonly LedgerRow[]): Output[] =>
  rows.flatMap(({ kind, body }) => (kind === 'output' ? [body as Output] : []));

/** The ledger as it stands. */
export const recordOf = async (database: TestDatabase) => {
  const ledger = createPostgresLedger({ url: database.url });
  const rows: LedgerRow[] = [];
  for await (const row of ledger.read(1)) rows.push(row);
  await ledger.close();
  const outputs = outputsOf(rows);
  return {
    rows,
    outputs,
    /** The last word on the kill switch is that it is proven flat. */
    provenFlat: (): boolean =>
      outputs.findLast(({ kind }) => kind.startsWith('kill.') || kind === 'order.place')?.kind === 'kill.flat',
    openSignals: (): string[] => {
      const open = new Set<string>();
      for (const output of outputs) {
        if (output.kind !== 'signal.told') continue;
        if (output.signal.change === 'closed') open.delete(output.signal.signalId);
        else open.add(output.signal.signalId);
      }
      return [...open];
    },
  };
};

/** Entries while the switch was thrown or a person had the wheel; more than one entry for one signal. */
const forbiddenEntries = (outputs: readonly Output[]): string[] => {
  const problems: string[] = [];
  const entries = new Set<string>();
  let killed = false;
  let manual = false;
  for (const output of outputs) {
    if (output.kind === 'kill.engaged') killed = true;
    if (output.kind === 'kill.released') killed = false;
    if (output.kind === 'mode.changed') manual = output.mode === 'manual';
    if (output.kind !== 'order.place' || output.ticket.purpose !== 'entry') continue;
    const { signalId } = output.ticket;
    if (killed || manual) problems.push(`entry for ${signalId} while ${killed ? 'killed' : 'manual'}`);
    if (entries.has(signalId)) problems.push(`second entry intended for ${signalId}`);
    entries.add(signalId);
  }
  return problems;
};

/** The exchange's orders against the intents that the record holds. */
const strangeOrders = (tws: TwsSandbox, outputs: readonly Output[]): string[] => {
  const intents = new Map(
    outputs.flatMap((output) =>
      output.kind === 'order.place' ? [[String(output.ticket.clientOrderId), output.ticket] as const] : [],
    ),
  );
  const seen = new Set<string>();
  const bought = new Map<string, number>();
  const problems: string[] = [];
  for (const { terms, filled, clientId } of tws.exchange.state.orders) {
    if (clientId !== OUR_CLIENT_ID) continue;
    const ticket = intents.get(terms.orderRef);
    if (!ticket) problems.push(`the exchange has an order that the record does not intend: ${JSON.stringify(terms)}`);
    if (seen.has(terms.orderRef)) problems.push(`${terms.orderRef} reached the exchange twice`);
    seen.add(terms.orderRef);
    if (ticket?.purpose === 'entry') bought.set(ticket.signalId, (bought.get(ticket.signalId) ?? 0) + filled);
  }
  for (const { ticket } of outputs.filter((output) => output.kind === 'order.place'))
    if (ticket.purpose === 'entry' && (bought.get(ticket.signalId) ?? 0) > ticket.quantity)
      problems.push(`${ticket.signalId} bought more than its signal said`);
  return problems;
};

/** Positions and money by the exchange and by the record. */
const differentBooks = (tws: TwsSandbox, rows: readonly LedgerRow[]): string[] => {
  const { trades, foreign } = recover(rows);
  const problems: string[] = [];
  const { state } = tws.exchange;
  const running = new Map<number, number>();
  for (const { conId, side, shares } of state.executions) {
    const quantity = (running.get(conId) ?? 0) + (side === 'BOT' ? shares : -shares);
    running.set(conId, quantity);
    if (quantity < 0 && !soldByOthers(tws, conId))
      problems.push(`executions sold more of ${conId} than was held: ${quantity}`);
  }
  const quantities = trades.reduce((sum, { position }) => sum + position.quantity, 0);
  const held = state.positions.reduce((sum, { quantity }) => sum + quantity, 0);
  if (quantities !== held) problems.push(`the record holds ${quantities} contracts, the exchange ${held}`);
  const missing = trades.reduce((sum, { position }) => sum + position.contractsWithoutCommission, 0);
  const cash = trades.reduce(
    (sum, { position }) => sum + position.proceedsMicros - position.costMicros - position.commissionMicros,
    0,
  );
  const booked = new Set(trades.flatMap(({ fills }) => fills.map(({ base }) => base)));
  // Others' trades concern us as far as they closed what was ours.
  const othersCash = state.executions.reduce((sum, { clientId, orderId, execId, side, shares, price }) => {
    const theirs = clientId !== OUR_CLIENT_ID && orderId !== 0 && !booked.has(execId.slice(0, execId.lastIndexOf('.')));
    return theirs ? sum + Math.round((side === 'SLD' ? 1 : -1) * shares * price * 100 * 1e6) : sum;
  }, 0);
  const cashThere = Math.round((state.cash - 1_000_000) * 1e6);
  const commissionOf = (ours: boolean): number => {
    const executions = state.executions.filter(({ clientId }) => (clientId === OUR_CLIENT_ID) === ours);
    return Math.round(executions.reduce((sum, { commission }) => sum + commission, 0) * 1e6);
  };
  // What others' trades cost need not be told to us.
  const commissionThere = commissionOf(true);
  const othersCommission = commissionOf(false);
  const commissionHere = trades.reduce((sum, { position }) => sum + position.commissionMicros, 0);
  if (Math.abs(cash + othersCash + commissionHere - (cashThere + commissionThere + othersCommission)) > 1)
    problems.push(
      `cash before commissions: record ${cash + othersCash + commissionHere} µ$, exchange ${cashThere + commissionThere + othersCommission}`,
    );
  if (![0, othersCommission].some((others) => Math.abs(commissionHere - others - commissionThere) <= 1))
    problems.push(
      `commissions: record ${commissionHere} µ$, exchange ${commissionThere}, not yet told ${missing} contracts`,
    );
  const byHand = state.executions.some(({ clientId }) => clientId !== OUR_CLIENT_ID);
  if (foreign.length > 0 && !byHand) problems.push(`${foreign.length} executions booked to nobody`);
  return problems;
};

const replayProblems = async (rows: readonly LedgerRow[], tapeFolder: string): Promise<string[]> => {
  const problems: string[] = [];
  for (const runId of new Set(rows.map((row) => row.runId))) {
    const own = rows.filter((row) => row.runId === runId && row.kind !== 'run.crashed');
    const report = await replayRun(own, createTapeReader({ folder: tapeFolder }));
    // A crash costs the tape's last second: of a run that did not live longer there is none.
    const lived = (own.at(-1)?.at ?? 0) - (own[0]?.at ?? 0);
    if (!report.sealed && report.entries === 0 && lived < TAPE_BEGINS_MS * SPEED) continue;
    if (!report.ok) problems.push(`replay of ${runId}: ${JSON.stringify(report).slice(0, 2_000)}`);
    if (report.sealed && report.rowsBeyondTape > 0) problems.push(`replay of ${runId}: rows beyond the tape`);
  }
  return problems;
};

export const verdictOf = async (found: {
  readonly database: TestDatabase;
  readonly world: { readonly tws: TwsSandbox; readonly market: RestlessMarket };
  readonly tapeFolder: string;
  readonly problems: readonly string[];
  readonly done: readonly string[];
  readonly kills: number;
}): Promise<Verdict> => {
  const { database, world, tapeFolder, done, kills } = found;
  const { rows, outputs, openSignals } = await recordOf(database);
  const problems = [...found.problems];
  const verified = await verifyLedger(database.sql);
  if (!verified.ok) problems.push(`ledger row ${verified.position}: ${verified.problem}`);
  for (const signalId of openSignals()) problems.push(`signal ${signalId} never ended`);
  problems.push(...forbiddenEntries(outputs), ...strangeOrders(world.tws, outputs), ...differentBooks(world.tws, rows));
  problems.push(...(await replayProblems(rows, tapeFolder)));
  return {
    problems,
    done,
    kills,
    counts: {
      signals: new Set(outputs.flatMap((output) => (output.kind === 'signal.told' ? [output.signal.signalId] : [])))
        .size,
      orders: outputs.filter(({ kind }) => kind === 'order.place').length,
      executions: world.tws.exchange.state.executions.length,
      runs: rows.filter(({ kind }) => kind === 'run.started').length,
    },
  };
};
