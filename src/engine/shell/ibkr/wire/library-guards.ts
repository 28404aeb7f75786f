import type { Socket } from 'node:net';
import type { IBApi } from '@stoqey/ib';

/** What we must reach inside the pinned client, which gives no other hook. Everything is optional: absent parts leave it as it is. */
interface ClientInsides {
  readonly controller?: {
    readonly socket?: { client?: Socket; onData?: (data: Buffer) => void };
  };
}

const HEADER_BYTES = 4;
/** The client's own limit. */
const FRAME_BYTES_MAX = 0xffffff;

/** Follows the length prefixes of the stream across chunks. */
export const createFrameTracker = () => {
  const header = new Uint8Array(HEADER_BYTES);
  let headerBytes = 0;
  let bodyBytesLeft = 0;
  return {
    /** False when a length cannot be true: nothing after it can be read. */
    follow: (chunk: Uint8Array): boolean => {
      let at = 0;
      while (at < chunk.length) {
        if (bodyBytesLeft > 0) {
          const taken = Math.min(bodyBytesLeft, chunk.length - at);
          bodyBytesLeft -= taken;
          at += taken;
          continue;
        }
        header[headerBytes++] = chunk[at++] ?? 0;
        if (headerBytes < HEADER_BYTES) continue;
        headerBytes = 0;
        bodyBytesLeft = new DataView(header.buffer).getInt32(0);
        if (bodyBytesLeft <= 0 || bodyBytesLeft > FRAME_BYTES_MAX) return false;
      }
      return true;
    },
    /** True when the stream ended inside a frame. */
    torn: (): boolean => headerBytes > 0 || bodyBytesLeft > 0,
  };
};

/**
 * The client loops for ever on a negative length and lets a decoder's exception escape into the socket's callback:
 * both end in `onBroken` here. `onChunkDone` runs after the messages of one chunk.
 */
export const guardLibrary = (
  api: IBApi,
  handlers: {
    readonly onBroken: (reason: 'bad-frame-length' | 'undecodable') => void;
    readonly onChunkDone: () => void;
  },
): { torn(): boolean; noDelay(): void } => {
  const socket = (api as unknown as ClientInsides).controller?.socket;
  const tracker = createFrameTracker();
  const original = socket?.onData?.bind(socket);
  let broken = false;
  const breakWith = (reason: 'bad-frame-length' | 'undecodable'): void => {
    broken = true;
    handlers.onBroken(reason);
  };
  if (socket && original)
    socket.onData = (data) => {
      if (broken) return;
      if (!tracker.follow(data)) {
        breakWith('bad-frame-length');
        return;
      }
      try {
        original(data);
      } catch {
        breakWith('undecodable');
        return;
      }
      handlers.onChunkDone();
    };
  return { torn: tracker.torn, noDelay: () => void socket?.client?.setNoDelay(true) };
};
