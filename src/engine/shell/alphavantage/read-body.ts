import { type Refusal, refusal } from './body.ts';

/** So much is read before others get their turn: about half a millisecond of work. */
const TURN_BYTES = 24 * 1024;
const BODY_BYTES_MAX = 64 * 1024 * 1024;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Hands a body to `push` as it arrives, a turn of the event loop for each `TURN_BYTES` at most. Null when it was read to its end.
 * Rejects as the stream does.
 */
export const readBody = async (
  body: AsyncIterable<Uint8Array> | null,
  push: (piece: Uint8Array) => void,
): Promise<Refusal | null> => {
  if (!body) return null;
  let total = 0;
  let inTurn = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > BODY_BYTES_MAX) return refusal('unexpected-shape', `the answer is longer than ${BODY_BYTES_MAX} bytes`);
    for (let from = 0; from < chunk.length; from += TURN_BYTES) {
      const piece = chunk.subarray(from, from + TURN_BYTES);
      if (inTurn + piece.length > TURN_BYTES) {
        await nextTurn();
        inTurn = 0;
      }
      push(piece);
      inTurn += piece.length;
    }
  }
  return null;
};
