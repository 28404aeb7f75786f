import type { World } from '../guild/world.ts';

/** What an application asks a person for: https://discord.com/developers/docs/topics/oauth2#authorization-code-grant. */
export interface Asked {
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly response_type: string;
  readonly scope: string;
  readonly state: string;
}

const isLoopback = (uri: string): boolean => /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\//.test(uri);

/** Words for the person where the application asked wrongly: then nobody is sent anywhere. */
export const readAsked = (params: URLSearchParams, world: World, redirectUris: readonly string[]): Asked | string => {
  const of = (name: string): string => params.get(name) ?? '';
  const asked: Asked = {
    client_id: of('client_id'),
    redirect_uri: of('redirect_uri'),
    response_type: of('response_type'),
    scope: of('scope'),
    state: of('state'),
  };
  if (asked.client_id !== world.clientId) return 'Unknown application.';
  const isKnown =
    redirectUris.length === 0 ? isLoopback(asked.redirect_uri) : redirectUris.includes(asked.redirect_uri);
  if (!isKnown) return 'Invalid OAuth2 redirect_uri.';
  if (asked.response_type !== 'code') return 'Invalid response_type: expected code.';
  const scopes = asked.scope.split(' ').filter(Boolean);
  if (scopes.length === 0 || scopes.some((scope) => scope !== 'identify' && scope !== 'guilds.join'))
    return 'Invalid scope: the sandbox knows identify and guilds.join.';
  return asked;
};

const back = ({ redirect_uri, state }: Asked, more: Readonly<Record<string, string>>): string => {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  if (state !== '') url.searchParams.set('state', state);
  return url.href;
};

/** Where the browser goes after a yes. */
export const authorized = (world: World, personId: string, asked: Asked): string => {
  const scopes = asked.scope.split(' ').filter(Boolean);
  return back(asked, { code: world.grantCode({ personId, scopes, redirectUri: asked.redirect_uri }) });
};

export const refusedAt = (asked: Asked): string =>
  back(asked, {
    error: 'access_denied',
    error_description: 'The resource owner or authorization server denied the request',
  });
