import type { StripeControl } from './control.ts';
import { createPages } from './pages/create-pages.tsx';
import { startStripeSandbox } from './server.ts';
import { SPEC_VERSION } from './spec/operation.ts';
import { validateRequest } from './spec/validate-request.ts';
import { attachWebhooks } from './webhooks/attach.ts';

/** Any test key opens the sandbox. */
const SECRET_KEY = 'sk_test_sandbox';

export interface StripeOutsideOptions {
  readonly seed: number;
  readonly stateFolder?: string;
  /** Where the merchant's site takes events; an endpoint is registered for it unless there is one. */
  readonly webhookUrl: string;
  /** Wall ms since epoch. */
  readonly now?: () => number;
  /** Wall time before the first retry of a delivery. */
  readonly firstRetryMs?: number;
}

export interface StripeOutside {
  readonly url: string;
  readonly secretKey: string;
  /** Of the endpoint for `webhookUrl`, newest first. */
  readonly webhookSecrets: readonly string[];
  readonly control: StripeControl;
  stop(): Promise<void>;
}

/** Registers the endpoint by the API, as a merchant's own setup would. */
const registerEndpoint = async (url: string, webhookUrl: string): Promise<void> => {
  const body = new URLSearchParams({ url: webhookUrl, 'enabled_events[0]': '*', api_version: SPEC_VERSION });
  const answer = await fetch(`${url}/v1/webhook_endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}` },
    body,
  });
  if (!answer.ok) throw new Error(`the simulated Stripe refused the webhook endpoint: ${await answer.text()}`);
};

/** The whole simulated Stripe: API, hosted pages, and webhooks that reach the merchant's site. */
export const startStripeOutside = async (options: StripeOutsideOptions): Promise<StripeOutside> => {
  const { webhookUrl, ...rest } = options;
  const sandbox = await startStripeSandbox({ ...rest, validate: validateRequest });
  const { world, url } = sandbox;
  sandbox.mount(createPages(world));
  const isOurs = (endpoint: { readonly url: string }): boolean => endpoint.url === webhookUrl;
  if (!world.all('webhook_endpoint').some(isOurs)) await registerEndpoint(url, webhookUrl);
  const webhooks = attachWebhooks(world, rest);
  const webhookSecrets = world
    .all('webhook_endpoint')
    .filter(isOurs)
    .flatMap(({ id }) => webhooks.secretsOf(id));
  return {
    url,
    secretKey: SECRET_KEY,
    webhookSecrets,
    control: { sandbox, webhooks },
    async stop() {
      webhooks.stop();
      await sandbox.stop();
    },
  };
};
