import { createHash, randomUUID } from 'node:crypto';
import { type AcceptedMail, type ErrorBody, parseMail } from './request.ts';

export interface ReceivedMail extends AcceptedMail {
  readonly id: string;
  /** Wall ms since epoch. */
  readonly atMs: number;
}

/** How the vendor misbehaves next, for so many requests. `accept-then-hang` takes the mail and never answers. */
export interface ResendFault {
  readonly kind: 'rate-limit' | 'server-error' | 'accept-then-hang' | 'accept-then-fail' | 'refuse';
  readonly times: number;
}

export interface ResendSandbox {
  readonly url: string;
  /** Oldest first. */
  received(): readonly ReceivedMail[];
  inject(fault: ResendFault): void;
  stop(): Promise<void>;
}

const KEPT_MAX = 2_000;
const KEY_LIFE_MS = 24 * 3_600_000;
const KEY_LENGTH_MAX = 256;

const refuse = ({ statusCode, name, message }: ErrorBody, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json({ statusCode, name, message }, { status: statusCode, headers });

interface Remembered {
  readonly digest: string;
  readonly id: string;
  readonly atMs: number;
}

class Sandbox {
  readonly mails: ReceivedMail[] = [];
  readonly #byKey = new Map<string, Remembered>();
  readonly #faults: { kind: ResendFault['kind']; left: number }[] = [];

  inject({ kind, times }: ResendFault): void {
    this.#faults.push({ kind, left: times });
  }

  #takeFault(): ResendFault['kind'] | null {
    const fault = this.#faults[0];
    if (!fault) return null;
    fault.left -= 1;
    if (fault.left <= 0) this.#faults.shift();
    return fault.kind;
  }

  async send(request: Request): Promise<Response | 'hang'> {
    if (!/^Bearer re_\S+$/.test(request.headers.get('authorization') ?? ''))
      return refuse({
        statusCode: 401,
        name: 'missing_api_key',
        message: 'Missing API key in the authorization header.',
      });
    const fault = this.#takeFault();
    if (fault === 'server-error')
      return refuse({ statusCode: 500, name: 'internal_server_error', message: 'An unexpected error occurred.' });
    if (fault === 'rate-limit')
      return refuse(
        { statusCode: 429, name: 'rate_limit_exceeded', message: 'Too many requests.' },
        { 'retry-after': '1', 'ratelimit-limit': '2', 'ratelimit-remaining': '0' },
      );
    if (fault === 'refuse')
      return refuse({ statusCode: 403, name: 'validation_error', message: 'The domain is not verified.' });
    const text = await request.text();
    const answer = this.#accept(request.headers.get('idempotency-key'), text);
    if (fault === 'accept-then-hang') return 'hang';
    if (fault === 'accept-then-fail')
      return refuse({ statusCode: 500, name: 'internal_server_error', message: 'An unexpected error occurred.' });
    return answer;
  }

  #accept(key: string | null, text: string): Response {
    if (key !== null && (key.length === 0 || key.length > KEY_LENGTH_MAX))
      return refuse({
        statusCode: 400,
        name: 'invalid_idempotency_key',
        message: 'The idempotency key must be between 1 and 256 characters.',
      });
    const digest = createHash('sha256').update(text).digest('hex');
    const known = key === null ? undefined : this.#byKey.get(key);
    if (known && Date.now() - known.atMs < KEY_LIFE_MS)
      return known.digest === digest
        ? Response.json({ id: known.id })
        : refuse({
            statusCode: 409,
            name: 'invalid_idempotent_request',
            message: 'This idempotency key has been used with a different payload.',
          });
    let body: unknown = null;
    try {
      body = JSON.parse(text);
    } catch {
      return refuse({ statusCode: 422, name: 'validation_error', message: 'The request body is not JSON.' });
    }
    const parsed = parseMail(body);
    if (!parsed.ok) return refuse(parsed.body);
    const mail = { ...parsed.mail, id: randomUUID(), atMs: Date.now() };
    this.mails.push(mail);
    if (this.mails.length > KEPT_MAX) this.mails.shift();
    if (key !== null) this.#byKey.set(key, { digest, id: mail.id, atMs: mail.atMs });
    return Response.json({ id: mail.id });
  }
}

/** Resend's API on loopback, after its published OpenAPI description. `GET /received` is ours: for the inbox. */
export const startResendSandbox = async (): Promise<ResendSandbox> => {
  const sandbox = new Sandbox();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === 'GET' && pathname === '/received') return Response.json(sandbox.mails);
      if (pathname !== '/emails')
        return refuse({ statusCode: 404, name: 'not_found', message: 'The requested endpoint does not exist.' });
      if (request.method !== 'POST')
        return refuse({ statusCode: 405, name: 'method_not_allowed', message: 'Method is not allowed.' });
      const answer = await sandbox.send(request);
      return answer === 'hang' ? new Promise<Response>(() => {}) : answer;
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    received: () => sandbox.mails,
    inject: (fault) => sandbox.inject(fault),
    stop: () => server.stop(true),
  };
};
