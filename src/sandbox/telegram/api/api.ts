import { type Answer, answered, badRequest, forbidden, serverError, tooManyRequests, unauthorized } from '../answer.ts';
import type { Faults, TelegramFault } from '../faults.ts';
import type { World } from '../world/world.ts';
import { call } from './call.ts';
import { type Raw, readRequest } from './read-request.ts';

const RECORDED_MAX = 2_000;
const RETRY_AFTER_S = 1;

export interface RecordedRequest {
  readonly method: string;
  /** Wall ms since epoch, of its arrival. */
  readonly atMs: number;
  readonly params: Raw;
  /** False until it is answered, too. */
  ok: boolean;
}

/** An answer; or the connection is to stay silent, or to be closed. */
type Outcome = Response | 'hang' | 'drop';

const PATH = /^\/bot([^/]+)\/([^/]+)$/;
const METHODS_OF_HTTP = new Set(['GET', 'POST']);

const faultyAnswer = (fault: TelegramFault): Answer | null => {
  switch (fault.kind) {
    case 'rate-limit':
      return tooManyRequests(Math.max(1, Math.ceil(fault.retryAfterSeconds ?? RETRY_AFTER_S)));
    case 'server-error':
      return serverError();
    case 'refuse':
      return forbidden('bot is not a member of the supergroup chat');
    case 'drop':
    case 'accept-then-hang':
      return null;
  }
};

/** The HTTP side of the Bot API. */
export class Api {
  readonly requests: RecordedRequest[] = [];
  readonly #world: World;
  readonly #faults: Faults;
  readonly #token: string;

  constructor(world: World, faults: Faults, token: string) {
    this.#world = world;
    this.#faults = faults;
    this.#token = token;
  }

  /** Null when the path is none of the API's. */
  async handle(request: Request): Promise<Outcome | null> {
    const [, token, method] = PATH.exec(new URL(request.url).pathname) ?? [];
    if (token === undefined || method === undefined) return null;
    if (token !== this.#token) return answered(unauthorized());
    if (!METHODS_OF_HTTP.has(request.method)) return answered(badRequest('only GET and POST are served'));
    const params = await readRequest(request);
    const recorded = this.#record(method, params ?? {});
    const fault = this.#faults.take(method);
    if (fault?.kind === 'drop') return 'drop';
    const answer = fault ? faultyAnswer(fault) : null;
    if (answer) return answered(answer);
    const real = params
      ? await call(this.#world, method, params, request.signal)
      : badRequest("can't parse the request's body as JSON, form or multipart");
    recorded.ok = real.ok;
    return fault?.kind === 'accept-then-hang' ? 'hang' : answered(real);
  }

  #record(method: string, params: Raw): RecordedRequest {
    const recorded = { method, atMs: Date.now(), params, ok: false };
    this.requests.push(recorded);
    if (this.requests.length > RECORDED_MAX) this.requests.shift();
    return recorded;
  }
}
