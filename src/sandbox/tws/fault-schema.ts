import { z } from 'zod';
import type { Fault } from './faults.ts';

const feed = z.enum(['quotes', 'depth', 'ticks', 'bars']);
const count = z.int().min(1);

/** A fault as JSON, for whoever takes one from outside the process. */
export const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop-connection'), clientId: z.int().min(0).optional() }),
  z.strictObject({ kind: z.literal('freeze') }),
  z.strictObject({ kind: z.literal('thaw') }),
  z.strictObject({ kind: z.literal('delay-acks'), delayMs: z.number().min(0) }),
  z.strictObject({ kind: z.literal('swallow-next-order') }),
  z.strictObject({ kind: z.literal('reject-next-order'), code: count, text: z.string() }),
  z.strictObject({ kind: z.literal('split-next-fill'), parts: count }),
  z.strictObject({ kind: z.literal('duplicate-executions'), enabled: z.boolean() }),
  z.strictObject({ kind: z.literal('correct-execution'), execId: z.string().min(1), price: z.number().positive() }),
  z.strictObject({ kind: z.literal('roll-back-next-valid-id'), by: count }),
  z.strictObject({ kind: z.literal('unknown-message') }),
  z.strictObject({ kind: z.literal('truncate-frame') }),
  z.strictObject({ kind: z.literal('garble-next-price') }),
  z.strictObject({ kind: z.literal('farm-notice'), code: z.literal([2103, 2104, 2105, 2106, 2108]) }),
  z.strictObject({ kind: z.literal('lose-connectivity') }),
  z.strictObject({ kind: z.literal('restore-connectivity'), dataKept: z.boolean() }),
  z.strictObject({ kind: z.literal('silence-feed'), feed, silent: z.boolean() }),
  z.strictObject({ kind: z.literal('reset-depth') }),
]);
