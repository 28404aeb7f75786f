import { sql } from 'drizzle-orm';
import type { BillingDeps } from './deps.ts';
import { syncDue } from './due.ts';
import { reconcile } from './reconcile.ts';

const PASS_EVERY_MS = 60_000;

/**
 * Every night when New York sleeps, at the latest a day after the last that went through, and a quarter of an hour after
 * one that broke off; on one machine, however many there are.
 */
const reconcileWhenDue = (deps: BillingDeps): Promise<void> =>
  deps.db.transaction(async (tx) => {
    const [turn] = await tx.execute<{ mine: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtext('quanticity.reconcile')) as mine`,
    );
    if (!turn?.mine) return;
    const [due] = await tx.execute<{ due: boolean }>(sql`
      select coalesce(max(started_at) < now() - interval '15 minutes', true) and coalesce(
        max(started_at) filter (where problem is null) < now() - interval '24 hours'
        or (max(started_at) filter (where problem is null) < now() - interval '12 hours'
          and extract(hour from now() at time zone 'America/New_York') between 2 and 5),
        true) as due
      from billing_reconciliations`);
    if (due?.due) await reconcile(deps);
  });

/** What billing does by itself: reads again what fell due, and everything once a night. */
export const startBillingJobs = (deps: BillingDeps): { stop(): Promise<void> } => {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pass = async (): Promise<void> => {
    try {
      await syncDue(deps);
      await reconcileWhenDue(deps);
    } catch (error) {
      deps.log('error', 'the jobs of billing stumbled; the next pass tries again', { error });
    }
    if (!stopped) timer = setTimeout(next, PASS_EVERY_MS);
  };
  let running: Promise<void> = Promise.resolve();
  const next = (): void => {
    running = pass();
  };
  next();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};
