import { createServer } from 'node:net';

/** Why no server could listen there now, in words that name the variable; null when one could. */
export const portProblem = (host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE')
        resolve(`PORT ${port} on ${host} is taken by another program; stop it, or set PORT to a free one`);
      else if (code === 'EACCES') resolve(`PORT ${port} needs privileges; set PORT to one from 1024 up`);
      else resolve(`HOST ${host} is no address of this machine (${code ?? 'unknown error'})`);
    });
    probe.listen({ host, port }, () => probe.close(() => resolve(null)));
  });
