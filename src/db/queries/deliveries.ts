import { count, desc, eq } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { deliveries } from '../schema/signals.ts';

export type DeliveryState = 'queued' | 'delivered' | 'failed';

export interface DeliveryHealth {
  readonly counts: Readonly<Record<DeliveryState, number>>;
  /** The newest failures, at most ten. */
  readonly failures: readonly {
    readonly channel: string;
    readonly attempts: number;
    readonly lastError: string | null;
    readonly queuedAt: Date;
  }[];
}

/** For operators: how deliveries fare, without a word of what they hold. */
export const deliveryHealth = async (db: Db): Promise<DeliveryHealth> => {
  const counted = await db
    .select({ state: deliveries.state, rows: count() })
    .from(deliveries)
    .groupBy(deliveries.state);
  const failures = await db
    .select({
      channel: deliveries.channel,
      attempts: deliveries.attempts,
      lastError: deliveries.lastError,
      queuedAt: deliveries.queuedAt,
    })
    .from(deliveries)
    .where(eq(deliveries.state, 'failed'))
    .orderBy(desc(deliveries.queuedAt))
    .limit(10);
  const counts: Record<DeliveryState, number> = { queued: 0, delivered: 0, failed: 0 };
  for (const row of counted) counts[row.state] = row.rows;
  return { counts, failures };
};
