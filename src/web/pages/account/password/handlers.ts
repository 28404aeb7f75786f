import { changePassword } from '../../../auth/change-password.ts';
import { endStreams } from '../../../auth/end-streams.ts';
import { passwordProblem } from '../../../auth/password.ts';
import { addressOf, frameOf, memberOf, type Site, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { passwordPage } from './page.tsx';

export const showPassword =
  (site: Site): WebHandler =>
  (c) =>
    c.html(passwordPage({ frame: frameOf(site, c), problem: null }));

export const doChangePassword =
  (site: Site): WebHandler =>
  async (c) => {
    const member = memberOf(c);
    const { password } = await formOf(c, ['password']);
    const problem = passwordProblem(password);
    if (problem !== null) return c.html(passwordPage({ frame: frameOf(site, c), problem }), 422);
    endStreams(site, await changePassword(site, member, password, addressOf(c)));
    const rotated = await site.sessions.rotate(member.sessionId, { authenticated: true });
    if (rotated) c.header('Set-Cookie', rotated.cookie);
    return c.redirect('/account/security?done=password', 303);
  };
