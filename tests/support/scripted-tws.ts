import { createServer, type Server, type Socket } from 'node:net';

/** One frame of the TWS protocol: four bytes of length, then NUL-terminated fields. */
export const frame = (...fields: readonly (string | number)[]): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeInt32BE(body.length);
  return Buffer.concat([head, body]);
};

/** The newest version that the client speaks, and the one that it agrees on with a current TWS. */
export const SERVER_VERSION = 193;

export interface ScriptedConnection {
  readonly socket: Socket;
  /** Everything that came after the handshake, as fields. */
  readonly requests: string[][];
  say(...fields: readonly (string | number)[]): void;
}

export interface ScriptedTws {
  readonly port: number;
  readonly connections: ScriptedConnection[];
  /** The newest connection that has signed on. */
  current(): ScriptedConnection;
  until(what: string, holds: () => boolean, waitMs?: number): Promise<void>;
  stop(): void;
}

export interface Script {
  /** Answers one request. */
  readonly onRequest?: (connection: ScriptedConnection, fields: readonly string[]) => void;
  /** Of the next connection. */
  readonly version?: () => number;
  readonly account?: string;
  readonly nextId?: number;
}

/** Cuts what a client writes into fields; the first thing it writes is its own kind of handshake. */
const readRequests = (connection: ScriptedConnection, script: Script): void => {
  let pending = Buffer.alloc(0);
  let greeted = false;
  connection.socket.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data]);
    if (!greeted) {
      if (pending.length < 8) return;
      const size = pending.readInt32BE(4);
      if (pending.length < 8 + size) return;
      pending = pending.subarray(8 + size);
      greeted = true;
      connection.say(script.version?.() ?? SERVER_VERSION, '20260320 10:00:00 US/Eastern');
    }
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const size = pending.readInt32BE(0);
      const fields = pending
        .subarray(4, 4 + size)
        .toString()
        .split('\0')
        .slice(0, -1);
      pending = pending.subarray(4 + size);
      connection.requests.push(fields);
      // startApi
      if (fields[0] === '71') {
        connection.say(15, 1, script.account ?? 'DU1');
        connection.say(9, 1, script.nextId ?? 1);
      }
      script.onRequest?.(connection, fields);
    }
  });
};

/** What answers a client that asks for orders, executions and positions: there are none. */
export const emptyAccount = (connection: ScriptedConnection, fields: readonly string[]): void => {
  const [message] = fields;
  if (message === '5' || message === '16') connection.say(53, 1);
  if (message === '7') connection.say(55, 1, fields[2] ?? '');
  if (message === '61') connection.say(62, 1);
  if (message === '49') connection.say(49, 1, 1_700_000_000);
};

/** A gateway that says what a test wants, byte for byte. */
export const startScriptedTws = async (script: Script = {}): Promise<ScriptedTws> => {
  const connections: ScriptedConnection[] = [];
  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const connection: ScriptedConnection = {
      socket,
      requests: [],
      say: (...fields) => void socket.write(frame(...fields)),
    };
    connections.push(connection);
    readRequests(connection, script);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return {
    port,
    connections,
    current: () => {
      const last = connections.at(-1);
      if (!last) throw new Error('nobody has connected');
      return last;
    },
    until: async (what, holds, waitMs = 5_000) => {
      const deadline = Date.now() + waitMs;
      while (!holds()) {
        if (Date.now() > deadline) throw new Error(`${what}: not within ${waitMs} ms`);
        await Bun.sleep(2);
      }
    },
    stop: () => {
      for (const { socket } of connections) socket.destroy();
      server.close();
    },
  };
};
