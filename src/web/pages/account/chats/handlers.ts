import { frameOf, type Site, type WebContext, type WebHandler } from '../../../context.ts';
import { type ChatFacts, readChats } from './facts.ts';
import { chatsFragment, chatsPage, type FreshLink } from './page.tsx';
import { noticeOf, problemOf } from './said.ts';

interface Told {
  readonly problem?: string | null;
  readonly notice?: string | null;
  /** Just made, shown this once. */
  readonly fresh?: FreshLink | null;
  readonly facts?: ChatFacts;
}

export const renderChats = async (site: Site, c: WebContext, told: Told = {}): Promise<Response> => {
  const facts = told.facts ?? (await readChats(site, c));
  const { problem = null, notice = null, fresh = null } = told;
  return c.html(chatsPage({ frame: frameOf(site, c), doors: site.chats, facts, problem, notice, fresh }));
};

export const showChats =
  (site: Site): WebHandler =>
  (c) =>
    renderChats(site, c, { notice: noticeOf(c.req.query('done')), problem: problemOf(c.req.query('problem')) });

export const chatsNow =
  (site: Site): WebHandler =>
  async (c) =>
    c.html(chatsFragment({ doors: site.chats, facts: await readChats(site, c) }));
