import { TIERS } from '../billing/plans.ts';
import type { Db } from '../db/client.ts';
import { closeSessions, dueReports, seeSession, storeReport } from '../db/queries/report-runs.ts';
import { type EngineDoor, type EngineView, lastClosedSession } from '../engine/index.ts';
import { marketCloseData, type ReadReportSignals, type ReportTier } from './data.ts';
import { marketCloseTitle, renderMarketClose } from './market-close.tsx';

/** The close report falls due ten market minutes after the close: 16:10, or 13:10 on a short day. */
const AFTER_CLOSE_MS = 600_000;

export interface ReportScheduleOptions {
  readonly db: Db;
  readonly engine: EngineDoor;
  readonly readSignals: ReadReportSignals;
  readonly publishMarketData: boolean;
  readonly everyMs?: number;
  readonly onError: (error: unknown) => void;
}

/** Writes every report of this tier whose delay has passed. Safe to run twice and from two nodes: a report is stored once. */
const writeDue = async (options: ReportScheduleOptions, tier: ReportTier): Promise<void> => {
  for (const run of await dueReports(options.db, tier)) {
    const delayMs = { premium: 0, basic: 60_000, free: 300_000 }[tier];
    const signals = await options.readSignals(tier, { fromMs: run.fromMs + delayMs, toMs: run.toMs + delayMs });
    const view = JSON.parse(run.view) as EngineView;
    const data = marketCloseData({
      tier,
      sessionDate: run.sessionDate,
      signals,
      view,
      publishMarketData: options.publishMarketData,
    });
    const report = {
      kind: run.kind,
      sessionDate: run.sessionDate,
      tier,
      title: marketCloseTitle(data),
      html: renderMarketClose(data),
    };
    await storeReport(options.db, report);
  }
};

/** One pass: keeps the running session's view, notices that a session has closed, then writes what is due. */
export const runReports = async (options: ReportScheduleOptions): Promise<void> => {
  const view = options.engine.view();
  if (view) {
    if (view.sessionDate) await seeSession(options.db, 'market-close', view.sessionDate, JSON.stringify(view));
    await closeSessions(options.db, 'market-close', lastClosedSession(view.marketAt, AFTER_CLOSE_MS));
  }
  for (const tier of TIERS) await writeDue(options, tier);
};

/** Runs every few seconds; a failed pass is reported and the next one catches up. */
export const startReportSchedule = (options: ReportScheduleOptions): { stop(): Promise<void> } => {
  let running = Promise.resolve();
  let stopped = false;
  const pass = (): void => {
    running = running.then(() => (stopped ? undefined : runReports(options))).catch(options.onError);
  };
  const timer = setInterval(pass, options.everyMs ?? 2_000);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
};
