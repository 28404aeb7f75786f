/**
 * A tape file is a row of blocks: 48 bytes of header, then the payload, compressed with zstd. Little-endian:
 * magic u32, payload bytes u32, crc32 of everything after it u32, items u32, first seq f64, last seq f64, last seq of the block
 * before f64, first `at` f64.
 */
export const HEADER_BYTES = 48;
const MAGIC = 0x3154_4351; // "QCT1"
/** Nothing longer has ever been written: a greater length is damage. */
const PAYLOAD_BYTES_MAX = 256 * 1024 * 1024;

export interface BlockHeader {
  readonly payloadBytes: number;
  readonly crc32: number;
  readonly items: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** 0 for the first block of a run. A mismatch is a gap: sequence numbers alone do not tell, since the ledger takes some. */
  readonly previousLastSeq: number;
  readonly firstAt: number;
}

const CRC_AT = 8;
/** Of a whole block: the rest of the header and the payload. */
export const crc32Of = (block: Uint8Array): number => Bun.hash.crc32(block.subarray(CRC_AT + 4));

export const encodeBlock = (payload: Uint8Array, facts: Omit<BlockHeader, 'payloadBytes' | 'crc32'>): Uint8Array => {
  const block = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(block.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, payload.length, true);
  view.setUint32(12, facts.items, true);
  view.setFloat64(16, facts.firstSeq, true);
  view.setFloat64(24, facts.lastSeq, true);
  view.setFloat64(32, facts.previousLastSeq, true);
  view.setFloat64(40, facts.firstAt, true);
  block.set(payload, HEADER_BYTES);
  view.setUint32(CRC_AT, crc32Of(block), true);
  return block;
};

export const decodeHeader = (bytes: Uint8Array): BlockHeader | null => {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payloadBytes = view.getUint32(4, true);
  if (view.getUint32(0, true) !== MAGIC || payloadBytes > PAYLOAD_BYTES_MAX) return null;
  return {
    payloadBytes,
    crc32: view.getUint32(CRC_AT, true),
    items: view.getUint32(12, true),
    firstSeq: view.getFloat64(16, true),
    lastSeq: view.getFloat64(24, true),
    previousLastSeq: view.getFloat64(32, true),
    firstAt: view.getFloat64(40, true),
  };
};

/** Where the next header may begin after damage, at or after `from`; -1 when nowhere. */
export const findMagic = (bytes: Uint8Array, from: number): number => {
  for (let at = from; at + 4 <= bytes.length; at += 1)
    if (bytes[at] === 0x51 && bytes[at + 1] === 0x43 && bytes[at + 2] === 0x54 && bytes[at + 3] === 0x31) return at;
  return -1;
};
