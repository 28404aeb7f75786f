import { dictionary } from '@zxcvbn-ts/language-common';
import { COMMON_PASSWORDS } from './common-passwords.ts';

export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 256;

/** OWASP's floor for argon2id: 19 MiB, two passes. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

/** Those that leaked most often, lower case, and those of this trade and year that guessers add. */
const TRIED_FIRST: ReadonlySet<string> = new Set([...dictionary['passwords-common'], ...COMMON_PASSWORDS]);

export const hashPassword = (password: string): Promise<string> => Bun.password.hash(password, ARGON2ID);

/** Why a password is refused, in words for the person choosing it; null when it will do. */
export const passwordProblem = (password: string): string | null => {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH_MIN) return `Choose a password of at least ${PASSWORD_LENGTH_MIN} characters.`;
  if (length > PASSWORD_LENGTH_MAX) return `Choose a password of at most ${PASSWORD_LENGTH_MAX} characters.`;
  if (TRIED_FIRST.has(password.toLowerCase()))
    return 'That password is among the first that attackers try. Choose another.';
  return null;
};

let dummy: Promise<string> | null = null;

/** Takes as long for an address nobody has (`hash` null) as for a wrong password. */
export const verifyPassword = async (password: string, hash: string | null): Promise<boolean> => {
  dummy ??= hashPassword('nobody has this password');
  const matches = await Bun.password.verify(password, hash ?? (await dummy));
  return hash !== null && matches;
};
