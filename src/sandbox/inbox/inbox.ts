import { html } from 'hono/html';
import type { ReceivedMessage } from '../discord/server.ts';

const CHANNELS = ['premium', 'basic', 'free'] as const;

const listing = (messages: readonly ReceivedMessage[]) =>
  messages.length === 0
    ? html`<p>Nothing yet.</p>`
    : html`<ol reversed>
        ${[...messages].reverse().map(
          ({ id, atMs, content }) => html`<li id="message-${id}">
            <time datetime="${new Date(atMs).toISOString()}">${new Date(atMs).toISOString()}</time>
            <pre>${content}</pre>
          </li>`,
        )}
      </ol>`;

const page = (messages: readonly ReceivedMessage[]) => html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>What the simulated outside received</title>
    </head>
    <body>
      <main>
        <h1>What the simulated outside received</h1>
        <p>Discord is simulated on this machine. Nothing here left it. <a href="/admin">Back</a></p>
        ${CHANNELS.map(
          (channel) => html`<section id="discord-${channel}">
            <h2>Discord, ${channel}</h2>
            ${listing(messages.filter((message) => message.channel === channel))}
          </section>`,
        )}
      </main>
    </body>
  </html>`;

/** What the Discord sandbox received, per channel: a page, or JSON for whoever accepts only that or asks `?format=json`. */
export const discordInbox =
  (discordUrl: string) =>
  async (request: Request): Promise<Response> => {
    const answer = await fetch(new URL('/received', discordUrl), { signal: AbortSignal.timeout(3_000) }).catch(
      () => null,
    );
    if (!answer?.ok) return new Response('The Discord sandbox does not answer.', { status: 503 });
    const messages = (await answer.json()) as readonly ReceivedMessage[];
    const wantsJson =
      new URL(request.url).searchParams.get('format') === 'json' ||
      request.headers.get('accept')?.startsWith('application/json');
    if (wantsJson) return Response.json(messages);
    return new Response(String(await page(messages)), { headers: { 'content-type': 'text/html; charset=utf-8' } });
  };
