interface Serving {
  readonly fetch: (request: Request, server: Bun.Server<undefined>) => Response | Promise<Response>;
}

/** Serves on loopback, at the same port as the last time if that is free: links that people were given go on working. */
export const serveAgain = (lastPort: number | null, { fetch }: Serving): Bun.Server<undefined> => {
  const serve = (port: number) => Bun.serve({ hostname: '127.0.0.1', port, idleTimeout: 0, development: false, fetch });
  try {
    return serve(lastPort ?? 0);
  } catch (error) {
    if (lastPort === null || lastPort === 0) throw error;
    return serve(0);
  }
};
