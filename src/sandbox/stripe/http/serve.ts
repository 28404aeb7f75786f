import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** The connection is cut without an answer, which `Bun.serve` has no way to do. */
export type Cut = 'cut';
type Handler = (request: Request, origin: string) => Promise<Response | Cut>;

export interface Served {
  readonly origin: string;
  stop(): Promise<void>;
}

const requestOf = async (message: IncomingMessage, origin: string): Promise<Request> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  const method = message.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const takesBody = method !== 'GET' && method !== 'HEAD';
  return new Request(new URL(message.url ?? '/', origin).href, {
    method,
    headers,
    ...(takesBody ? { body: Buffer.concat(chunks) } : {}),
  });
};

const send = async (answer: Response, response: ServerResponse): Promise<void> => {
  response.statusCode = answer.status;
  // `Set-Cookie` may come more than once, and joined with commas it would be another cookie.
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.end(Buffer.from(await answer.arrayBuffer()));
};

/** Answers on a loopback port; 0 takes a free one. A handler that throws is a defect: 500, and told on the console. */
export const serve = async (handler: Handler, port: number): Promise<Served> => {
  let origin = '';
  const server = createServer(async (message, response) => {
    try {
      const answer = await handler(await requestOf(message, origin), origin);
      if (answer === 'cut') message.socket.destroy();
      else await send(answer, response);
    } catch (error) {
      process.stderr.write(`sandbox Stripe: ${Bun.inspect(error)}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
