import { ErrorCode, EventName, IBApi } from '@stoqey/ib';
import { createPacer } from '../pacing/pacer.ts';
import { guardLibrary } from './library-guards.ts';

type Listener = (...args: never[]) => void;

/** One attempt at one connection. A lost one is thrown away with whatever the client still held in its queues. */
export interface Link {
  readonly api: IBApi;
  /** Handlers of messages; those of a message that could not be decoded wholly do not run. */
  on(event: EventName, listener: Listener): void;
  send(urgency: 'urgent' | 'routine', write: (api: IBApi) => void): void;
  open(): boolean;
  close(reason: string): void;
}

export interface LinkHandlers {
  readonly onMessage: () => void;
  /** Before the next message, and after the last one of a chunk. */
  readonly onMessageDone: () => void;
  /** Once after all messages of one read of the socket. */
  readonly onChunkDone: () => void;
  readonly onRefused: (reason: string, detail: string) => void;
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
  handlers: LinkHandlers,
): Link => {
  // Pacing is ours: the client's own queue would outlive the connection and put orders behind subscriptions.
  const api = new IBApi({ host: address.host, port: address.port, maxReqPerSec: 1_000_000 });
  const pacer = createPacer();
  let ended = false;
  let suspect = false;

  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    pacer.clear();
    if (guards.torn()) handlers.onRefused('truncated-frame', reason);
    handlers.onLost(reason);
    api.disconnect();
    api.removeAllListeners();
    // The client reports errors of a dying socket too; without a listener they would be thrown.
    api.on(EventName.error, () => {});
  };
  const guards = guardLibrary(api, {
    onBroken: (reason) => {
      handlers.onRefused(reason, 'the stream cannot be read any further');
      end(reason);
    },
    onChunkDone: () => {
      if (!ended) handlers.onChunkDone();
    },
  });
  const onLibraryError = (code: number, message: string): void => {
    if (code === ErrorCode.UNKNOWN_ID) {
      suspect = true;
      handlers.onRefused(undecodableReason(message), message.slice(0, 200));
      if (EVIDENCE.test(message.slice(0, 80))) handlers.onEvidenceLost(message.slice(0, 80));
      return;
    }
    end(`${code}: ${message}`);
  };

  api.on(EventName.received, () => {
    suspect = false;
    handlers.onMessage();
    handlers.onMessageDone();
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
    send: (urgency, write) => {
      pacer.run(urgency, () => {
        if (!ended) write(api);
      });
    },
    open: () => !ended,
    close: end,
  };
};
