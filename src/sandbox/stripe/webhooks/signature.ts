import { createHmac } from 'node:crypto';

/** HMAC-SHA256 over `t.body`, as Stripe documents its scheme `v1`. `secret` includes its `whsec_`. */
const signatureOf = (secret: string, timestampSeconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');

/**
 * The `Stripe-Signature` header: one `v1` for each secret that is valid, and the meaningless `v0` of test mode, which a
 * receiver must ignore.
 */
export const signatureHeader = (secrets: readonly string[], timestampSeconds: number, body: string): string =>
  [
    `t=${timestampSeconds}`,
    ...secrets.map((secret) => `v1=${signatureOf(secret, timestampSeconds, body)}`),
    `v0=${signatureOf('test mode', timestampSeconds, body)}`,
  ].join(',');
