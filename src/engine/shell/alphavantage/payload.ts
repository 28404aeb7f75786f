const TURN_BYTES = 1024 * 1024;

/** The pieces of an answer, kept without copying them until somebody wants the whole. */
export const createPayload = () => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    push: (piece: Uint8Array): void => {
      pieces.push(piece);
      length += piece.length;
    },
    /** One array of all; a megabyte a turn of the event loop. */
    whole: async (): Promise<Uint8Array> => {
      const [only] = pieces;
      if (pieces.length === 1 && only) return only;
      const joined = new Uint8Array(length);
      let at = 0;
      let inTurn = 0;
      for (const piece of pieces) {
        joined.set(piece, at);
        at += piece.length;
        inTurn += piece.length;
        if (inTurn < TURN_BYTES) continue;
        inTurn = 0;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      return joined;
    },
  };
};
