import { join } from 'node:path';
import { startAlphaVantageSandbox } from './alphavantage/server.ts';
import { NOTHING_CONTROLLED, startControl } from './control.ts';
import { startDiscordSandbox } from './discord/server.ts';
import { createMarket } from './market/create-market.ts';
import type { SessionClockAnchor } from './market/session-clock.ts';
import type { SandboxMarket } from './market/types.ts';
import type { SandboxAddresses, SandboxOptions } from './protocol.ts';
import { startResendSandbox } from './resend/server.ts';
import { startStripeOutside } from './stripe/start-outside.ts';
import { startTelegramSandbox } from './telegram/server.ts';
import { startTwsSandbox } from './tws/server.ts';

export type StartedSandbox =
  | { readonly ok: true; readonly addresses: SandboxAddresses; stop(): Promise<void> }
  | { readonly ok: false; readonly problems: readonly string[] };

type Stops = (() => unknown)[];

const startMarketVendors = async (
  options: SandboxOptions,
  market: SandboxMarket,
  anchor: SessionClockAnchor,
  stops: Stops,
): Promise<Partial<SandboxAddresses>> => {
  const alphaVantage = options.vendors.includes('alphavantage')
    ? await startAlphaVantageSandbox({ market, port: 0, seed: options.seed })
    : null;
  const tws = options.vendors.includes('ibkr')
    ? await startTwsSandbox({ market, stateFolder: join(options.dataDir, 'sandbox') })
    : null;
  const control = startControl({
    ...NOTHING_CONTROLLED,
    tws: tws && { inject: (fault) => tws.faults.inject(fault), market },
    alphaVantage: alphaVantage?.faults ?? null,
  });
  stops.push(control.stop);
  if (tws) stops.push(tws.stop);
  if (alphaVantage) stops.push(alphaVantage.stop);
  stops.push(market.stop);
  market.start();
  return {
    market: { anchor, description: market.description, source: market.source, instruments: market.instruments() },
    tws: tws && { port: tws.port },
    controlUrl: control.url,
    alphaVantageUrl: alphaVantage?.url ?? null,
  };
};

const startDiscord = async (
  { discordRedirectUrl, dataDir }: SandboxOptions,
  stops: Stops,
): Promise<SandboxAddresses['discord']> => {
  const discord = await startDiscordSandbox({
    redirectUris: [discordRedirectUrl],
    stateFile: join(dataDir, 'sandbox', 'discord.json'),
  });
  const control = startControl({ ...NOTHING_CONTROLLED, discord });
  stops.push(control.stop, discord.stop);
  const webhooks = {
    premium: discord.webhookUrl('premium'),
    basic: discord.webhookUrl('basic'),
    free: discord.webhookUrl('free'),
  };
  const { url, apiUrl, authorizeUrl, application } = discord;
  return { url, webhooks, apiUrl, authorizeUrl, application, clientUrl: `${url}/client`, controlUrl: control.url };
};

const startTelegram = async ({ dataDir }: SandboxOptions, stops: Stops): Promise<SandboxAddresses['telegram']> => {
  const telegram = await startTelegramSandbox({ stateFile: join(dataDir, 'sandbox', 'telegram.json') });
  const control = startControl({ ...NOTHING_CONTROLLED, telegram });
  stops.push(control.stop, telegram.stop);
  const { url, botToken, chats, linkBase } = telegram;
  const freeUrl = `${linkBase}/quanticity_sandbox`;
  return { url, botToken, chats, linkBase, freeUrl, clientUrl: `${url}/client`, controlUrl: control.url };
};

const startResend = async (stops: Stops): Promise<string> => {
  const resend = await startResendSandbox();
  stops.push(resend.stop);
  return resend.url;
};

const startStripe = async (options: SandboxOptions, stops: Stops): Promise<SandboxAddresses['stripe']> => {
  const stripe = await startStripeOutside({
    seed: options.seed,
    stateFolder: join(options.dataDir, 'sandbox', 'stripe'),
    webhookUrl: options.stripeWebhookUrl,
  });
  const control = startControl({ ...NOTHING_CONTROLLED, stripe: stripe.control });
  stops.push(control.stop, stripe.stop);
  const { url, secretKey, webhookSecrets } = stripe;
  return { url, secretKey, webhookSecrets, controlUrl: control.url };
};

const NONE_SANDBOXED: SandboxAddresses = {
  ...{ market: null, tws: null, controlUrl: null, alphaVantageUrl: null, resendUrl: null, stripe: null },
  ...{ discord: null, telegram: null },
};

/** The servers of the vendors asked for; those of the market share one. */
export const startSandbox = async (options: SandboxOptions): Promise<StartedSandbox> => {
  const stops: Stops = [];
  const { vendors } = options;
  let market: Partial<SandboxAddresses> = {};
  if (vendors.includes('ibkr') || vendors.includes('alphavantage')) {
    const created = await createMarket({ ...options, wallNow: Date.now });
    if (!created.ok) return created;
    market = await startMarketVendors(options, created.market, created.anchor, stops);
  }
  const addresses: SandboxAddresses = {
    ...NONE_SANDBOXED,
    ...market,
    discord: vendors.includes('discord') ? await startDiscord(options, stops) : null,
    telegram: vendors.includes('telegram') ? await startTelegram(options, stops) : null,
    resendUrl: vendors.includes('resend') ? await startResend(stops) : null,
    stripe: vendors.includes('stripe') ? await startStripe(options, stops) : null,
  };
  const stop = async (): Promise<void> => {
    await Promise.all(stops.reverse().map((end) => end()));
  };
  return { ok: true, addresses, stop };
};
