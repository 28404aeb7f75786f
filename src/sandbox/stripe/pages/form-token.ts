import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Proves that a form came from a page of ours about the same object; new with every start of the sandbox. */
export interface FormTokens {
  of(subject: string): string;
  fits(subject: string, token: string): boolean;
}

export const createFormTokens = (): FormTokens => {
  const key = randomBytes(32);
  const of = (subject: string): string => createHmac('sha256', key).update(subject).digest('base64url');
  return {
    of,
    fits(subject, token) {
      const [expected, given] = [Buffer.from(of(subject)), Buffer.from(token)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
};
