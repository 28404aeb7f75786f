import type { Command } from '../../engine/index.ts';
import { reauthenticate } from '../auth/reauthenticate.ts';
import { isRecent } from '../auth/recent.ts';
import { memberOf, type Site, type WebContext, type WebHandler } from '../context.ts';
import { formOf } from '../form.ts';
import { actorOf, reasonProblem } from './acting.ts';
import { renderAdmin } from './handlers.ts';

/** Records the command with its actor and reason; the page then shows what the engine makes of it. */
const submit = async (site: Site, c: WebContext, command: Command, reason: string): Promise<Response> => {
  const id = await site.engine.submit(actorOf(c), command, reason);
  site.log('warn', 'an operator gave a command', { commandId: id, command: command.kind, userId: memberOf(c).userId });
  return c.redirect('/admin', 303);
};

const refuse = async (site: Site, c: WebContext, problem: string, reason: string): Promise<Response> =>
  c.html(await renderAdmin(site, c, problem, reason), 422);

/** Null once it is proved who asks: by a sign-in of the last ten minutes, or by what stands on the form. */
const doubt = async (
  site: Site,
  c: WebContext,
  given: { readonly password: string; readonly code: string },
): Promise<string | null> => {
  if (isRecent(memberOf(c))) return null;
  if (given.password === '') return 'Give your password and code as well: you signed in a while ago. Nothing was done.';
  const problem = await reauthenticate(site, c, given);
  return problem === null ? null : `${problem} Nothing was done.`;
};

const confirmed =
  (site: Site, command: Command, unconfirmed: string): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['reason', 'confirm', 'password', 'code']);
    const reason = form.reason.trim();
    const missing = reasonProblem(reason) ?? (form.confirm === 'yes' ? null : unconfirmed);
    const problem = missing ?? (await doubt(site, c, form));
    return problem === null ? submit(site, c, command, reason) : refuse(site, c, problem, form.reason);
  };

export const kill = (site: Site): WebHandler =>
  confirmed(site, { kind: 'kill' }, 'Tick the box to confirm: positions will be closed. Nothing was done.');

export const rearm = (site: Site): WebHandler =>
  confirmed(site, { kind: 'rearm' }, 'Tick the box to confirm: trading will start again. Nothing was done.');

export const giveMode =
  (site: Site): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['reason', 'mode', 'password', 'code']);
    const reason = form.reason.trim();
    const mode = form.mode === 'automatic' || form.mode === 'manual' ? form.mode : null;
    const missing = mode === null ? 'Choose automatic or manual.' : reasonProblem(reason);
    const problem = missing ?? (await doubt(site, c, form));
    if (mode === null || problem !== null) return refuse(site, c, problem ?? '', '');
    return submit(site, c, { kind: 'set-mode', mode }, reason);
  };
