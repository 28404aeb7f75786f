import { recoveryCodesLeft } from '../../../../db/queries/second-factors.ts';
import { endStreams } from '../../../auth/end-streams.ts';
import { begin, confirm, remove, renewCodes, waitingSecret } from '../../../auth/second-factor/manage.ts';
import { TOO_MANY_ATTEMPTS } from '../../../auth/sign-in.ts';
import { addressOf, frameOf, memberOf, type Site, type WebContext, type WebHandler } from '../../../context.ts';
import { formOf } from '../../../form.ts';
import { recoveryCodesPage, type SecondFactorProps, secondFactorPage } from './page.tsx';

const HERE = '/account/second-factor';

const stateOf = async (site: Site, c: WebContext): Promise<SecondFactorProps['state']> => {
  const { userId, email, role, hasSecondFactor } = memberOf(c);
  if (hasSecondFactor) return { kind: 'on', codesLeft: await recoveryCodesLeft(site.db.db, userId) };
  const secret = await waitingSecret(site, userId);
  return secret === null ? { kind: 'off', required: role === 'operator' } : { kind: 'waiting', secret, email };
};

const refuse = async (site: Site, c: WebContext, problem: string, status: 422 | 429): Promise<Response> =>
  c.html(secondFactorPage({ frame: frameOf(site, c), state: await stateOf(site, c), problem }), status);

/** What may be done has changed: the session goes on under another token, and the others of before are over. */
const rotate = async (site: Site, c: WebContext, ended: readonly string[]): Promise<void> => {
  endStreams(site, ended);
  const rotated = await site.sessions.rotate(memberOf(c).sessionId, { authenticated: false });
  if (rotated) c.header('Set-Cookie', rotated.cookie);
};

export const showSecondFactor =
  (site: Site): WebHandler =>
  async (c) => {
    const notice = c.req.query('done') === 'removed' ? 'Your second factor is off.' : null;
    return c.html(secondFactorPage({ frame: frameOf(site, c), state: await stateOf(site, c), notice }));
  };

export const beginSetUp =
  (site: Site): WebHandler =>
  async (c) => {
    await begin(site, memberOf(c));
    return c.redirect(HERE, 303);
  };

export const confirmSetUp =
  (site: Site): WebHandler =>
  async (c) => {
    const member = memberOf(c);
    const { code } = await formOf(c, ['code']);
    const { userId } = member;
    const verdict = await site.limits.attempt({ 'second-factor.account': userId, 'second-factor.day': userId });
    if (!verdict.ok) return refuse(site, c, TOO_MANY_ATTEMPTS, 429);
    const changed = await confirm(site, member, code, addressOf(c));
    if (!changed) return refuse(site, c, 'That code does not fit. Enter the one that is shown now.', 422);
    await rotate(site, c, changed.endedSessions);
    const frame = frameOf(site, c);
    return c.html(recoveryCodesPage({ frame, codes: changed.codes, notice: 'Your second factor is on.' }));
  };

export const renewRecoveryCodes =
  (site: Site): WebHandler =>
  async (c) => {
    const member = memberOf(c);
    if (!member.hasSecondFactor) return c.redirect(HERE, 303);
    const codes = await renewCodes(site, member, addressOf(c));
    return c.html(recoveryCodesPage({ frame: frameOf(site, c), codes, notice: 'The older codes are void.' }));
  };

export const removeSecondFactor =
  (site: Site): WebHandler =>
  async (c) => {
    const ended = await remove(site, memberOf(c), addressOf(c));
    if (ended) await rotate(site, c, ended);
    return c.redirect(`${HERE}?done=removed`, 303);
  };
