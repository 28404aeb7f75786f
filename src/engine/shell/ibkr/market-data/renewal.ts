/** Between attempts to hear a stream again; the last repeats. */
const WAITS_MS = [5_000, 10_000, 20_000, 40_000, 60_000] as const;
/** Another session of the user may go on for hours. */
const LATER_MS = 30_000;

/** After so long without trouble the attempts begin at the first again. */
export const FORGIVEN_AFTER_MS = 60_000;

/** How long until a stream that failed is asked for again, after so many attempts. */
export const renewalWaitMs = (attempts: number, when: 'soon' | 'later'): number => {
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)] ?? LATER_MS;
  return when === 'later' ? Math.max(LATER_MS, wait) : wait;
};
