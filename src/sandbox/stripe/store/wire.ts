/** Stands for the sandbox's own origin in what is kept, for its port may differ at the next start. */
export const HOSTED = 'https://hosted.stripe.invalid';

/** A copy without what Stripe would not show. Metadata is the caller's and stays as it is. */
export const shown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (key === 'internal' || entry === undefined) continue;
    copy[key] = key === 'metadata' ? entry : shown(entry);
  }
  return copy;
};

/** JSON as Stripe sends it, with `HOSTED` for the server's own origin. */
export const render = (value: unknown): string => JSON.stringify(shown(value));

/** With the addresses of hosted pages on this server. */
export const onOrigin = (json: string, origin: string): string => json.replaceAll(HOSTED, origin);
