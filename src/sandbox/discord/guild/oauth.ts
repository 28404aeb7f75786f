import { json } from '../answer.ts';
import type { Grant, World } from './world.ts';

const TOKEN_LIFE_SECONDS = 604_800;

const refuse = (status: 400 | 401, error: string): Response => json(status, { error });

/** By HTTP basic or in the form: RFC 6749, 2.3.1. */
const isOurs = (world: World, request: Request, form: URLSearchParams): boolean => {
  const basic = /^Basic (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  const [id, secret] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':')
    : [form.get('client_id'), form.get('client_secret')];
  return id === world.clientId && secret === world.clientSecret;
};

const issue = (world: World, grant: Grant): Response => {
  const { access, refresh } = world.issueTokens(grant);
  return json(200, {
    access_token: access,
    token_type: 'Bearer',
    expires_in: TOKEN_LIFE_SECONDS,
    refresh_token: refresh,
    scope: grant.scopes.join(' '),
  });
};

/** `POST /oauth2/token` and `POST /oauth2/token/revoke`: https://discord.com/developers/docs/topics/oauth2, RFC 6749 and RFC 7009. */
export const answerOAuth = async (world: World, request: Request, isRevocation: boolean): Promise<Response> => {
  if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
    return refuse(400, 'invalid_request');
  const form = new URLSearchParams(await request.text());
  if (!isOurs(world, request, form)) return refuse(401, 'invalid_client');
  if (isRevocation) {
    world.revoke(form.get('token') ?? '');
    return json(200, {});
  }
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const grant = world.takeCode(form.get('code') ?? '', form.get('redirect_uri') ?? '');
      return grant ? issue(world, grant) : refuse(400, 'invalid_grant');
    }
    case 'refresh_token': {
      const grant = world.takeRefresh(form.get('refresh_token') ?? '');
      return grant ? issue(world, grant) : refuse(400, 'invalid_grant');
    }
    default:
      return refuse(400, 'unsupported_grant_type');
  }
};
