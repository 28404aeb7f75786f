import { userByEmail } from '../../db/queries/users.ts';
import type { Site, WebHandler } from '../context.ts';
import { formOf } from '../form.ts';
import { enter } from './sign-in.ts';

/** One click in the sandbox, where everybody knows the password and the second factor anyway; elsewhere it is not there. */
export const doDemoSignIn =
  (site: Site): WebHandler =>
  async (c) => {
    const { email } = await formOf(c, ['email']);
    const demo = site.options.demoUsers?.find((known) => known.email === email);
    const user = demo ? await userByEmail(site.db.db, demo.email) : null;
    return user && user.bannedAt === null ? enter(site, c, user) : c.notFound();
  };
