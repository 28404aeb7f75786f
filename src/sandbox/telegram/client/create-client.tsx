import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import { stylesheet } from '../../hosted/stylesheet.ts';
import { block, ClientProblem, join, leave, pressButton, pressStart, wayIn, write } from '../acts/acts.ts';
import { ROOMS } from '../types.ts';
import { BOT, type Person, personOf } from '../world/people.ts';
import type { World } from '../world/world.ts';
import { ChatsPage } from './chats-page.tsx';
import { BotPage, ChannelPage, InvitePage, NothingPage, WhoPage } from './other-pages.tsx';

const STYLE = stylesheet(new URL('page.css', import.meta.url));
const COOKIE = 'sandbox_telegram_person';
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

type Show = (c: Context, person: Person, problem: string | null) => Child;
type Form = ReadonlyMap<string, string>;

const page = (c: Context, body: Child, status: 200 | 400 | 403 | 404 = 200): Response =>
  c.html(`<!doctype html>${body}`, status) as Response;

const whoIs = (c: Context): Person | null => personOf(Number(getCookie(c, COOKIE)));
const whoPath = (c: Context): string => {
  const { pathname, search } = new URL(c.req.url);
  return `/client/who?next=${encodeURIComponent(pathname + search)}`;
};
const isOurs = (path: string): boolean => /^\/client(?:[/?]|$)/.test(path);

/** The fields of a form of ours; null when another site sent it. */
const formOf = async (c: Context): Promise<Form | null> => {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return null;
  return new Map(new URLSearchParams(await c.req.text()));
};
const foreign = (c: Context): Response =>
  page(c, <NothingPage person={null} text="That form did not come from this site." />, 403);

/** Shows a page to whoever this browser belongs to, once that is known. */
const shown = (show: Show) => (c: Context) => {
  const person = whoIs(c);
  return person ? page(c, show(c, person, null)) : c.redirect(whoPath(c));
};

/** Does what a person asked for and goes on to `next`; what a client would not do is said on the page of `show`. */
const done =
  (show: Show, act: (person: Person, form: Form, c: Context) => string) =>
  async (c: Context): Promise<Response> => {
    const form = await formOf(c);
    if (!form) return foreign(c);
    const person = whoIs(c);
    if (!person) return c.redirect('/client/who', 303);
    try {
      return c.redirect(act(person, form, c), 303);
    } catch (error) {
      if (!(error instanceof ClientProblem)) throw error;
      return page(c, show(c, person, error.message), 400);
    }
  };

const addChats = (app: Hono, world: World): void => {
  const chats: Show = (_, person, problem) => <ChatsPage world={world} person={person} problem={problem} />;
  const act = (path: string, perform: (person: Person, form: Form) => void) =>
    app.post(
      path,
      done(chats, (person, form) => {
        perform(person, form);
        return '/client';
      }),
    );
  app.get('/client', shown(chats));
  act('/client/start', ({ id }, form) => pressStart(world, id, form.get('payload')));
  act('/client/write', ({ id }, form) => write(world, id, form.get('text') ?? ''));
  act('/client/block', ({ id }) => block(world, id));
  act('/client/press', ({ id }, form) => pressButton(world, id, Number(form.get('message')), form.get('data') ?? ''));
  act('/client/leave', ({ id }, form) => {
    const name = ROOMS.find((room) => room === form.get('chat'));
    if (!name) throw new ClientProblem('there is no such chat');
    leave(world, id, name);
  });
};

const addInvites = (app: Hono, world: World): void => {
  const linkOf = (c: Context): string => `${world.linkBase}/${c.req.param('hash')}`;
  const invite: Show = (c, person, problem) => {
    const { room, link } = wayIn(world, linkOf(c)) ?? {};
    return room && link ? (
      <InvitePage person={person} room={room} link={link} action={c.req.path} problem={problem} />
    ) : (
      <NothingPage person={person} text="This invite link does not exist." />
    );
  };
  app.get('/client/:hash{\\+.+}', shown(invite));
  app.post(
    '/client/:hash{\\+.+}',
    done(invite, ({ id }, _, c) => (join(world, id, linkOf(c)) === 'joined' ? '/client' : c.req.path)),
  );
};

const addNamed = (app: Hono, world: World): void => {
  const { username = '' } = world.rooms.free.chat;
  const channel: Show = (_, person, problem) => <ChannelPage world={world} person={person} problem={problem} />;
  app.get(`/client/${username}`, shown(channel));
  app.post(
    `/client/${username}`,
    done(channel, ({ id }) => {
      join(world, id, `${world.linkBase}/${username}`);
      return `/client/${username}`;
    }),
  );
  const bot: Show = (c, person, problem) => (
    <BotPage world={world} person={person} payload={c.req.query('start') ?? null} problem={problem} />
  );
  app.get(`/client/${BOT.username}`, shown(bot));
};

const addWho = (app: Hono): void => {
  app.get('/client/who', (c) => page(c, <WhoPage next={c.req.query('next') ?? '/client'} person={whoIs(c)} />));
  app.post('/client/who', async (c) => {
    const form = await formOf(c);
    if (!form) return foreign(c);
    const [id, next = '/client'] = [form.get('person'), form.get('next')];
    if (!personOf(Number(id))) return page(c, <NothingPage person={null} text="There is nobody of that name." />, 400);
    setCookie(c, COOKIE, id ?? '', { path: '/client', httpOnly: true, sameSite: 'Lax' });
    return c.redirect(isOurs(next) ? next : '/client', 303);
  });
};

/** A client for people in a browser, in place of Telegram's apps. No script runs on it. */
export const createClient = (world: World): ((request: Request) => Response | Promise<Response>) => {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  });
  app.get('/', (c) => c.redirect('/client'));
  app.get('/client/page.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  addWho(app);
  addChats(app, world);
  addNamed(app, world);
  addInvites(app, world);
  app.notFound((c) => page(c, <NothingPage person={whoIs(c)} text="Something is wrong with this address." />, 404));
  return (request) => app.fetch(request);
};
