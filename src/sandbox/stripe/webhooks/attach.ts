import type { StripeEvent } from '../events/types.ts';
import type { StripeWorld } from '../seam.ts';
import { WebhookDeliveries } from './deliver.ts';
import { RolledSecrets } from './rolled-secrets.ts';

/** How long Stripe keeps trying; what is older is lost at a restart. */
const PATIENCE_SECONDS = 72 * 3_600;

export interface Webhooks {
  readonly deliveries: WebhookDeliveries;
  /** A new signing secret for the endpoint; the old one signs beside it for so long (sandbox time; Stripe offers 24 h at most). */
  rollSecret(endpointId: string, oldValidSeconds: number): string;
  /** Secrets that sign for the endpoint now, newest first. */
  secretsOf(endpointId: string): readonly string[];
  stop(): void;
}

export interface WebhookOptions {
  readonly seed: number;
  /** Where secrets that are being rolled are kept; absent: in memory alone. */
  readonly stateFolder?: string;
  readonly firstRetryMs?: number;
  readonly timeoutMs?: number;
}

/** Delivers every event that the world makes from now on, and those of its last three days that are still owed. */
export const attachWebhooks = (world: StripeWorld, options: WebhookOptions): Webhooks => {
  const rolled = new RolledSecrets(options.stateFolder ?? null);
  const owed = new Map<string, Set<string>>();
  const secretsOf = (endpointId: string): readonly string[] => {
    const endpoint = world.get('webhook_endpoint', endpointId);
    return endpoint ? [endpoint.internal.secret, ...rolled.validAt(endpointId, world.nowSeconds())] : [];
  };
  const deliveries = new WebhookDeliveries({
    ...options,
    world: {
      endpoints: () =>
        world.all('webhook_endpoint').map(({ id, url, enabled_events, status }) => ({
          id,
          url,
          enabledEvents: enabled_events,
          enabled: status === 'enabled',
          secrets: secretsOf(id),
        })),
      nowMs: () => world.nowSeconds() * 1_000,
      delivered: (eventId, endpointId) => {
        const left = owed.get(eventId);
        if (!left?.delete(endpointId)) return;
        world.setPendingWebhooks(eventId, left.size);
        if (left.size === 0) owed.delete(eventId);
      },
    },
  });
  const offer = ({ id, type }: StripeEvent): void => {
    const wanting = deliveries.wantedBy(type);
    if (wanting.length === 0) return;
    owed.set(id, new Set(wanting.map((endpoint) => endpoint.id)));
    const event = world.get('event', id);
    if (!event) throw new Error(`the event ${id} was told of and is not kept`);
    // As Stripe writes it: indented, so that a receiver that parses and writes it anew gets other bytes.
    deliveries.offer({ id, type, body: JSON.stringify(JSON.parse(world.render(event)), null, 2) });
  };
  for (const event of world.all('event'))
    if (event.pending_webhooks > 0 && event.created > world.nowSeconds() - PATIENCE_SECONDS) offer(event);
  const unlisten = world.onEvent(offer);
  return {
    deliveries,
    rollSecret(endpointId, oldValidSeconds) {
      const old = world.get('webhook_endpoint', endpointId)?.internal.secret;
      if (old === undefined) throw new Error(`there is no webhook endpoint ${endpointId}`);
      const secret = world.rollSecret(endpointId);
      rolled.keep(endpointId, old, world.nowSeconds() + oldValidSeconds);
      return secret;
    },
    secretsOf,
    stop() {
      unlisten();
      deliveries.stop();
    },
  };
};
