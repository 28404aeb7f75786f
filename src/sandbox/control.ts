import { z } from 'zod';
import { faultSchema } from './tws/fault-schema.ts';
import { FAULT_TABLE, type Fault } from './tws/fault-types.ts';

export interface Control {
  readonly url: string;
  stop(): void;
}

/**
 * Lets tests and drills make the sandboxed broker misbehave: `POST /tws/faults` with one fault as JSON; `GET` tells what
 * there is, what each does at the wire and how it ends. Loopback only.
 */
export const startControl = (inject: (fault: Fault) => void): Control => {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      if (new URL(request.url).pathname !== '/tws/faults' || (request.method !== 'POST' && request.method !== 'GET'))
        return new Response('expected POST /tws/faults', { status: 404 });
      if (request.method === 'GET') return Response.json(FAULT_TABLE);
      // A page in somebody's browser cannot send this type without asking first.
      if (request.headers.get('content-type') !== 'application/json')
        return new Response('expected content-type application/json', { status: 415 });
      const parsed = faultSchema.safeParse(await request.json().catch(() => null));
      if (!parsed.success) return new Response(z.prettifyError(parsed.error), { status: 400 });
      try {
        inject(parsed.data);
      } catch (error) {
        return new Response((error as Error).message, { status: 409 });
      }
      return new Response(null, { status: 204 });
    },
  });
  return { url: server.url.origin, stop: () => void server.stop(true) };
};
