import { dueOf, ripen } from './clock/due.ts';
import { type ApiAnswer, type ApiRequest, answerApi, type Door, errorAnswer, isOn } from './http/api.ts';
import { type Cut, serve } from './http/serve.ts';
import type { ApiFault, PageHandler, StripeSandbox, StripeSandboxOptions } from './seam.ts';
import { validateRequest } from './spec/validate-request.ts';
import { openJournal } from './store/journal.ts';
import { onOrigin } from './store/wire.ts';
import { verbsOf } from './verbs.ts';
import { World } from './world.ts';

const DUNNING = { retryDays: [3, 5, 7], thenSubscription: 'cancel' } as const;
const RIPEN_EVERY_MS = 1_000;

const readRequest = async (request: Request, { pathname, search }: URL): Promise<ApiRequest> => ({
  method: request.method,
  pathname,
  query: search.slice(1),
  body: request.method === 'POST' || request.method === 'DELETE' ? await request.text() : '',
  authorization: request.headers.get('authorization'),
  idempotencyKey: request.headers.get('idempotency-key'),
  version: request.headers.get('stripe-version'),
});

const apiError = (door: Door, status: number, message: string): ApiAnswer =>
  errorAnswer(
    status,
    {
      type: status === 429 ? 'invalid_request_error' : 'api_error',
      message,
      ...(status === 429 ? { code: 'rate_limit' } : {}),
    },
    door.world.newRequestId(),
  );

/** The answer as the fault spoils it. */
const spoil = async (door: Door, request: ApiRequest, fault: ApiFault): Promise<ApiAnswer | Cut> => {
  switch (fault.kind) {
    case 'server-error':
      return apiError(door, 500, 'An unknown error occurred');
    case 'rate-limit':
      return apiError(
        door,
        429,
        'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
      );
    case 'connection-reset':
      return 'cut';
    case 'error-after-commit':
      answerApi(door, request);
      return apiError(door, 500, 'An unknown error occurred');
    case 'reset-after-commit':
      answerApi(door, request);
      return 'cut';
    case 'timeout-after-commit':
      answerApi(door, request);
      return new Promise(() => {});
    case 'slow': {
      if (request.idempotencyKey !== null) door.inUse.add(request.idempotencyKey);
      await Bun.sleep(fault.delayMs ?? 0);
      if (request.idempotencyKey !== null) door.inUse.delete(request.idempotencyKey);
      return answerApi(door, request);
    }
  }
};

/**
 * A Stripe on loopback: API 2023-08-16 under `/v1`, hosted pages beside it once they are mounted. Its clock is wall time
 * plus what it was advanced by; what falls due happens by itself. Free port unless one is asked for.
 */
export const startStripeSandbox = async (options: StripeSandboxOptions): Promise<StripeSandbox> => {
  const world = new World({
    seed: options.seed,
    journal: options.stateFolder === undefined ? null : openJournal(options.stateFolder),
    wallNow: options.now ?? Date.now,
    dunning: options.dunning ?? DUNNING,
    dueOf,
  });
  const door: Door = { world, validate: options.validate ?? validateRequest, inUse: new Set() };
  const faults: { readonly fault: ApiFault; left: number }[] = [];
  const pages: PageHandler[] = [];

  const takeFault = (method: string, pathname: string): ApiFault | null => {
    const at = faults.findIndex(({ fault }) => isOn(fault, method, pathname));
    const found = faults[at];
    if (!found) return null;
    found.left -= 1;
    if (found.left <= 0) faults.splice(at, 1);
    return found.fault;
  };

  const server = await serve(async (request, origin) => {
    const url = new URL(request.url);
    if (url.pathname !== '/v1' && !url.pathname.startsWith('/v1/')) {
      ripen(world);
      for (const page of pages) {
        const answer = await page(request);
        if (answer) return answer;
      }
      return new Response('not found', { status: 404 });
    }
    const read = await readRequest(request, url);
    const fault = takeFault(read.method, read.pathname);
    const answer = fault ? await spoil(door, read, fault) : answerApi(door, read);
    return answer === 'cut'
      ? answer
      : new Response(onOrigin(answer.body, origin), {
          status: answer.status,
          headers: { 'content-type': 'application/json', ...answer.headers },
        });
  }, options.port ?? 0);
  const ripening = setInterval(() => ripen(world), RIPEN_EVERY_MS);
  ripening.unref();
  return {
    url: server.origin,
    world: verbsOf(world, () => server.origin),
    inject: (fault) => void faults.push({ fault, left: fault.times }),
    mount: (handler) => void pages.push(handler),
    stop: async () => {
      clearInterval(ripening);
      await server.stop();
    },
  };
};
