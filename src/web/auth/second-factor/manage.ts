import type { Db } from '../../../db/client.ts';
import { audit } from '../../../db/queries/audit.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  dropSecondFactor,
  replaceRecoveryCodes,
  secondFactorOf,
  takeStep,
} from '../../../db/queries/second-factors.ts';
import { endSessions } from '../../../db/queries/sessions.ts';
import { addressTo, type Site } from '../../context.ts';
import type { Member } from '../sessions.ts';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts';
import { newSecret, stepOf } from './totp.ts';

/** Makes a secret for an authenticator; nothing asks for it before a first code has come back. */
export const begin = (site: Site, { userId }: Member): Promise<boolean> =>
  beginSecondFactor(site.db.db, userId, site.vault.seal(newSecret(), userId));

/** The secret that waits for its first code; null when none does. */
export const waitingSecret = async (site: Site, userId: string): Promise<string | null> => {
  const factor = await secondFactorOf(site.db.db, userId);
  return factor && factor.confirmedAt === null ? site.vault.open(factor.sealedSecret, userId) : null;
};

const tell = async (
  site: Site,
  tx: Db,
  { userId }: Member,
  change: { readonly what: 'added' | 'removed'; readonly address: string },
): Promise<void> => {
  const { what, address } = change;
  const actor = { kind: 'member', userId } as const;
  await audit(tx, { actor, action: `second-factor.${what}`, userId, cause: 'asked', address });
  await queueMail(tx, {
    userId,
    template: 'second-factor-changed',
    data: { what, securityUrl: addressTo(site, '/account/security') },
    dedupeKey: `second-factor-${what}:${crypto.randomUUID()}`,
  });
};

const writeCodes = async (site: Site, tx: Db, userId: string): Promise<readonly string[]> => {
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => recoveryCodeHash(site.vault, userId, code) ?? '');
  await replaceRecoveryCodes(tx, userId, hashes);
  return codes;
};

export interface Changed {
  /** Shown this once. */
  readonly codes: readonly string[];
  readonly endedSessions: readonly string[];
}

/** Turns the second factor on with a first code, and ends the sessions that began without it. Null when the code does not fit. */
export const confirm = async (site: Site, member: Member, code: string, address: string): Promise<Changed | null> => {
  const { userId, sessionId } = member;
  const secret = await waitingSecret(site, userId);
  const step = secret === null ? null : stepOf(secret, code.replaceAll(/\s/g, ''));
  if (step === null || !(await takeStep(site.db.db, userId, step))) return null;
  return site.db.db.transaction(async (tx) => {
    await confirmSecondFactor(tx, userId);
    const codes = await writeCodes(site, tx, userId);
    await tell(site, tx, member, { what: 'added', address });
    return { codes, endedSessions: await endSessions(tx, userId, sessionId) };
  });
};

/** The older codes are void. */
export const renewCodes = (site: Site, { userId }: Member, address: string): Promise<readonly string[]> =>
  site.db.db.transaction(async (tx) => {
    const actor = { kind: 'member', userId } as const;
    await audit(tx, { actor, action: 'recovery-codes.renewed', userId, cause: 'asked', address });
    return writeCodes(site, tx, userId);
  });

/** Null when there was none. */
export const remove = (site: Site, member: Member, address: string): Promise<readonly string[] | null> =>
  site.db.db.transaction(async (tx) => {
    if (!(await dropSecondFactor(tx, member.userId))) return null;
    await tell(site, tx, member, { what: 'removed', address });
    return endSessions(tx, member.userId, member.sessionId);
  });
