import type { Desk } from './desk.ts';
import { HandshakeReader } from './handshake.ts';
import { forgetSubscriptions } from './reports.ts';
import { Session } from './session.ts';

export interface Connection {
  readonly session: Session;
  readonly handshake: HandshakeReader;
}

export interface GateOptions {
  /** 0 lets the system choose, once: a port that opens again is the same. */
  readonly port: number;
  /** Bytes a client may leave unread before it is cut off. */
  readonly backlogBytesMax: number;
  readonly receive: (connection: Connection, bytes: Uint8Array) => void;
  readonly requestFlush: () => void;
}

/** The listening port and its connections. It can be closed and opened again while the exchange behind it goes on. */
export class Gate {
  readonly #desk: Desk;
  readonly #options: GateOptions;
  #port: number;
  #listener: Bun.TCPSocketListener<Connection> | null = null;

  constructor(desk: Desk, options: GateOptions) {
    this.#desk = desk;
    this.#options = options;
    this.#port = options.port;
  }

  get port(): number {
    return this.#port;
  }

  open(): void {
    this.#listener ??= this.#listen();
    this.#port = this.#listener.port;
  }

  /** Ends every connection, `abruptly` without sending what is written, and stops listening. */
  close(abruptly: boolean): void {
    for (const session of [...this.#desk.sessions]) session.close(abruptly);
    this.#listener?.stop();
    this.#listener = null;
  }

  #listen(): Bun.TCPSocketListener<Connection> {
    const desk = this.#desk;
    const { receive, requestFlush } = this.#options;
    return Bun.listen<Connection>({
      hostname: '127.0.0.1',
      port: this.#port,
      socket: {
        open: (socket) => {
          const session = this.#session(socket);
          socket.data = { session, handshake: new HandshakeReader() };
          desk.sessions.add(session);
          if (desk.faults.halfOpenForAll) session.setHalfOpen(true);
        },
        data: (socket, bytes) => {
          receive(socket.data, bytes);
          requestFlush();
        },
        drain: (socket) => socket.data.session.flush(),
        close: (socket) => {
          socket.data.session.closed = true;
          this.#forget(socket.data.session);
        },
        error: (socket, error) => desk.log(`client ${socket.data.session.clientId}: ${error.message}`),
      },
    });
  }

  #session(socket: Bun.Socket<Connection>): Session {
    const session: Session = new Session({
      transport: {
        write: (bytes) => Math.max(0, socket.write(bytes)),
        close: (abruptly) => {
          if (abruptly) socket.terminate();
          else socket.end();
          this.#forget(session);
        },
        setReading: (reading) => {
          if (reading) socket.resume();
          else socket.pause();
        },
      },
      faults: this.#desk.faults,
      backlogBytesMax: this.#options.backlogBytesMax,
      requestFlush: this.#options.requestFlush,
      now: () => this.#desk.market.now(),
    });
    return session;
  }

  #forget(session: Session): void {
    this.#desk.sessions.delete(session);
    forgetSubscriptions(this.#desk, session);
    this.#desk.pnl.forget(session);
  }
}
