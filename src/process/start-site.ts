import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { recordLapsedImpersonations } from '../db/queries/impersonations.ts';
import type { Bus, EngineDoor } from '../engine/index.ts';
import type { Log } from '../log.ts';
import { sandboxInbox } from '../sandbox/inbox/inbox.ts';
import type { SandboxAddresses } from '../sandbox/protocol.ts';
import { createApp } from '../web/app.ts';
import { ensureDemoUsers, removeDemoUsers } from '../web/auth/demo-users.ts';
import { createVault } from '../web/auth/vault.ts';
import type { ChatDoors } from '../web/context.ts';
import { createLiveHub } from '../web/live/hub.ts';
import { renderSignal } from '../web/pages/feed/signal-card.tsx';
import { ownAuthSecret } from './auth-secret.ts';
import { publicUrlOf } from './public-url.ts';
import { type StripeAccount, startBilling } from './start-billing.ts';

const VENDOR_NAMES = {
  ibkr: 'Interactive Brokers',
  alphavantage: 'Alpha Vantage',
  discord: 'Discord',
  telegram: 'Telegram',
  resend: 'E-mail',
  stripe: 'Stripe',
} as const;

const LAPSES_EVERY_MS = 60_000;

export interface SitePlan {
  readonly config: Config;
  readonly database: Database;
  readonly bus: Bus;
  readonly engine: EngineDoor;
  readonly sandbox: SandboxAddresses | null;
  readonly chats: ChatDoors;
  readonly log: Log;
}

export interface RunningSite {
  readonly url: string;
  /** Lines worth telling whoever started the server. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

/** The vendor's where its key is configured, else the simulated one; null where that was left out on purpose. */
const accountOf = (config: Config, sandbox: SandboxAddresses | null): StripeAccount | null => {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRETS: webhookSecrets } = config;
  if (secretKey) return { secretKey, webhookSecrets, baseUrl: null };
  const simulated = sandbox?.stripe ?? null;
  if (!simulated) return null;
  return { secretKey: simulated.secretKey, webhookSecrets: simulated.webhookSecrets, baseUrl: simulated.url };
};

const inboxOf = ({ discord, telegram, resendUrl }: SandboxAddresses) =>
  sandboxInbox({ discordUrl: discord?.url ?? null, telegramUrl: telegram?.url ?? null, resendUrl });

export const startSite = async (plan: SitePlan): Promise<RunningSite> => {
  const { config, database, bus, engine, sandbox, chats, log } = plan;
  const publicUrl = publicUrlOf(config);
  const vault = createVault(config.AUTH_SECRET ?? ownAuthSecret(config.DATA_DIR));
  // Their password is known to everybody: never beside a real broker, and gone once there is one.
  const withDemo = config.sandboxed.includes('ibkr') && config.NODE_ENV !== 'production';
  if (!withDemo) await removeDemoUsers(database.db);
  const demoUsers = withDemo ? await ensureDemoUsers(database.db, vault) : null;
  const live = createLiveHub({
    db: database.db,
    bus,
    renderSignal,
    onError: (error) => log('error', 'the live feed stumbled', { error }),
  });
  const payments = await startBilling({ config, database, bus, publicUrl, account: accountOf(config, sandbox), log });
  const lapses = setInterval(() => {
    recordLapsedImpersonations(database.db).catch((error: unknown) =>
      log('error', 'lapsed impersonations were not put on record', { error }),
    );
  }, LAPSES_EVERY_MS);
  const app = createApp({
    db: database,
    vault,
    engine,
    live,
    bus,
    billing: payments.billing,
    chats,
    options: {
      publicUrl,
      secureCookies: publicUrl.protocol === 'https:',
      sandboxed: config.sandboxed.map((vendor) => VENDOR_NAMES[vendor]),
      sandboxDescription: sandbox?.market?.description ?? null,
      demoUsers,
      trustedProxies: config.TRUSTED_PROXIES,
      billing: {
        graceDays: config.BILLING_GRACE_DAYS,
        trialDays: config.BILLING_TRIAL_DAYS,
        taxAdded: config.BILLING_AUTOMATIC_TAX,
        origins: payments.origins,
      },
    },
    inbox: sandbox ? inboxOf(sandbox) : null,
    log,
  });
  const server = Bun.serve({ hostname: config.HOST, port: config.PORT, fetch: app.fetch, idleTimeout: 60 });
  return {
    url: publicUrl.origin,
    notes: (demoUsers ?? []).map(
      ({ label, email, password, totpSecret }) =>
        `${label}: ${email} / ${password}${totpSecret === null ? '' : ', and the code on the sign-in page'}`,
    ),
    stop: async () => {
      clearInterval(lapses);
      await payments.stop();
      await live.stop();
      await server.stop(true);
    },
  };
};
