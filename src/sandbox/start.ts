import { join } from 'node:path';
import type { Faults } from './alphavantage/faults.ts';
import { startAlphaVantageSandbox } from './alphavantage/server.ts';
import { startControl } from './control.ts';
import { startDiscordSandbox } from './discord/server.ts';
import { createMarket } from './market/create-market.ts';
import type { SessionClockAnchor } from './market/session-clock.ts';
import type { SandboxMarket } from './market/types.ts';
import type { SandboxAddresses, SandboxOptions } from './protocol.ts';
import { startResendSandbox } from './resend/server.ts';
import { startTwsSandbox } from './tws/server.ts';

export type StartedSandbox =
  | { readonly ok: true; readonly addresses: SandboxAddresses; stop(): Promise<void> }
  | { readonly ok: false; readonly problems: readonly string[] };

type Stops = (() => unknown)[];

const startTws = async (
  market: SandboxMarket,
  dataDir: string,
  alphaVantage: Faults | null,
  stops: Stops,
): Promise<SandboxAddresses['tws']> => {
  const tws = await startTwsSandbox({ market, stateFolder: join(dataDir, 'sandbox') });
  const control = startControl((fault) => tws.faults.inject(fault), market, alphaVantage);
  stops.push(control.stop, tws.stop);
  return { port: tws.port, controlUrl: control.url };
};

const startMarketVendors = async (
  options: SandboxOptions,
  market: SandboxMarket,
  anchor: SessionClockAnchor,
  stops: Stops,
): Promise<Pick<SandboxAddresses, 'market' | 'tws' | 'alphaVantageUrl'>> => {
  const alphaVantage = options.vendors.includes('alphavantage')
    ? await startAlphaVantageSandbox({ market, port: 0, seed: options.seed })
    : null;
  const faults = alphaVantage?.faults ?? null;
  const tws = options.vendors.includes('ibkr') ? await startTws(market, options.dataDir, faults, stops) : null;
  if (alphaVantage) stops.push(alphaVantage.stop);
  stops.push(market.stop);
  market.start();
  return {
    market: { anchor, description: market.description, source: market.source, instruments: market.instruments() },
    tws,
    alphaVantageUrl: alphaVantage?.url ?? null,
  };
};

const startDiscord = async (stops: Stops): Promise<SandboxAddresses['discord']> => {
  const discord = await startDiscordSandbox({});
  stops.push(discord.stop);
  const webhooks = {
    premium: discord.webhookUrl('premium'),
    basic: discord.webhookUrl('basic'),
    free: discord.webhookUrl('free'),
  };
  return { url: discord.url, webhooks };
};

/** The servers of the vendors asked for; those of the market share one. */
export const startSandbox = async (options: SandboxOptions): Promise<StartedSandbox> => {
  const stops: Stops = [];
  let addresses: SandboxAddresses = { market: null, tws: null, alphaVantageUrl: null, discord: null, resendUrl: null };
  if (options.vendors.includes('ibkr') || options.vendors.includes('alphavantage')) {
    const created = await createMarket({ ...options, wallNow: Date.now });
    if (!created.ok) return created;
    addresses = { ...addresses, ...(await startMarketVendors(options, created.market, created.anchor, stops)) };
  }
  if (options.vendors.includes('discord')) addresses = { ...addresses, discord: await startDiscord(stops) };
  if (options.vendors.includes('resend')) {
    const resend = await startResendSandbox();
    stops.push(resend.stop);
    addresses = { ...addresses, resendUrl: resend.url };
  }
  const stop = async (): Promise<void> => {
    await Promise.all(stops.reverse().map((end) => end()));
  };
  return { ok: true, addresses, stop };
};
