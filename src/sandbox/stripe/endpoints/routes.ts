import { listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { invalid, missingParam } from '../http/refusal.ts';
import { inPath, type Routes } from '../http/route.ts';
import type { World } from '../world.ts';
import type { WebhookEndpoint } from './types.ts';

const urlOf = (params: Params): string | undefined => {
  const url = params.text('url');
  if (url === undefined || url === null) return undefined;
  // In test mode Stripe takes http as well; a loopback address it would refuse, which is where this one delivers to.
  if (!/^https?:\/\/[^\s]+$/.test(url))
    throw invalid('Invalid URL: An explicit scheme (such as https) must be provided.', 'url', 'url_invalid');
  return url;
};

const createEndpoint = (world: World, params: Params): object => {
  const url = urlOf(params);
  const events = params.texts('enabled_events');
  if (url === undefined) throw missingParam('url');
  if (!events || events.length === 0) throw missingParam('enabled_events');
  if (world.store.all('webhook_endpoint').length >= 16)
    throw invalid('You have reached the maximum of 16 test webhook endpoints.');
  const secret = world.newId('whsec');
  const endpoint = world.insert('webhook_endpoint', {
    id: world.newId('we'),
    object: 'webhook_endpoint',
    api_version: params.text('api_version') ?? null,
    application: null,
    created: world.now(),
    description: params.text('description') ?? null,
    enabled_events: events,
    livemode: false,
    metadata: params.metadata(),
    status: 'enabled',
    url,
    internal: { secret },
  });
  return { ...endpoint, secret };
};

const updateEndpoint = (world: World, id: string, params: Params): WebhookEndpoint => {
  const endpoint = world.find('webhook_endpoint', id, 'webhook_endpoint');
  const disabled = params.flag('disabled');
  const description = params.text('description');
  return world.update('webhook_endpoint', id, {
    description: description === undefined ? endpoint.description : description,
    enabled_events: params.texts('enabled_events') ?? endpoint.enabled_events,
    metadata: params.metadata(endpoint.metadata),
    status: disabled === undefined ? endpoint.status : disabled ? 'disabled' : 'enabled',
    url: urlOf(params) ?? endpoint.url,
  });
};

export const endpointRoutes: Routes = {
  'POST /v1/webhook_endpoints': (world, { params }) => createEndpoint(world, params),
  'GET /v1/webhook_endpoints': (world, call) => listOf(call, world.store.all('webhook_endpoint')),
  'GET /v1/webhook_endpoints/{webhook_endpoint}': (world, call) =>
    world.find('webhook_endpoint', inPath(call, 'webhook_endpoint'), 'webhook_endpoint'),
  'POST /v1/webhook_endpoints/{webhook_endpoint}': (world, call) =>
    updateEndpoint(world, inPath(call, 'webhook_endpoint'), call.params),
  'DELETE /v1/webhook_endpoints/{webhook_endpoint}': (world, call) => {
    const { id } = world.find('webhook_endpoint', inPath(call, 'webhook_endpoint'), 'webhook_endpoint');
    world.store.remove('webhook_endpoint', id);
    return { id, object: 'webhook_endpoint', deleted: true };
  },
};
