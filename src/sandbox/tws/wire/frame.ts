/** TWS API framing from v100 on: every message is a 4-byte big-endian length, then NUL-terminated fields. */

/** No client message comes near this; a larger length means the stream is not TWS at all. */
const FRAME_BYTES_MAX = 0xff_ffff;

/** Splits a byte stream into messages. `push` answers whole payloads, or null when the stream is beyond repair. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): Buffer[] | null {
    const data = this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes]);
    const frames: Buffer[] = [];
    let offset = 0;
    while (data.length - offset >= 4) {
      const length = data.readUInt32BE(offset);
      if (length > FRAME_BYTES_MAX) return null;
      if (data.length - offset - 4 < length) break;
      frames.push(data.subarray(offset + 4, offset + 4 + length));
      offset += 4 + length;
    }
    this.#pending = data.subarray(offset);
    return frames;
  }
}

/** Fields of one payload; the last NUL closes the last field. */
export const splitFields = (payload: Buffer): string[] => {
  const text = payload.toString('utf8');
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
};

/** Outgoing bytes of one client, gathered until the next flush. Text is ASCII (see `toAscii7`). */
export class FrameWriter {
  #buffer = Buffer.allocUnsafe(16_384);
  #start = 0;
  #end = 0;

  /** Bytes not yet taken by the socket. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** Appends one message, length first. */
  frame(text: string): void {
    this.#reserve(text.length + 4);
    this.#end = this.#buffer.writeUInt32BE(text.length, this.#end);
    this.#end += this.#buffer.write(text, this.#end, 'latin1');
  }

  /** Appends bytes as they are: for frames that are broken on purpose. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  peek(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  consume(byteCount: number): void {
    this.#start += byteCount;
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  #reserve(byteCount: number): void {
    if (this.#end + byteCount <= this.#buffer.length) return;
    const size = this.size;
    const target =
      size + byteCount <= this.#buffer.length
        ? this.#buffer
        : Buffer.allocUnsafe(2 * Math.max(size + byteCount, 8_192));
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = size;
  }
}
