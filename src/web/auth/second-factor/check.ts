import { audit } from '../../../db/queries/audit.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { secondFactorOf, takeRecoveryCode, takeStep } from '../../../db/queries/second-factors.ts';
import { addressTo, type Site } from '../../context.ts';
import { recoveryCodeHash } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

export interface CodeTry {
  readonly userId: string;
  /** As typed: six digits of the authenticator, or a recovery code. */
  readonly code: string;
  /** Where it comes from, for the record. */
  readonly address: string;
}

const byAuthenticator = async (site: Site, { userId, code }: CodeTry): Promise<boolean> => {
  const factor = await secondFactorOf(site.db.db, userId);
  const secret = factor?.confirmedAt ? site.vault.open(factor.sealedSecret, userId) : null;
  if (secret === null) return false;
  const step = stepOf(secret, code);
  return step !== null && (await takeStep(site.db.db, userId, step));
};

const byRecoveryCode = (site: Site, { userId, code, address }: CodeTry): Promise<boolean> => {
  const codeHash = recoveryCodeHash(site.vault, userId, code);
  if (codeHash === null) return Promise.resolve(false);
  return site.db.db.transaction(async (tx) => {
    if (!(await takeRecoveryCode(tx, userId, codeHash))) return false;
    const actor = { kind: 'member', userId } as const;
    await audit(tx, { actor, action: 'recovery-code.used', userId, cause: 'sign-in', address });
    const securityUrl = addressTo(site, '/account/security');
    await queueMail(tx, {
      userId,
      template: 'second-factor-changed',
      data: { what: 'recovery-code-used', securityUrl },
      dedupeKey: `recovery-code-used:${codeHash}`,
    });
    return true;
  });
};

/** Uses the code up: neither it nor an older one works again. */
export const checkCode = async (site: Site, attempt: CodeTry): Promise<boolean> => {
  const digits = attempt.code.replaceAll(/\s/g, '');
  return /^\d{6}$/.test(digits) ? byAuthenticator(site, { ...attempt, code: digits }) : byRecoveryCode(site, attempt);
};
