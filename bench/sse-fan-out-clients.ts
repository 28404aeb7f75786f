/**
 * The readers of the fan-out figure, in a process of their own: `sse-fan-out-clients.ts N PORT PORT`. Keeps N streams
 * open to each port; says on stdout when all are open, and, asked `count`, how many events came in from each.
 */
const [count = '0', ...ports] = process.argv.slice(2);
const MARK = '~'.charCodeAt(0);
const events = ports.map(() => 0);
let open = 0;

const marksIn = (bytes: Uint8Array): number => {
  let found = 0;
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) found += 1;
  return found;
};

const connectOne = (port: number, side: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let first = true;
    void Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (socket) => {
          socket.write('GET /live HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n');
        },
        data: (_socket, bytes) => {
          if (first) {
            first = false;
            open += 1;
            resolve();
          }
          events[side] = (events[side] ?? 0) + marksIn(bytes);
        },
        close: () => {
          open -= 1;
        },
        error: (_socket, error) => reject(error),
        connectError: (_socket, error) => reject(error),
      },
    }).catch(reject);
  });

for (const [side, port] of ports.entries())
  for (let done = 0; done < Number(count); done += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, Number(count) - done) }, () => connectOne(Number(port), side)),
    );
process.stdout.write(`${JSON.stringify({ open })}\n`);

for await (const line of console) if (line === 'count') process.stdout.write(`${JSON.stringify({ open, events })}\n`);
