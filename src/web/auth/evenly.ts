/** Longer than the slowest of these takes, which hashes a password. */
const EVEN_MS = 350;

/**
 * Does the work and answers no sooner than after a fixed time, so that the answer's delay does not tell what there was
 * to do: an account's row to write, a mail to queue, or nothing.
 */
export const evenly = async <T>(work: () => Promise<T>): Promise<T> => {
  const [outcome] = await Promise.allSettled([work(), Bun.sleep(EVEN_MS)]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
};
