import { z } from 'zod';
import { createDiscordApi, type DiscordBot } from './api.ts';

export interface DiscordDoorOptions extends DiscordBot {
  /** `https://discord.com/oauth2/authorize`, or the sandbox's. */
  readonly authorizeUrl: string;
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
  /** Of ours; entered at Discord among the application's redirects. */
  readonly redirectUri: string;
}

export type Entry =
  | { readonly kind: 'entered'; readonly chatUserId: string; readonly name: string }
  /** Discord says no, and would again. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** Discord did not answer as it should; another try may go well. */
  | { readonly kind: 'failed'; readonly problem: string };

export interface DiscordDoor {
  /** Where the member's browser is sent; `state` comes back unchanged. */
  authorizeAddress(state: string): string;
  /** Trades the code for who it is, puts the person on the server and gives the tokens back, whatever came. */
  enter(code: string): Promise<Entry>;
}

const SCOPE = 'identify guilds.join';
const NAME_MAX = 64;

const tokenBody = z.object({ access_token: z.string().min(1) });
const userBody = z.object({
  id: z.string().regex(/^\d{15,20}$/),
  username: z.string(),
  global_name: z.string().nullish(),
});

/** A stranger's letters on one line, none of them cut in two. */
const lineOf = (text: string): string =>
  [...text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()].slice(0, NAME_MAX).join('');

/** As people are called there. */
const nameOf = ({ id, username, global_name: shown }: z.infer<typeof userBody>): string =>
  lineOf(shown ?? '') || lineOf(username) || id;

const problemOf = (reply: { readonly kind: string; readonly problem: string }): Entry => ({
  kind: reply.kind === 'refused' ? 'refused' : 'failed',
  problem: reply.problem,
});

/** The authorization code grant: https://discord.com/developers/docs/topics/oauth2. No token outlives the call. */
export const createDiscordDoor = (options: DiscordDoorOptions): DiscordDoor => {
  const { apiUrl, botToken, guildId, authorizeUrl, clientId, clientSecret, redirectUri, timeoutMs } = options;
  const api = createDiscordApi(apiUrl, timeoutMs);
  const asApplication = {
    authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const post = (path: string, form: Readonly<Record<string, string>>) =>
    api.ask({
      ...{ method: 'POST', path, bucket: path, headers: asApplication },
      body: new URLSearchParams(form).toString(),
    });
  const join = async (accessToken: string): Promise<Entry> => {
    const who = await api.ask({
      ...{ method: 'GET', path: '/users/@me', bucket: 'me' },
      headers: { authorization: `Bearer ${accessToken}` },
    });
    if (who.kind !== 'ok') return problemOf(who);
    const user = userBody.safeParse(who.body);
    if (!user.success) return { kind: 'failed', problem: 'the answer does not say who it is' };
    const joined = await api.ask({
      ...{ method: 'PUT', path: `/guilds/${guildId}/members/${user.data.id}`, bucket: 'join' },
      headers: { authorization: `Bot ${botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: accessToken }),
    });
    if (joined.kind !== 'ok') return problemOf(joined);
    return { kind: 'entered', chatUserId: user.data.id, name: nameOf(user.data) };
  };
  return {
    authorizeAddress(state) {
      const url = new URL(authorizeUrl);
      const query = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: SCOPE, state };
      for (const [name, value] of Object.entries({ ...query, prompt: 'consent' })) url.searchParams.set(name, value);
      return url.href;
    },
    async enter(code) {
      const traded = await post('/oauth2/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
      });
      if (traded.kind !== 'ok') return problemOf(traded);
      const token = tokenBody.safeParse(traded.body);
      if (!token.success) return { kind: 'failed', problem: 'the answer holds no access token' };
      const entry = await join(token.data.access_token);
      // Not given back, it dies by itself after a week: no reason to turn the member away.
      await post('/oauth2/token/revoke', { token: token.data.access_token, token_type_hint: 'access_token' });
      return entry;
    },
  };
};
