import { createHash } from 'node:crypto';
import { ripen } from '../clock/due.ts';
import type { ApiFault, ValidateRequest } from '../seam.ts';
import { render } from '../store/wire.ts';
import type { ErrorBody, FormParams, Method } from '../types.ts';
import { API_VERSION, type World } from '../world.ts';
import { expand } from './expand.ts';
import { parseForm } from './form.ts';
import { invalid, Refusal } from './refusal.ts';
import { callOf } from './route.ts';
import { match } from './router.ts';

/** What goes back over the wire; addresses of hosted pages still without the server's own origin. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiRequest {
  readonly method: string;
  readonly pathname: string;
  readonly query: string;
  readonly body: string;
  readonly authorization: string | null;
  readonly idempotencyKey: string | null;
  readonly version: string | null;
}

export interface Door {
  readonly world: World;
  readonly validate: ValidateRequest;
  /** Keys of requests that are being answered. */
  readonly inUse: Set<string>;
}

const KEY_LENGTH_MAX = 255;

export const errorAnswer = (status: number, error: ErrorBody, requestId: string): ApiAnswer => ({
  status,
  body: render({ error }),
  headers: { 'request-id': requestId, 'stripe-version': API_VERSION },
});

const keyIn = (authorization: string | null): string | null => {
  const [scheme, value = ''] = (authorization ?? '').split(' ');
  if (scheme === 'Bearer') return value;
  if (scheme === 'Basic') return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
  return null;
};

const authProblem = (authorization: string | null): ErrorBody | null => {
  const key = keyIn(authorization);
  if (key === null || key === '')
    return {
      type: 'invalid_request_error',
      message:
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    };
  if (/^[sr]k_test_\w{4,}$/.test(key)) return null;
  const [start, end] = [key.slice(0, 8), key.slice(-4)];
  return { type: 'invalid_request_error', message: `Invalid API Key provided: ${start}****${end}` };
};

const digestOf = ({ method, pathname, query, body }: ApiRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([method, pathname, query, body]))
    .digest('base64url');

const keyProblem = (status: number, message: string, code?: string): Refusal =>
  new Refusal(status, { type: 'idempotency_error', message, ...(code === undefined ? {} : { code }) });

/** The answer that the key stands for already. */
const keptAnswer = (door: Door, request: ApiRequest, key: string): ApiAnswer | null => {
  if (key.length > KEY_LENGTH_MAX) throw invalid('Idempotency keys can be up to 255 characters.');
  const kept = door.world.store.get('kept_answer', key);
  if (!kept) return null;
  if (kept.digest !== digestOf(request))
    throw keyProblem(
      400,
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    );
  return {
    status: kept.status,
    body: kept.body,
    headers: {
      'request-id': door.world.newRequestId(),
      'original-request': kept.requestId,
      'idempotent-replayed': 'true',
      'idempotency-key': key,
      'stripe-version': API_VERSION,
    },
  };
};

const unknownUrl = ({ method, pathname }: ApiRequest): Refusal =>
  new Refusal(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${pathname}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });

/** A parameter that Stripe takes and the sandbox has no use for: to pass over it would be a wrong answer. */
const notSimulated = (param: string, method: string, specPath: string): Refusal =>
  invalid(`The sandbox does not simulate \`${param}\` of ${method} ${specPath}.`, param, 'sandbox_not_simulated');

const WRITES: readonly string[] = ['POST', 'DELETE'];

const execute = (door: Door, request: ApiRequest, requestId: string): ApiAnswer => {
  const { world } = door;
  const found = match(request.method, request.pathname);
  if (!found) throw unknownUrl(request);
  const form: FormParams = { ...parseForm(request.query), ...parseForm(request.body) };
  const problem = door.validate(request.method as Method, found.specPath, form);
  if (problem) throw new Refusal(400, problem);
  const key = WRITES.includes(request.method) ? request.idempotencyKey : null;
  world.request = { id: requestId, idempotency_key: key };
  const keep = (status: number, body: string): ApiAnswer => {
    if (key !== null)
      world.store.transaction(() =>
        world.store.put('kept_answer', {
          id: key,
          object: 'kept_answer',
          digest: digestOf(request),
          status,
          body,
          requestId,
          created: world.now(),
        }),
      );
    return {
      status,
      body,
      headers: {
        'request-id': requestId,
        'stripe-version': API_VERSION,
        ...(key === null ? {} : { 'idempotency-key': key, 'original-request': requestId }),
      },
    };
  };
  const call = callOf(form, found.path, request.pathname);
  const paths = call.params.texts('expand') ?? [];
  try {
    return world.store.transaction(() => {
      const answer = found.answer(world, call);
      const [unread] = call.params.unread();
      if (unread !== undefined) throw notSimulated(unread, request.method, found.specPath);
      return keep(200, render(expand(world, answer, paths)));
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return keep(error.status, render({ error: error.body }));
  } finally {
    world.request = null;
  }
};

/** Answers one API request as Stripe would. Synchronous: no two requests mix. */
export const answerApi = (door: Door, request: ApiRequest): ApiAnswer => {
  const { world } = door;
  ripen(world);
  const requestId = world.newRequestId();
  const auth = authProblem(request.authorization);
  if (auth) return errorAnswer(401, auth, requestId);
  try {
    if (request.version !== null && request.version !== API_VERSION)
      throw invalid(`Invalid Stripe API version: ${request.version}. The sandbox speaks ${API_VERSION} only.`);
    const key = WRITES.includes(request.method) ? request.idempotencyKey : null;
    if (key !== null && door.inUse.has(key))
      throw keyProblem(
        409,
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later.',
        'idempotency_key_in_use',
      );
    const kept = key === null ? null : keptAnswer(door, request, key);
    return kept ?? execute(door, request, requestId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return errorAnswer(error.status, error.body, requestId);
  }
};

export const isOn = (fault: ApiFault, method: string, pathname: string): boolean =>
  (fault.method === undefined || fault.method === method) &&
  (fault.path === undefined || pathname.startsWith(fault.path));
