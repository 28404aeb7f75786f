import type { Command } from 'commander';
import { setUpStripe } from '../billing/setup/set-up-stripe.ts';
import { createStripeClient } from '../billing/stripe/client.ts';
import type { Config } from '../config.ts';
import { readRuntimeFile } from '../process/runtime-file.ts';
import { print } from './print.ts';
import { configOrThrow } from './server.ts';

interface Account {
  readonly name: string;
  readonly secretKey: string;
  readonly baseUrl: string | null;
}

/** Any test key opens the sandbox. */
const SANDBOX_KEY = 'sk_test_sandbox';

/** The vendor's account where its key is configured, else the simulated one of the running server. */
const accountOf = (config: Config): Account => {
  const { STRIPE_SECRET_KEY: secretKey } = config;
  if (secretKey)
    return { name: `the account of ${secretKey.slice(0, 8)}…${secretKey.slice(-4)}`, secretKey, baseUrl: null };
  const baseUrl = readRuntimeFile(config.DATA_DIR)?.sandbox?.stripeUrl ?? null;
  if (!baseUrl)
    throw new Error(
      'STRIPE_SECRET_KEY is not set, and no server with a simulated Stripe is running: set the key, or start the server',
    );
  return { name: `simulated at ${baseUrl}`, secretKey: SANDBOX_KEY, baseUrl };
};

interface Wishes {
  readonly webhook: boolean;
  readonly siteUrl?: string;
}

const siteOf = (config: Config, given: string | undefined): URL => {
  const url = new URL(given ?? config.PUBLIC_URL ?? `http://localhost:${config.PORT}`);
  if (config.STRIPE_SECRET_KEY && url.protocol !== 'https:')
    throw new Error(`${url.origin}: Stripe delivers to https alone; set PUBLIC_URL, or give --site-url`);
  return url;
};

const run = async (wishes: Wishes, command: Command): Promise<void> => {
  const config = configOrThrow();
  const account = accountOf(config);
  const siteUrl = siteOf(config, wishes.siteUrl);
  const { done, webhookSecret } = await setUpStripe(createStripeClient(account), { siteUrl, webhook: wishes.webhook });
  print(command, { account: account.name, done, webhookSecret }, () =>
    [
      `Stripe: ${account.name}`,
      ...(done.length > 0
        ? done.map((line) => `  ${line}`)
        : ['  everything stands as it should; nothing was changed']),
      ...(webhookSecret
        ? [`Add this to STRIPE_WEBHOOK_SECRETS; Stripe does not tell it again:\n  ${webhookSecret}`]
        : []),
    ].join('\n'),
  );
};

export const addStripeSetupCommand = (program: Command): void => {
  program
    .command('stripe-setup')
    .description(
      'make products, prices, the customer portal and the webhook endpoint at Stripe; run again, it changes only what does not stand as it should',
    )
    .option('--site-url <address>', 'where members reach the site, if not at PUBLIC_URL')
    .option('--no-webhook', 'leave the webhook endpoint alone')
    .action(run);
};
