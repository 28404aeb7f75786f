import { Secret, TOTP } from 'otpauth';

/** As every authenticator app takes it (RFC 6238): SHA-1, six digits, thirty seconds. */
const FORM = { issuer: 'QuantiCity', algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Clocks of telephones run up to a step early or late. */
const STEPS_OFF_MAX = 1;

const totpOf = (secret: string, label: string): TOTP => new TOTP({ ...FORM, label, secret: Secret.fromBase32(secret) });

/** 160 random bits, base32. */
export const newSecret = (): string => new Secret({ size: 20 }).base32;

/** What the QR code says: `otpauth://totp/…`. */
export const totpUri = (secret: string, email: string): string => totpOf(secret, email).toString();

export const currentCode = (secret: string, atMs: number = Date.now()): string =>
  totpOf(secret, '').generate({ timestamp: atMs });

/** The time step that a code belongs to, if it belongs to one of now; else null. */
export const stepOf = (secret: string, code: string, atMs: number = Date.now()): number | null => {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: atMs, window: STEPS_OFF_MAX });
  return delta === null ? null : Math.floor(atMs / (FORM.period * 1_000)) + delta;
};
