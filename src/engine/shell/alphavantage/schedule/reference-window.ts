/** Macro series and news have a window of their own: seconds 40 to 58 of each minute, so that they never meet a busy beat. */
const FROM_SECOND = 40;
const TO_SECOND = 58;
const PER_MINUTE_MAX = 4;
const MINUTE_MS = 60_000;

const isInReferenceWindow = (wallMs: number): boolean => {
  const second = Math.floor(wallMs / 1_000) % 60;
  return second >= FROM_SECOND && second < TO_SECOND;
};

export const createReferenceWindow = () => {
  const taken: number[] = [];
  return {
    isOpen: (wallMs: number): boolean => {
      while (taken.length > 0 && (taken[0] as number) <= wallMs - MINUTE_MS) taken.shift();
      return isInReferenceWindow(wallMs) && taken.length < PER_MINUTE_MAX;
    },
    /** When it opens next; infinite while it is open. */
    opensAtMs: (wallMs: number): number => {
      if (isInReferenceWindow(wallMs)) return Number.POSITIVE_INFINITY;
      const minuteMs = Math.floor(wallMs / MINUTE_MS) * MINUTE_MS;
      const opensMs = minuteMs + FROM_SECOND * 1_000;
      return opensMs > wallMs ? opensMs : opensMs + MINUTE_MS;
    },
    take: (wallMs: number): void => void taken.push(wallMs),
  };
};
