import type { Command } from '../../engine/index.ts';
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

const refuse = async (site: Site, c: WebContext, problem: string): Promise<Response> =>
  c.html(await renderAdmin(site, c, problem), 422);

const confirmed =
  (site: Site, command: Command, unconfirmed: string): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['reason', 'confirm']);
    const reason = form.reason.trim();
    const problem = reasonProblem(reason) ?? (form.confirm === 'yes' ? null : unconfirmed);
    return problem === null ? submit(site, c, command, reason) : refuse(site, c, problem);
  };

export const kill = (site: Site): WebHandler =>
  confirmed(site, { kind: 'kill' }, 'Tick the box to confirm: positions will be closed. Nothing was done.');

export const rearm = (site: Site): WebHandler =>
  confirmed(site, { kind: 'rearm' }, 'Tick the box to confirm: trading will start again. Nothing was done.');

export const giveMode =
  (site: Site): WebHandler =>
  async (c) => {
    const form = await formOf(c, ['reason', 'mode']);
    const reason = form.reason.trim();
    const mode = form.mode === 'automatic' || form.mode === 'manual' ? form.mode : null;
    const problem = mode === null ? 'Choose automatic or manual.' : reasonProblem(reason);
    if (mode === null || problem !== null) return refuse(site, c, problem ?? '');
    return submit(site, c, { kind: 'set-mode', mode }, reason);
  };
