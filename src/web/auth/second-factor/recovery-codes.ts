import { randomBytes } from 'node:crypto';
import type { Vault } from '../vault.ts';

const RECOVERY_CODES = 10;

/** No letters that look like figures. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const LETTERS = 12;
const FORM = /^[a-z2-9]{12}$/;

/** 59 random bits: `abcd-efgh-jkmn`. */
const newCode = (): string => {
  // Of 256 values the last eight are passed over, so that every letter is as likely.
  const bytes = [...randomBytes(LETTERS * 4)].filter((byte) => byte < 248).slice(0, LETTERS);
  const letters = bytes.map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return letters.replaceAll(/(.{4})(?=.)/g, '$1-');
};

export const newRecoveryCodes = (): readonly string[] => Array.from({ length: RECOVERY_CODES }, newCode);

/** As typed, with or without its dashes; null when it cannot be one. */
export const recoveryCodeHash = (vault: Vault, userId: string, typed: string): string | null => {
  const letters = typed.toLowerCase().replaceAll(/[\s-]/g, '');
  return FORM.test(letters) ? vault.mac(`recovery ${userId} ${letters}`) : null;
};
