import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** What the server's own key is for. */
export interface Vault {
  /** Encrypts, bound to a context: sealed for one person it cannot be opened for another. */
  seal(text: string, context: string): string;
  /** Null when it was not sealed by this key for this context. */
  open(sealed: string, context: string): string | null;
  /** A keyed hash, for what is too short to be hashed without a key. Hex. */
  mac(text: string): string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const createVault = (secret: string): Vault => {
  const keyFor = (use: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', `quanticity ${use}`, 32));
  const [sealing, hashing] = [keyFor('seal'), keyFor('mac')];
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, context) {
      try {
        const bytes = Buffer.from(sealed, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
    mac: (text) => createHmac('sha256', hashing).update(text).digest('hex'),
  };
};
