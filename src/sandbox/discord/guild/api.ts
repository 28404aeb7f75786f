import {
  invalidForm,
  invalidOAuthToken,
  json,
  methodNotAllowed,
  missingPermissions,
  notFound,
  nothing,
  unauthorized,
  unknownGuild,
  unknownMember,
  unknownRole,
  unknownUser,
} from '../answer.ts';
import { botObject, memberObject, ownUserObject, personOf, roleObjects } from './objects.ts';
import { BOT, type World } from './world.ts';

const REASON_MAX = 512;
const ROLES_MAX = 250;

interface Call {
  readonly world: World;
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
}
type Answering = (call: Call) => Promise<Response> | Response;

const bodyOf = async (request: Request): Promise<Record<string, unknown> | null> => {
  const body: unknown = await request.json().catch(() => null);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null;
};

const isSnowflakes = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && /^\d{1,20}$/.test(one));

const me: Answering = ({ world, request }) => {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  if (bearer === undefined) return json(200, ownUserObject(BOT));
  const grant = world.grantOf(bearer);
  const person = grant && personOf(grant.personId);
  return person && grant.scopes.includes('identify') ? json(200, ownUserObject(person)) : unauthorized();
};

const roles: Answering = ({ world }) => json(200, roleObjects(world));

const member: Answering = ({ world, params: { user = '' } }) => {
  if (user === BOT.id) return json(200, botObject(world));
  const person = personOf(user);
  if (!person) return unknownUser();
  const found = world.members.get(user);
  return found ? json(200, memberObject(person, found)) : unknownMember();
};

/** Of somebody who is there already everything in the body is ignored, as Discord documents. */
const addMember: Answering = async ({ world, request, params: { user = '' } }) => {
  const body = await bodyOf(request);
  if (!body || typeof body['access_token'] !== 'string')
    return invalidForm('access_token', 'BASE_TYPE_REQUIRED', 'This field is required');
  const given = body['roles'] ?? [];
  if (!isSnowflakes(given) || given.length > ROLES_MAX)
    return invalidForm('roles', 'BASE_TYPE_BAD_LENGTH', `Must be ${ROLES_MAX} or fewer ids.`);
  const grant = world.grantOf(body['access_token']);
  if (!grant || grant.personId !== user || !grant.scopes.includes('guilds.join')) return invalidOAuthToken();
  const person = personOf(user);
  if (!person) return unknownUser();
  if (!world.hasRights) return missingPermissions();
  if (world.members.has(user)) return nothing();
  if (given.some((role) => !Object.values(world.roles).includes(role))) return unknownRole();
  const added = world.join(user);
  for (const role of given) added.roles.add(role);
  return json(201, memberObject(person, added));
};

const changeRole =
  (change: (held: Set<string>, role: string) => void): Answering =>
  ({ world, request, params: { user = '', role = '' } }) => {
    if ((request.headers.get('x-audit-log-reason') ?? '').length > REASON_MAX * 3)
      return invalidForm('reason', 'BASE_TYPE_MAX_LENGTH', `Must be ${REASON_MAX} or fewer in length.`);
    const found = world.members.get(user);
    if (!found) return unknownMember();
    if (!Object.values(world.roles).includes(role)) return unknownRole();
    if (!world.hasRights) return missingPermissions();
    change(found.roles, role);
    return nothing();
  };

interface Route {
  readonly pattern: URLPattern;
  /** As the description names it, with its own names of parameters. */
  readonly template: string;
  readonly verbs: Readonly<Record<string, Answering>>;
}

const route = (template: string, pathname: string, verbs: Route['verbs']): Route => ({
  template,
  pattern: new URLPattern({ pathname }),
  verbs,
});

const ROUTES: readonly Route[] = [
  route('/users/@me', '/users/@me', { GET: me }),
  route('/guilds/{guild_id}/roles', '/guilds/:guild/roles', { GET: roles }),
  route('/guilds/{guild_id}/members/{user_id}', '/guilds/:guild/members/:user', { GET: member, PUT: addMember }),
  route('/guilds/{guild_id}/members/{user_id}/roles/{role_id}', '/guilds/:guild/members/:user/roles/:role', {
    PUT: changeRole((held, role) => held.add(role)),
    DELETE: changeRole((held, role) => held.delete(role)),
  }),
];

export interface Found {
  /** `PUT /guilds/{guild_id}/members/{user_id}`. */
  readonly operation: string;
  answer(world: World, request: Request): Promise<Response> | Response;
}

/** The operation behind a path below `/api/v10`; a refusal where there is none. */
export const findOperation = (method: string, pathname: string): Found | Response => {
  for (const { pattern, template, verbs } of ROUTES) {
    const match = pattern.exec({ pathname });
    if (!match) continue;
    const answering = verbs[method];
    if (!answering) return methodNotAllowed();
    const params = match.pathname.groups as Record<string, string>;
    const answer: Found['answer'] = (world, request) => {
      const authorization = request.headers.get('authorization') ?? '';
      const isBot = authorization === `Bot ${world.botToken}`;
      const isPerson = template === '/users/@me' && authorization.startsWith('Bearer ');
      if (!isBot && !isPerson) return unauthorized();
      if (params['guild'] !== undefined && params['guild'] !== world.guildId) return unknownGuild();
      return answering({ world, request, params });
    };
    return { operation: `${method} ${template}`, answer };
  }
  return notFound();
};
