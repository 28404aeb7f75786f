import { z } from 'zod';
import type { Fault } from './fault-types.ts';

const feed = z.enum(['quotes', 'depth', 'ticks', 'bars']);
const count = z.int().min(1);
const client = z.int().min(0).optional();
const milliseconds = z.number().min(0);
const rate = z.number().min(0).max(1);
const seed = z.int().min(0);
const perSecond = z.number().positive().nullable();
const enabled = z.boolean();

/** A fault as JSON, for whoever takes one from outside the process. */
export const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop-connection'), clientId: client, how: z.enum(['reset', 'close']).optional() }),
  z.strictObject({ kind: z.literal('half-open'), clientId: client }),
  z.strictObject({ kind: z.literal('heal-half-open') }),
  z.strictObject({ kind: z.literal('freeze') }),
  z.strictObject({ kind: z.literal('thaw') }),
  z.strictObject({ kind: z.literal('restart'), downMs: milliseconds, rollBackBy: z.int().min(0) }),
  z.strictObject({
    kind: z.literal('schedule-restart'),
    enabled,
    downMs: milliseconds,
    rollBackBy: z.int().min(0),
  }),
  z.strictObject({
    kind: z.literal('throttle'),
    bytesPerSecond: perSecond,
    messagesPerSecond: perSecond,
    requestsPerSecond: perSecond,
  }),
  z.strictObject({ kind: z.literal('delay-acks'), delayMs: milliseconds }),
  z.strictObject({ kind: z.literal('strict-pacing'), enabled }),
  z.strictObject({ kind: z.literal('swallow-next-order') }),
  z.strictObject({ kind: z.literal('reject-next-order'), code: count, text: z.string() }),
  z.strictObject({ kind: z.literal('split-next-fill'), parts: count }),
  z.strictObject({ kind: z.literal('duplicate-executions'), enabled }),
  z.strictObject({ kind: z.literal('correct-execution'), execId: z.string().min(1), price: z.number().positive() }),
  z.strictObject({ kind: z.literal('roll-back-next-valid-id'), by: count }),
  z.strictObject({ kind: z.literal('read-only'), enabled }),
  z.strictObject({ kind: z.literal('unknown-message') }),
  z.strictObject({ kind: z.literal('truncate-frame') }),
  z.strictObject({ kind: z.literal('garble-next-price') }),
  z.strictObject({
    kind: z.literal('garble'),
    rate,
    seed,
    ways: z
      .array(z.enum(['not-a-number', 'missing-field', 'extra-field', 'wrong-version']))
      .min(1)
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('change-schema'),
    message: count,
    change: z.enum(['field-more', 'field-less', 'other-type']),
    field: count,
  }),
  z.strictObject({ kind: z.literal('restore-schema') }),
  z.strictObject({ kind: z.literal('farm-notice'), code: z.literal([2103, 2104, 2105, 2106, 2108]) }),
  z.strictObject({ kind: z.literal('lose-connectivity') }),
  z.strictObject({ kind: z.literal('restore-connectivity'), dataKept: z.boolean() }),
  z.strictObject({ kind: z.literal('competing-session'), active: z.boolean() }),
  z.strictObject({
    kind: z.literal('no-permission'),
    symbols: z.array(z.string().min(1)),
    delayedOffered: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('silence-feed'),
    feed,
    silent: z.boolean(),
    symbol: z.string().min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('delay-data'), delayMs: milliseconds, jitterMs: milliseconds, seed }),
  z.strictObject({ kind: z.literal('duplicate-data'), rate, seed }),
  z.strictObject({ kind: z.literal('reorder-data'), window: count, seed }),
  z.strictObject({ kind: z.literal('reset-depth') }),
  z.strictObject({ kind: z.literal('clear') }),
]);
