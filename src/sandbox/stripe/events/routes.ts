import { listOf } from '../http/list.ts';
import { invalid } from '../http/refusal.ts';
import { type Call, inPath, type Routes } from '../http/route.ts';
import type { World } from '../world.ts';

/** Stripe keeps events for 30 days. */
export const EVENT_LIFE_SECONDS = 30 * 86_400;

/** `customer.*` names a family. */
const isOfType = (type: string, wanted: string): boolean =>
  wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

const listEvents = (world: World, call: Call): object => {
  const [type, types] = [call.params.text('type'), call.params.texts('types')];
  if (type && types) throw invalid('You may only specify one of these parameters: type, types.', 'type');
  const success = call.params.flag('delivery_success');
  return listOf(
    call,
    world.store
      .all('event')
      .filter(
        (event) =>
          (!type || isOfType(event.type, type)) &&
          (!types || types.some((wanted) => isOfType(event.type, wanted))) &&
          (success === undefined || (event.pending_webhooks === 0) === success),
      ),
  );
};

export const eventRoutes: Routes = {
  'GET /v1/events': listEvents,
  'GET /v1/events/{id}': (world, call) => world.find('event', inPath(call, 'id')),
};
