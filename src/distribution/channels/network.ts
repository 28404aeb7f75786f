/** What went wrong on the way: `not-now` where the request certainly never reached the vendor, else `unknown`. */
export interface NetworkFailure {
  readonly kind: 'not-now' | 'unknown';
  readonly problem: string;
}

/** Errors of a request that never reached the vendor. */
const NEVER_SENT = new Set(['ConnectionRefused', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'FailedToOpenSocket']);

/** Says it by code alone: messages of such errors carry addresses, and addresses carry secrets. */
export const networkFailure = (error: unknown): NetworkFailure => {
  const { name, code } = (error ?? {}) as { name?: string; code?: unknown };
  const word = typeof code === 'string' ? code : undefined;
  if (word !== undefined && NEVER_SENT.has(word)) return { kind: 'not-now', problem: word };
  const isLate = name === 'TimeoutError' || name === 'AbortError';
  return { kind: 'unknown', problem: isLate ? 'no answer in time' : (word ?? name ?? 'unknown error') };
};
