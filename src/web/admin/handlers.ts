import { chatHealth } from '../../db/queries/chat/overview.ts';
import { latestCommands } from '../../db/queries/commands.ts';
import { deliveryHealth } from '../../db/queries/deliveries.ts';
import { frameOf, type Site, type WebContext, type WebHandler } from '../context.ts';
import { type AdminFacts, AdminNow } from './now.tsx';
import { adminPage } from './page.tsx';

const COMMANDS_SHOWN = 8;

const factsOf = async (site: Site): Promise<AdminFacts> => {
  const [commands, deliveries, chats] = await Promise.all([
    latestCommands(site.db.db, COMMANDS_SHOWN),
    deliveryHealth(site.db.db),
    chatHealth(site.db.db),
  ]);
  const { engine, live } = site;
  const status = engine.status();
  const streams = live.counts();
  return { view: engine.view(), viewAgeMs: engine.viewAgeMs(), status, commands, deliveries, chats, streams };
};

export const renderAdmin = async (
  site: Site,
  c: WebContext,
  problem: string | null = null,
  reason = '',
): Promise<ReturnType<typeof adminPage>> =>
  adminPage({ frame: frameOf(site, c), facts: await factsOf(site), problem, reason });

export const showAdmin =
  (site: Site): WebHandler =>
  async (c) =>
    c.html(await renderAdmin(site, c));

/** The part of the page that renews itself. */
export const adminNow =
  (site: Site): WebHandler =>
  async (c) =>
    c.html(AdminNow({ facts: await factsOf(site) }));

export const adminJson =
  (site: Site): WebHandler =>
  (c) =>
    c.json({ status: site.engine.status(), viewAgeMs: site.engine.viewAgeMs(), view: site.engine.view() });
