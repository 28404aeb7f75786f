/** Bytes or whole messages a connection may send, refilled by wall time with at most a second's worth in hand. */
export class Throttle {
  #tokens = 0;
  #unlimited = true;
  #filledAt = performance.now();
  /** Bytes of a message that has begun to go out. */
  #rest = 0;

  /** How many of these bytes may go now. A message that has begun is finished. */
  allow(bytes: Uint8Array, perSecond: { readonly bytes: number | null; readonly messages: number | null }): number {
    const rate = perSecond.bytes ?? perSecond.messages;
    this.#unlimited = rate === null;
    if (rate === null) return bytes.length;
    const now = performance.now();
    this.#tokens = Math.min(rate, this.#tokens + ((now - this.#filledAt) / 1_000) * rate);
    this.#filledAt = now;
    if (perSecond.bytes !== null) return Math.min(bytes.length, Math.floor(this.#tokens));
    let end = this.#rest;
    for (let left = Math.floor(this.#tokens); left > 0 && end < bytes.length; left--) end += frameBytes(bytes, end);
    return Math.min(end, bytes.length);
  }

  /** `bytes` as they were before `taken` of them went. */
  went(bytes: Uint8Array, taken: number, perSecond: { readonly bytes: number | null }): void {
    if (perSecond.bytes !== null) this.#tokens -= taken;
    else if (this.#unlimited && this.#rest === 0 && taken === bytes.length) return;
    let end = this.#rest;
    while (end < taken) {
      end += frameBytes(bytes, end);
      if (perSecond.bytes === null) this.#tokens -= 1;
    }
    this.#rest = end - taken;
  }
}

const frameBytes = (bytes: Uint8Array, at: number): number =>
  4 + new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
