import type { Db } from '../../../db/client.ts';
import { createAccountToken } from '../../../db/queries/account-tokens.ts';
import { queueMail } from '../../../db/queries/mails.ts';
import { userByEmail } from '../../../db/queries/users.ts';
import { addressOf, addressTo, frameOf, type Site, type WebHandler } from '../../context.ts';
import { emailFrom, formOf } from '../../form.ts';
import { forgotPage } from '../../pages/reset/page.tsx';
import { networkOf } from '../address.ts';
import { evenly } from '../evenly.ts';
import { TOO_MANY_ATTEMPTS } from '../sign-in.ts';
import { hashToken, newToken } from '../token.ts';

const LIFE_SECONDS = 3_600;

/** A link that lets its holder choose the password, once, within the hour. */
export const createResetToken = async (tx: Db, userId: string): Promise<string> => {
  const token = newToken();
  await createAccountToken(tx, {
    kind: 'reset-password',
    userId,
    tokenHash: hashToken(token),
    lifeSeconds: LIFE_SECONDS,
  });
  return token;
};

/** Nothing is mailed where nobody has a proved account; nobody who asks is told. */
const mailReset = async (site: Site, email: string): Promise<void> => {
  const user = await userByEmail(site.db.db, email);
  if (!user || user.emailVerifiedAt === null || user.bannedAt !== null) return;
  await site.db.db.transaction(async (tx) => {
    const token = await createResetToken(tx, user.id);
    await queueMail(tx, {
      userId: user.id,
      template: 'reset-password',
      data: { url: addressTo(site, `/reset?token=${token}`) },
      dedupeKey: `reset-password:${hashToken(token)}`,
    });
  });
};

export const showForgot =
  (site: Site): WebHandler =>
  (c) =>
    c.html(forgotPage({ frame: frameOf(site, c), email: '', problem: null, sentTo: null }));

/** Answers every address in the same words after the same time. */
export const doForgot =
  (site: Site): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['email']);
    const email = emailFrom(form.email);
    const refuse = (problem: string, status: 422 | 429) =>
      c.html(forgotPage({ frame: frameOf(site, c), email: form.email, problem, sentTo: null }), status);
    if (email === null) return refuse('Enter an e-mail address, such as you@example.com.', 422);
    const network = networkOf(addressOf(c));
    const verdict = await site.limits.attempt({ 'reset.account': email, 'reset.address': network });
    if (!verdict.ok) return refuse(TOO_MANY_ATTEMPTS, 429);
    await evenly(() => mailReset(site, email));
    return c.html(forgotPage({ frame: frameOf(site, c), email, problem: null, sentTo: email }));
  };
