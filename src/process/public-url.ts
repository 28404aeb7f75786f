import type { Config } from '../config.ts';

/** Where members find the site. */
export const publicUrlOf = (config: Config): URL => new URL(config.PUBLIC_URL ?? `http://localhost:${config.PORT}`);

/** Where Discord sends a member's browser back to; to be entered among the application's redirects there. */
export const DISCORD_CALLBACK = '/account/chats/discord/callback';
