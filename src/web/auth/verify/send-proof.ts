import { randomInt } from 'node:crypto';
import type { Db } from '../../../db/client.ts';
import { createAccountToken, type NewAccountToken } from '../../../db/queries/account-tokens.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { addressTo, type Site } from '../../context.ts';
import { hashToken, newToken } from '../token.ts';

const CODES = 1_000_000;

/** What the database holds of a code: six digits alone would be guessed from a plain hash at once. */
export const codeMacOf = (site: Site, tokenHash: string, code: string): string =>
  site.vault.mac(`verify ${tokenHash} ${code}`);

type Proof = Omit<NewAccountToken, 'kind' | 'tokenHash' | 'codeMac'> & { readonly recipient: string };

/** Mails a link and a code, both good for one proof of the address. */
export const sendProof = async (site: Site, tx: Db, { recipient, ...proof }: Proof): Promise<void> => {
  const token = newToken();
  const tokenHash = hashToken(token);
  const code = String(randomInt(CODES)).padStart(6, '0');
  await createAccountToken(tx, {
    ...proof,
    kind: 'verify-email',
    tokenHash,
    codeMac: codeMacOf(site, tokenHash, code),
  });
  await queueMail(tx, {
    userId: proof.userId,
    recipient,
    template: 'verify-email',
    data: { url: addressTo(site, `/verify?token=${token}`), code },
    dedupeKey: `verify-email:${tokenHash}`,
  });
};
