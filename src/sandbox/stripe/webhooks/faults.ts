import { z } from 'zod';

const times = z.number().int().min(1).max(100_000).nullable().default(1);
const types = z.array(z.string().min(1)).min(1).optional();
const chance = z.number().min(0).max(1).default(0);
const delayMs = z.number().int().min(0).max(3_600_000);

/** One way in which deliveries go wrong: for how many events (null: until cleared), and of which types (absent: all). */
export const webhookFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('duplicate'),
    times,
    types,
    copies: z.number().int().min(2).max(20).default(2),
    parallel: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('delay'), times, types, delayMs }),
  z.strictObject({ kind: z.literal('shuffle'), times: z.number().int().min(2).max(1_000).default(5), types }),
  z.strictObject({ kind: z.literal('drop'), times, types }),
  z.strictObject({
    kind: z.literal('stale'),
    times,
    types,
    ageSeconds: z.number().int().min(1).max(31_536_000).default(600),
  }),
  z.strictObject({ kind: z.literal('bad-signature'), times, types }),
  z.strictObject({ kind: z.literal('no-signature'), times, types }),
  z.strictObject({ kind: z.literal('re-serialise'), times, types }),
  z.strictObject({
    kind: z.literal('chaos'),
    times,
    types,
    drop: chance,
    duplicate: chance,
    delay: chance,
    delayMs: delayMs.default(1_000),
  }),
]);
export type WebhookFault = z.infer<typeof webhookFaultSchema>;
export type WebhookFaultInput = z.input<typeof webhookFaultSchema>;

/** What each fault does at the wire. */
export const WEBHOOK_FAULTS: Readonly<Record<WebhookFault['kind'], string>> = {
  duplicate: 'sends the event `copies` times, one after the other or, with `parallel`, all at once',
  delay: 'sends the event `delayMs` of wall time later',
  shuffle: 'holds `times` events back until there are so many, or POST /stripe/deliver, then sends them out of order',
  drop: 'never sends the event; GET /v1/events still lists it',
  stale: 'signs with a time `ageSeconds` in the past; the next try is good',
  'bad-signature': 'signs with a secret that nobody has; the next try is good',
  'no-signature': 'leaves the signature header out; the next try is good',
  're-serialise': 'writes the JSON anew after signing it, as a meddling proxy would; the next try is good',
  chaos: 'drops, duplicates or delays by `delayMs` with the given chances from 0 to 1',
};

export interface WebhookFaults {
  inject(fault: WebhookFaultInput): void;
  clear(): void;
  list(): readonly WebhookFault[];
  /** Uses the first fault that speaks of this type up by one event; null when none does. */
  take(type: string): WebhookFault | null;
}

export const createWebhookFaults = (): WebhookFaults => {
  let faults: WebhookFault[] = [];
  return {
    inject: (fault) => void faults.push(webhookFaultSchema.parse(fault)),
    clear: () => {
      faults = [];
    },
    list: () => faults,
    take(type) {
      const fault = faults.find(({ types: only }) => !only || only.includes(type));
      if (!fault) return null;
      const left = fault.times === null ? null : fault.times - 1;
      faults =
        left === 0
          ? faults.filter((other) => other !== fault)
          : faults.map((other) => (other === fault ? ({ ...other, times: left } as WebhookFault) : other));
      return fault;
    },
  };
};
