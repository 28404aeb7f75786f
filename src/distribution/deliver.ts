import { setTimeout } from 'node:timers/promises';
import type { Tier } from '../billing/plans.ts';
import type { Db } from '../db/client.ts';
import type { Channel, Delivery } from './channels/channel.ts';
import { noteProblem, settleDelivered, settleFailed, startAttempt } from './deliveries.ts';
import { readRelease } from './release.ts';

/** Each attempt without a clear answer may have shown the message once more. */
const UNCLEAR_ATTEMPTS_MAX = 20;
/** A vendor that cannot be reached is tried for this long; then the delivery is failed and shown to operators. */
const GIVE_UP_AFTER_MS = 3_600_000;
/** Waits for the vendor's rate limit up to this long inside one job, so that order is kept without a round of the queue. */
const WAIT_INSIDE_MAX_MS = 5_000;

export interface DeliverOptions {
  readonly db: Db;
  readonly channel: Channel;
  readonly tier: Tier;
  readonly releaseId: string;
  /** Ends waiting when the process goes down. */
  readonly signal: AbortSignal;
}

/** `again`: the queue is to try later, in order. */
export type DeliverResult = 'settled' | 'again';

const attempt = async <T extends Tier>(options: DeliverOptions, tier: T, repeated: boolean): Promise<Delivery> => {
  const release = await readRelease(options.db, tier, options.releaseId);
  if (release === null) throw new Error(`release ${options.releaseId} was queued for ${tier} before its time`);
  return options.channel.send[tier]({ release, repeated });
};

/** Resolves early, and quietly, when the process goes down. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

/** Tries to deliver one release on one channel, writing down each step before and after. */
export const deliver = async (options: DeliverOptions): Promise<DeliverResult> => {
  const { db, channel, tier, releaseId, signal } = options;
  for (;;) {
    const started = await startAttempt(db, releaseId, channel.name);
    if (started === null) return 'settled';
    const outcome = await attempt(options, tier, started.repeated);
    if (outcome.kind === 'delivered') {
      await settleDelivered(db, releaseId, channel.name, outcome.vendorId);
      return 'settled';
    }
    if (outcome.kind === 'refused' || started.attempts >= UNCLEAR_ATTEMPTS_MAX || started.ageMs >= GIVE_UP_AFTER_MS) {
      await settleFailed(db, releaseId, channel.name, outcome.problem);
      return 'settled';
    }
    const arrived = outcome.kind === 'unknown' ? 'perhaps' : 'no';
    await noteProblem(db, releaseId, channel.name, { problem: outcome.problem, arrived, repeated: started.repeated });
    const waitMs = outcome.kind === 'not-now' ? outcome.retryAfterMs : null;
    if (waitMs === null || waitMs > WAIT_INSIDE_MAX_MS) return 'again';
    await pause(waitMs, signal);
    if (signal.aborted) return 'again';
  }
};
