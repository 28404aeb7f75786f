import { filtered, listOf } from '../http/list.ts';
import type { Params } from '../http/params.ts';
import { invalid } from '../http/refusal.ts';
import { inPath, type Routes } from '../http/route.ts';
import { HOSTED } from '../store/wire.ts';
import type { World } from '../world.ts';
import { createConfiguration, updateConfiguration } from './configurations.ts';
import type { PortalConfiguration, PortalSession } from './types.ts';

const configurationFor = (world: World, params: Params): PortalConfiguration => {
  const id = params.text('configuration');
  if (id) {
    const named = world.named('billing_portal.configuration', id, 'configuration');
    if (!named.active) throw invalid('This configuration is not active.', 'configuration');
    return named;
  }
  const usual = world.store.all('billing_portal.configuration').find(({ is_default }) => is_default);
  if (!usual)
    throw invalid(
      "You can't create a portal session in test mode until you save your customer portal settings in test mode at https://dashboard.stripe.com/test/settings/billing/portal.",
    );
  return usual;
};

const createPortalSession = (world: World, params: Params): PortalSession => {
  const customer = world.named('customer', params.required('customer'), 'customer');
  const configuration = configurationFor(world, params);
  if (params.has('flow_data')) throw invalid('The sandbox has no portal flows.', 'flow_data');
  const id = world.newId('bps');
  return world.insert(
    'billing_portal.session',
    {
      id,
      object: 'billing_portal.session',
      configuration: configuration.id,
      created: world.now(),
      customer: customer.id,
      flow: null,
      livemode: false,
      locale: params.text('locale') ?? null,
      on_behalf_of: null,
      return_url: params.text('return_url') ?? configuration.default_return_url,
      url: `${HOSTED}/p/session/${id}`,
    },
    'billing_portal.session.created',
  );
};

export const portalRoutes: Routes = {
  'POST /v1/billing_portal/configurations': (world, { params }) => createConfiguration(world, params),
  'GET /v1/billing_portal/configurations': (world, call) =>
    listOf(
      call,
      filtered(call, world.store.all('billing_portal.configuration'), {
        active: ({ active }) => active,
        is_default: ({ is_default }) => is_default,
      }),
    ),
  'GET /v1/billing_portal/configurations/{configuration}': (world, call) =>
    world.find('billing_portal.configuration', inPath(call, 'configuration'), 'configuration'),
  'POST /v1/billing_portal/configurations/{configuration}': (world, call) =>
    updateConfiguration(world, inPath(call, 'configuration'), call.params),
  'POST /v1/billing_portal/sessions': (world, { params }) => createPortalSession(world, params),
};
