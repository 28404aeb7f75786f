import type { Socket } from 'node:net';
import type { IBApi } from '@stoqey/ib';
import { FrameStream } from './frame-stream.ts';

/** What we must reach inside the pinned client, which gives no other hook. */
interface ClientInsides {
  readonly controller?: {
    readonly socket?: { client?: Socket; onData?: (data: Buffer) => void; onMessage?: (text: string) => void };
  };
}

export interface GuardHandlers {
  /** A frame is about to be read. */
  readonly onFrame: () => void;
  /** True when the frame has been read here; false leaves it to the library. */
  readonly scan: (bytes: Uint8Array, from: number, to: number) => boolean;
  readonly onBroken: (reason: 'bad-frame-length' | 'undecodable', detail: string) => void;
  /** After the messages of one chunk. */
  readonly onChunkDone: () => void;
}

/**
 * Takes the stream from the client at its socket: frames are cut here, the hot ones are read here, and the others are
 * handed to the library's decoder one by one. The client itself loops for ever on a negative length, copies its whole
 * buffer for each message, and lets a decoder's exception escape into the socket's callback: that ends in `onBroken`.
 */
export const guardLibrary = (api: IBApi, handlers: GuardHandlers): { torn(): boolean; noDelay(): void } => {
  const socket = (api as unknown as ClientInsides).controller?.socket;
  const onMessage = socket?.onMessage?.bind(socket);
  if (!socket?.onData || !onMessage) throw new Error('@stoqey/ib: its insides are not those of the pinned version');
  let broken = false;
  const breakWith = (reason: 'bad-frame-length' | 'undecodable', detail: string): void => {
    broken = true;
    handlers.onBroken(reason, detail);
  };
  // The first frame is the server's version, which the library must see before it can decode anything.
  let versionSeen = false;
  const frames = new FrameStream((bytes, from, to) => {
    if (broken) return;
    handlers.onFrame();
    if (versionSeen && handlers.scan(bytes, from, to)) return;
    versionSeen = true;
    onMessage(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8'));
  });
  socket.onData = (data) => {
    if (broken) return;
    try {
      if (!frames.push(data)) {
        breakWith('bad-frame-length', 'a length that cannot be');
        return;
      }
    } catch (error) {
      breakWith('undecodable', error instanceof Error ? (error.stack ?? error.message) : String(error));
      return;
    }
    if (!broken) handlers.onChunkDone();
  };
  return { torn: () => !broken && frames.torn(), noDelay: () => void socket.client?.setNoDelay(true) };
};
