import { join } from 'node:path';
import { startAlphaVantageSandbox } from './alphavantage/server.ts';
import { startControl } from './control.ts';
import { startDiscordSandbox } from './discord/server.ts';
import { createMarket } from './market/create-market.ts';
import type { SandboxAddresses, SandboxOptions } from './protocol.ts';
import { startTwsSandbox } from './tws/server.ts';

export type StartedSandbox =
  | { readonly ok: true; readonly addresses: SandboxAddresses; stop(): Promise<void> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** One market and the vendors' servers on top of it. */
export const startSandbox = async (options: SandboxOptions): Promise<StartedSandbox> => {
  const created = await createMarket({ ...options, wallNow: Date.now });
  if (!created.ok) return created;
  const { market, anchor } = created;
  const tws = await startTwsSandbox({ market, stateFolder: join(options.dataDir, 'sandbox') });
  const alphaVantage = await startAlphaVantageSandbox({ market, port: 0 });
  const discord = await startDiscordSandbox({});
  const control = startControl((fault) => tws.faults.inject(fault));
  market.start();
  return {
    ok: true,
    addresses: {
      anchor,
      description: market.description,
      source: market.source,
      instruments: market.instruments(),
      twsPort: tws.port,
      alphaVantageUrl: alphaVantage.url,
      discordUrl: discord.url,
      discordWebhooks: {
        premium: discord.webhookUrl('premium'),
        basic: discord.webhookUrl('basic'),
        free: discord.webhookUrl('free'),
      },
      controlUrl: control.url,
    },
    stop: async () => {
      market.stop();
      control.stop();
      tws.stop();
      await Promise.all([alphaVantage.stop(), discord.stop()]);
    },
  };
};
