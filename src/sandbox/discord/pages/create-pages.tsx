import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import { Problem } from '../../hosted/document.tsx';
import { stylesheet } from '../../hosted/stylesheet.ts';
import { personOf } from '../guild/objects.ts';
import { PEOPLE, type Person, ROOMS, type World } from '../guild/world.ts';
import { CHANNELS, type Webhooks } from '../webhooks/webhooks.ts';
import { type Asked, authorized, readAsked, refusedAt } from './asked.ts';
import { nameOf, Page, Who } from './layout.tsx';

const STYLE = stylesheet(new URL('page.css', import.meta.url));
const COOKIE = 'sandbox_discord_person';

export interface PagesOptions {
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly redirectUris: readonly string[];
}

const page = (c: Context, body: Child, status: 200 | 400 | 403 | 404 = 200): Response =>
  c.html(`<!doctype html>${body}`, status) as Response;
const problem = (c: Context, text: string, status: 400 | 403 | 404): Response =>
  page(
    c,
    <Page title="That does not work">
      <Problem text={text} />
    </Page>,
    status,
  );

/** The fields of a form of ours; null when another site sent it. */
const formOf = async (c: Context): Promise<URLSearchParams | null> => {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return null;
  return new URLSearchParams(await c.req.text());
};

const remember = (c: Context, person: Person): void =>
  setCookie(c, COOKIE, person.id, { path: '/', httpOnly: true, sameSite: 'Lax' });

const Consent = ({ asked, chosen }: { asked: Asked; chosen: string | null }) => (
  <Page title="Let QuantiCity know who you are?">
    <form method="post" action="/oauth2/authorize">
      <p>It learns your name, and may put you on its server.</p>
      <Who people={PEOPLE} chosen={chosen} />
      {Object.entries(asked).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" name="answer" value="yes">
        Authorize
      </button>
      <button type="submit" name="answer" value="no" class="quiet">
        Cancel
      </button>
    </form>
  </Page>
);

const Server = ({ world, webhooks, person }: { world: World; webhooks: Webhooks; person: Person }) => {
  const member = world.members.get(person.id);
  const sees = (channel: string): boolean => {
    const room = ROOMS.find((one) => one === channel);
    return room === undefined || member?.roles.has(world.roles[room]) === true;
  };
  return (
    <Page title={`QuantiCity's server, as ${nameOf(person)}`}>
      {member === undefined ? (
        <form method="post" action="/client/join">
          <p>You are not on the server.</p>
          <button type="submit">Join</button>
        </form>
      ) : (
        <form method="post" action="/client/leave">
          <p>
            You are on the server
            {member.roles.size === 0
              ? ', without a role'
              : `, as ${ROOMS.filter((room) => member.roles.has(world.roles[room])).join(' and ')}`}
            .
          </p>
          <button type="submit" class="quiet">
            Leave the server
          </button>
        </form>
      )}
      {member === undefined
        ? null
        : CHANNELS.filter(sees).map((channel) => (
            <section aria-labelledby={channel}>
              <h2 id={channel}>#{channel}</h2>
              <ol>
                {webhooks.messages
                  .filter((message) => message.channel === channel)
                  .reverse()
                  .map(({ content, atMs }) => (
                    <li>
                      <span class="soft">{new Date(atMs).toISOString().slice(11, 19)} UTC</span>
                      <pre>{content}</pre>
                    </li>
                  ))}
              </ol>
            </section>
          ))}
      <form method="post" action="/client/who">
        <Who people={PEOPLE} chosen={person.id} />
        <button type="submit" class="quiet">
          Be this person
        </button>
      </form>
    </Page>
  );
};

const addAuthorize = (app: Hono, { world, redirectUris }: PagesOptions): void => {
  app.get('/oauth2/authorize', (c) => {
    const asked = readAsked(new URL(c.req.url).searchParams, world, redirectUris);
    if (typeof asked === 'string') return problem(c, asked, 400);
    return page(c, <Consent asked={asked} chosen={getCookie(c, COOKIE) ?? null} />);
  });
  app.post('/oauth2/authorize', async (c) => {
    const form = await formOf(c);
    if (!form) return problem(c, 'That form did not come from this site.', 403);
    const asked = readAsked(form, world, redirectUris);
    if (typeof asked === 'string') return problem(c, asked, 400);
    if (form.get('answer') !== 'yes') return c.redirect(refusedAt(asked), 303);
    const person = personOf(form.get('person') ?? '');
    if (!person) return problem(c, 'There is nobody of that name.', 400);
    remember(c, person);
    return c.redirect(authorized(world, person.id, asked), 303);
  });
};

const addClient = (app: Hono, { world, webhooks }: PagesOptions): void => {
  const whoIs = (c: Context): Person => personOf(getCookie(c, COOKIE) ?? '') ?? (PEOPLE[0] as Person);
  app.get('/client', (c) => page(c, <Server world={world} webhooks={webhooks} person={whoIs(c)} />));
  app.get('/client/page.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  const act = (path: string, perform: (c: Context, form: URLSearchParams) => void): void => {
    app.post(path, async (c) => {
      const form = await formOf(c);
      if (!form) return problem(c, 'That form did not come from this site.', 403);
      perform(c, form);
      return c.redirect('/client', 303);
    });
  };
  act('/client/join', (c) => void world.join(whoIs(c).id));
  act('/client/leave', (c) => void world.members.delete(whoIs(c).id));
  act('/client/who', (c, form) => {
    const person = personOf(form.get('person') ?? '');
    if (person) remember(c, person);
  });
};

/** What people see of the simulated Discord in a browser. No script runs on it. */
export const createPages = (options: PagesOptions): ((request: Request) => Response | Promise<Response>) => {
  const app = new Hono();
  // Where the form leads to after a yes is another site: browsers hold `form-action` against that as well.
  const origins = [...new Set(options.redirectUris.map((uri) => new URL(uri).origin))];
  const formAction = options.redirectUris.length === 0 ? 'http: https:' : origins.join(' ');
  app.use(async (c, next) => {
    await next();
    c.res.headers.set(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${formAction}`,
    );
    c.res.headers.set('x-content-type-options', 'nosniff');
    c.res.headers.set('cache-control', 'no-store');
    c.res.headers.set('referrer-policy', 'same-origin');
  });
  addAuthorize(app, options);
  addClient(app, options);
  app.notFound((c) => problem(c, 'There is no such page.', 404));
  return (request) => app.fetch(request);
};
