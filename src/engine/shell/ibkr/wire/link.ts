import { ErrorCode, EventName, IBApi } from '@stoqey/ib';
import type { Pacer } from '../pacing/pacer.ts';
import type { Lane, Outgoing } from '../pacing/policy.ts';
import { guardLibrary } from './library-guards.ts';
import { TickScanner, type TickSink } from './tick-scanner.ts';

type Listener = (...args: never[]) => void;

/** One attempt at one connection. A lost one is thrown away with whatever the client still held in its queues. */
export interface Link {
  readonly api: IBApi;
  /** Handlers of messages; those of a message that could not be decoded wholly do not run. */
  on(event: EventName, listener: Listener): void;
  /** Written as soon as the message rate allows; never, when the connection ends before. */
  send(what: Lane | Outgoing, write: (api: IBApi) => void): void;
  open(): boolean;
  close(reason: string): void;
}

export interface LinkHandlers {
  /** Hears the hot messages, which do not go through the library. */
  readonly ticks: TickSink;
  /** Before a message is read: what the one before it said is complete. */
  readonly onMessage: () => void;
  /** Once after all messages of one read of the socket. */
  readonly onChunkDone: () => void;
  /** `payload`: the message as it came, where there is a whole one. */
  readonly onRefused: (reason: string, detail: string, payload: string | null) => void;
  /** A message about orders, fills or positions was lost: what we know is incomplete. */
  readonly onEvidenceLost: (detail: string) => void;
  readonly onInfo: (code: number, message: string) => void;
  readonly onError: (id: number, code: number, message: string) => void;
  /** Once. */
  readonly onLost: (reason: string) => void;
}

const EVIDENCE = /\b(OPEN_ORDER|ORDER_STATUS|EXECUTION_DATA|COMMISSION_REPORT|POSITION)\b/;

const undecodableReason = (message: string): string =>
  message.startsWith('No parser implementation') ? 'unknown-message' : 'undecodable';

export const openLink = (
  address: { readonly host: string; readonly port: number; readonly clientId: number },
  pacer: Pacer,
  handlers: LinkHandlers,
): Link => {
  // Pacing is ours: the client's own queue would outlive the connection and put orders behind subscriptions.
  const api = new IBApi({ host: address.host, port: address.port, maxReqPerSec: 1_000_000 });
  let ended = false;
  let suspect = false;

  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    pacer.clear();
    if (guards.torn()) handlers.onRefused('truncated-frame', reason, null);
    handlers.onLost(reason);
    api.disconnect();
    api.removeAllListeners();
    // The client reports errors of a dying socket too; without a listener they would be thrown.
    api.on(EventName.error, () => {});
  };
  const scanner = new TickScanner(handlers.ticks);
  let text = '';
  const guards = guardLibrary(api, {
    onFrame: handlers.onMessage,
    scan: (bytes, from, to) => ended || scanner.scan(bytes, from, to),
    onBroken: (reason, detail) => {
      handlers.onRefused(reason, detail, reason === 'undecodable' ? text : null);
      end(reason);
    },
    onChunkDone: () => {
      if (!ended) handlers.onChunkDone();
    },
  });
  const onLibraryError = (code: number, message: string): void => {
    if (code === ErrorCode.UNKNOWN_ID) {
      suspect = true;
      handlers.onRefused(undecodableReason(message), message.slice(0, 200), text);
      if (EVIDENCE.test(message.slice(0, 80))) handlers.onEvidenceLost(message.slice(0, 80));
      return;
    }
    end(`${code}: ${message}`);
  };

  api.on(EventName.received, (_tokens: string[], data?: string) => {
    suspect = false;
    text = data ?? '';
  });
  api.on(EventName.connected, () => guards.noDelay());
  api.on(EventName.disconnected, () => end('the socket was closed'));
  api.on(EventName.info, (message: string, code: number) => {
    if (!suspect) handlers.onInfo(code, message);
  });
  api.on(EventName.error, (error: Error, code: number, id: number) => {
    if (id === ErrorCode.NO_VALID_ID) onLibraryError(code, error.message);
    else handlers.onError(id, code, error.message);
  });
  api.connect(address.clientId);

  return {
    api,
    on: (event, listener) => {
      const guarded = (...args: never[]): void => {
        if (!suspect && !ended) listener(...args);
      };
      api.on(event as EventName.all, guarded as never);
    },
    send: (what, write) => {
      pacer.run(what, () => {
        if (!ended) write(api);
      });
    },
    open: () => !ended,
    close: end,
  };
};
