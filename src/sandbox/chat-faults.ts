import { z } from 'zod';
import type { DiscordSandbox } from './discord/server.ts';
import type { TelegramSandbox } from './telegram/server.ts';

/** As much of the simulated chats as is disturbed from outside. */
export interface ChatFaults {
  readonly telegram: Pick<TelegramSandbox, 'inject' | 'clearFaults'>;
  readonly discord: Pick<DiscordSandbox, 'injectApi' | 'clearApiFaults'>;
}

const times = z.int().min(1).max(1_000).default(1);
const retryAfterSeconds = z.number().min(0).max(3_600).exactOptional();

const telegramFault = z.strictObject({
  kind: z.enum(['rate-limit', 'server-error', 'drop', 'accept-then-hang', 'refuse']),
  times,
  method: z.string().exactOptional(),
  retryAfterSeconds,
});
const discordFault = z.strictObject({
  kind: z.enum(['rate-limit', 'server-error', 'drop', 'accept-then-hang']),
  times,
  operation: z.string().exactOptional(),
  retryAfterSeconds,
});

interface Answering<T> {
  readonly schema: z.ZodType<T>;
  inject(fault: T): void;
  clear(): void;
}

const answer = async <T>({ schema, inject, clear }: Answering<T>, request: Request): Promise<Response> => {
  if (request.method === 'GET') return Response.json(z.toJSONSchema(schema, { io: 'input' }));
  if (request.method === 'DELETE') {
    clear();
    return new Response(null, { status: 204 });
  }
  if (request.method !== 'POST') return new Response('expected GET, POST or DELETE', { status: 405 });
  // A page in somebody's browser cannot send this type without asking first.
  if (request.headers.get('content-type') !== 'application/json')
    return new Response('expected content-type application/json', { status: 415 });
  const parsed = schema.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return new Response(z.prettifyError(parsed.error), { status: 400 });
  inject(parsed.data);
  return new Response(null, { status: 204 });
};

/** `POST` one fault as JSON, `DELETE` ends all, `GET` tells what there is. */
export const answerTelegramFaults = (telegram: ChatFaults['telegram'], request: Request): Promise<Response> =>
  answer(
    { schema: telegramFault, inject: (fault) => telegram.inject(fault), clear: () => telegram.clearFaults() },
    request,
  );

export const answerDiscordFaults = (discord: ChatFaults['discord'], request: Request): Promise<Response> =>
  answer(
    { schema: discordFault, inject: (fault) => discord.injectApi(fault), clear: () => discord.clearApiFaults() },
    request,
  );
