import { type Answer, badRequest, conflict, granted } from '../answer.ts';
import type { World } from '../world/world.ts';
import type { Params } from './methods.ts';

const LIMIT_MAX = 100;
/** Longer is taken, and cut. */
const TIMEOUT_MAX_S = 50;
const CONNECTIONS_MAX = 100;
const CONNECTIONS_DEFAULT = 40;

const WEBHOOK_ACTIVE = conflict(
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
);
const ENDED = {
  'other-poll': conflict('terminated by other getUpdates request; make sure that only one bot instance is running'),
  'webhook-set': conflict('terminated by setWebhook request'),
};

export const getUpdates = async (
  world: World,
  { offset, limit = LIMIT_MAX, timeout = 0, allowed_updates }: Params<'getUpdates'>,
  signal: AbortSignal,
): Promise<Answer> => {
  const { updates } = world;
  if (world.webhook.target) return WEBHOOK_ACTIVE;
  if (limit < 1 || limit > LIMIT_MAX) return badRequest(`limit must be between 1 and ${LIMIT_MAX}`);
  if (timeout < 0) return badRequest('timeout must not be negative');
  updates.end('other-poll');
  if (allowed_updates) updates.allow(allowed_updates);
  if (offset !== undefined) updates.confirm(offset);
  const ending = await updates.wait(Math.min(timeout, TIMEOUT_MAX_S) * 1_000, signal);
  return ending === null ? granted(updates.waiting().slice(0, limit)) : ENDED[ending];
};

/** HTTPS, as Telegram asks; plain HTTP only to this machine, for there are no certificates here. */
const isWebhookAddress = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
};

export const setWebhook = (world: World, params: Params<'setWebhook'>): Answer => {
  const { url, secret_token: secret, max_connections: connections = CONNECTIONS_DEFAULT, allowed_updates } = params;
  if (url !== '' && !isWebhookAddress(url)) return badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret))
    return badRequest('secret token contains unallowed characters or is too long');
  if (connections < 1 || connections > CONNECTIONS_MAX)
    return badRequest(`max_connections must be between 1 and ${CONNECTIONS_MAX}`);
  if (allowed_updates) world.updates.allow(allowed_updates);
  if (params.drop_pending_updates) world.updates.forgetAll();
  if (url !== '') world.updates.end('webhook-set');
  world.webhook.set(url === '' ? null : { url, secretToken: secret ?? null, maxConnections: connections });
  return granted();
};

export const deleteWebhook = (world: World, { drop_pending_updates }: Params<'deleteWebhook'>): Answer => {
  if (drop_pending_updates) world.updates.forgetAll();
  world.webhook.set(null);
  return granted();
};

export const getWebhookInfo = (world: World): Answer => {
  const { target, failure } = world.webhook;
  const { allowed } = world.updates;
  return granted({
    url: target?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: world.updates.waiting().length,
    ...(target ? { max_connections: target.maxConnections } : {}),
    ...(failure ? { last_error_date: Math.floor(failure.atMs / 1_000), last_error_message: failure.words } : {}),
    ...(allowed.length === 0 ? {} : { allowed_updates: allowed }),
  });
};
