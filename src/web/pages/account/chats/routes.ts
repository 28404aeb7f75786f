import type { Hono } from 'hono';
import type { Site, WebEnv } from '../../../context.ts';
import { route } from '../../../routes.ts';
import { askForDiscord, backFromDiscord } from './discord.ts';
import { chatsNow, showChats } from './handlers.ts';
import { limited } from './limited.ts';
import { returnToRoom } from './return.ts';
import { askForTelegram, cancelTelegram, confirmTelegram } from './telegram.ts';
import { unlink } from './unlink.ts';

export const addChatRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /account/chats', showChats(site));
  route(app, 'GET /account/chats/now', chatsNow(site));
  route(app, 'POST /account/chats/telegram', limited(site, askForTelegram(site)));
  route(app, 'POST /account/chats/telegram/confirm', confirmTelegram(site));
  route(app, 'POST /account/chats/telegram/cancel', cancelTelegram(site));
  route(app, 'POST /account/chats/discord', limited(site, askForDiscord(site)));
  route(app, 'GET /account/chats/discord/callback', backFromDiscord(site));
  route(app, 'POST /account/chats/unlink', unlink(site));
  route(app, 'POST /account/chats/return', limited(site, returnToRoom(site)));
};
