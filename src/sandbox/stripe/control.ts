import { z } from 'zod';
import type { StripeSandbox } from './seam.ts';
import type { Webhooks } from './webhooks/attach.ts';
import { WEBHOOK_FAULTS, webhookFaultSchema } from './webhooks/faults.ts';

/** What drills may do to the simulated Stripe. */
export interface StripeControl {
  readonly sandbox: Pick<StripeSandbox, 'world' | 'inject'>;
  readonly webhooks: Webhooks;
}

const YEARS_10_SECONDS = 315_360_000;
const clockSchema = z.strictObject({ advanceSeconds: z.number().int().min(0).max(YEARS_10_SECONDS) });
const disputeSchema = z.union([
  z.strictObject({ open: z.string().min(1) }),
  z.strictObject({ close: z.string().min(1), won: z.boolean() }),
]);
const secretSchema = z.strictObject({
  endpoint: z.string().min(1),
  oldValidSeconds: z.number().int().min(0).max(86_400).default(86_400),
});
const apiFaultSchema = z
  .strictObject({
    kind: z.enum([
      'server-error',
      'error-after-commit',
      'timeout-after-commit',
      'connection-reset',
      'reset-after-commit',
      'rate-limit',
      'slow',
    ]),
    times: z.number().int().min(1).max(10_000).default(1),
    method: z.enum(['GET', 'POST', 'DELETE']).optional(),
    path: z.string().startsWith('/v1').optional(),
    delayMs: z.number().int().min(0).max(600_000).optional(),
  })
  .transform(({ kind, times, method, path, delayMs }) => ({
    ...{ kind, times },
    ...(method && { method }),
    ...(path && { path }),
    ...(delayMs !== undefined && { delayMs }),
  }));

const problem = (text: string, status: number): Response => Response.json({ problem: text }, { status });

interface Command<Body> {
  /** What `GET` tells of it, before what `state` adds. */
  readonly help: string;
  readonly body: z.ZodType<Body>;
  state?(control: StripeControl): unknown;
  /** What to answer; a thrown error says why not. */
  post(control: StripeControl, body: Body): unknown;
  remove?(control: StripeControl): void;
}

/** Keeps each command's body typed while they stand in one table. */
const command = <Body>(of: Command<Body>) => ({
  ...of,
  answer: async (control: StripeControl, request: Request): Promise<Response> => {
    if (request.method === 'GET')
      return Response.json({ help: of.help, ...(of.state && { state: of.state(control) }) });
    if (request.method === 'DELETE' && of.remove) {
      of.remove(control);
      return new Response(null, { status: 204 });
    }
    if (request.method !== 'POST') return problem(`expected GET${of.remove ? ', DELETE' : ''} or POST`, 405);
    // A page in somebody's browser cannot send this type without asking first.
    if (request.headers.get('content-type') !== 'application/json')
      return problem('expected content-type application/json', 415);
    const parsed = of.body.safeParse(await request.json().catch(() => null));
    if (!parsed.success) return problem(z.prettifyError(parsed.error), 400);
    try {
      return Response.json((await of.post(control, parsed.data)) ?? {});
    } catch (error) {
      return problem((error as Error).message, 409);
    }
  },
});

const COMMANDS = {
  '/stripe/clock': command({
    help: 'POST {"advanceSeconds": n}: lets so much time pass at Stripe at once; answers when what fell due was delivered',
    body: clockSchema,
    state: ({ sandbox }) => ({ nowSeconds: sandbox.world.nowSeconds() }),
    post: async ({ sandbox: { world }, webhooks: { deliveries } }, { advanceSeconds }) => {
      world.advance(advanceSeconds);
      deliveries.wake();
      await deliveries.settled();
      return { nowSeconds: world.nowSeconds(), pending: deliveries.pending() };
    },
  }),
  '/stripe/webhook-faults': command({
    help: 'POST {"kind": one of known, "times"?, "types"?, …}: what goes wrong with the next deliveries; DELETE ends all',
    body: webhookFaultSchema,
    state: ({ webhooks }) => ({ known: WEBHOOK_FAULTS, faults: webhooks.deliveries.faults.list() }),
    post: ({ webhooks }, fault) => webhooks.deliveries.faults.inject(fault),
    remove: ({ webhooks }) => webhooks.deliveries.faults.clear(),
  }),
  '/stripe/deliver': command({
    help: 'POST {}: sends all webhooks that are held back, delayed or waiting to be retried now; GET lists the attempts',
    body: z.strictObject({}),
    state: ({ webhooks: { deliveries } }) => ({ pending: deliveries.pending(), attempts: deliveries.log() }),
    post: async ({ webhooks: { deliveries } }) => {
      await deliveries.deliverNow();
      return { pending: deliveries.pending() };
    },
  }),
  '/stripe/webhook-secrets': command({
    help: 'POST {"endpoint": "we_…", "oldValidSeconds"?}: a new signing secret; the old one signs beside it for so long',
    body: secretSchema,
    post: ({ webhooks }, { endpoint, oldValidSeconds }) => ({ secret: webhooks.rollSecret(endpoint, oldValidSeconds) }),
  }),
  '/stripe/disputes': command({
    help: 'POST {"open": "ch_…"} disputes a paid charge; POST {"close": "dp_…", "won": true or false} is the bank’s verdict',
    body: disputeSchema,
    state: ({ sandbox }) =>
      sandbox.world
        .all('dispute')
        .map(({ id, charge, status, amount }) => ({ id, charge, status, amountCents: amount })),
    post: ({ sandbox: { world } }, body) => {
      const done = 'open' in body ? world.openDispute(body.open) : world.closeDispute(body.close, body.won);
      if (!done.ok) throw new Error(done.error.message);
      return 'open' in body ? { dispute: done.value } : {};
    },
  }),
  '/stripe/api-faults': command({
    help: 'POST {"kind", "times"?, "method"?, "path"?, "delayMs"?}: how the API answers the next requests',
    body: apiFaultSchema,
    state: () => ({ kinds: apiFaultSchema.in.shape.kind.options }),
    post: ({ sandbox }, fault) => sandbox.inject(fault),
  }),
} as const;

const isCommand = (path: string): path is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, path);

/** `/stripe/…` of the control server; `GET /stripe` lists the commands. */
export const answerStripeControl = (control: StripeControl, request: Request): Promise<Response> | Response => {
  const { pathname } = new URL(request.url);
  if (pathname === '/stripe' && request.method === 'GET')
    return Response.json(Object.fromEntries(Object.entries(COMMANDS).map(([path, { help }]) => [path, help])));
  return isCommand(pathname)
    ? COMMANDS[pathname].answer(control, request)
    : problem(`expected one of ${Object.keys(COMMANDS).join(', ')}`, 404);
};
