const HEADER_BYTES = 4;
/** The client's own limit, and far beyond anything TWS sends. */
const FRAME_BYTES_MAX = 0xffffff;
const FIRST_CAPACITY = 64 * 1024;

/**
 * Cuts the socket's stream into frames: four bytes of length, big-endian, then so many bytes. Whole frames are handed
 * over where they lie; only one that is torn between two reads is copied.
 */
export class FrameStream {
  readonly #onFrame: (bytes: Uint8Array, from: number, to: number) => void;
  #rest = new Uint8Array(FIRST_CAPACITY);
  #restBytes = 0;

  /** `from` and `to` bound the frame's body; the bytes are the caller's again after the call. */
  constructor(onFrame: (bytes: Uint8Array, from: number, to: number) => void) {
    this.#onFrame = onFrame;
  }

  /** False when a length cannot be true: nothing after it can be read. */
  push(chunk: Uint8Array): boolean {
    if (this.#restBytes === 0) return this.#cut(chunk, chunk.length);
    this.#append(chunk);
    return this.#cut(this.#rest, this.#restBytes);
  }

  /** True when the stream ended inside a frame. */
  torn(): boolean {
    return this.#restBytes > 0;
  }

  #cut(bytes: Uint8Array, length: number): boolean {
    let at = 0;
    while (length - at >= HEADER_BYTES) {
      const size =
        (((bytes[at] as number) << 24) |
          ((bytes[at + 1] as number) << 16) |
          ((bytes[at + 2] as number) << 8) |
          (bytes[at + 3] as number)) >>
        0;
      if (size <= 0 || size > FRAME_BYTES_MAX) return false;
      const from = at + HEADER_BYTES;
      if (length - from < size) break;
      at = from + size;
      this.#onFrame(bytes, from, at);
    }
    this.#keep(bytes, at, length);
    return true;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    this.#restBytes = 0;
    if (from === to) return;
    if (bytes === this.#rest) this.#rest.copyWithin(0, from, to);
    else {
      this.#reserve(to - from);
      this.#rest.set(bytes.subarray(from, to));
    }
    this.#restBytes = to - from;
  }

  #append(chunk: Uint8Array): void {
    this.#reserve(this.#restBytes + chunk.length);
    this.#rest.set(chunk, this.#restBytes);
    this.#restBytes += chunk.length;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#rest.length) return;
    const larger = new Uint8Array(Math.max(bytes, 2 * this.#rest.length));
    larger.set(this.#rest.subarray(0, this.#restBytes));
    this.#rest = larger;
  }
}
