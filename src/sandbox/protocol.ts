import type { ScenarioName } from './market/seeded/scenarios/scenarios.ts';
import type { SessionClockAnchor } from './market/session-clock.ts';

export interface SandboxOptions {
  /** Which vendors to stand in for. */
  readonly vendors: readonly ('ibkr' | 'alphavantage' | 'discord' | 'telegram' | 'resend' | 'stripe')[];
  readonly seed: number;
  readonly speed: number;
  readonly symbols: readonly string[];
  /** What the seeded market goes through. */
  readonly scenario: ScenarioName;
  /** Paths of recorded files; none means the seeded market. */
  readonly recordings: readonly string[];
  readonly dataDir: string;
  /** The day it is outside, YYYY-MM-DD in New York. */
  readonly today: string;
  /** Where the site takes Stripe's events. */
  readonly stripeWebhookUrl: string;
  /** Where Discord sends a browser back to that has let us know who it is. */
  readonly discordRedirectUrl: string;
}

/** Where the sandboxed vendors listen, and how their market time runs; null for a vendor that is real. Plain JSON. */
export interface SandboxAddresses {
  /** Null when neither broker nor option data is sandboxed. */
  readonly market: {
    readonly anchor: SessionClockAnchor;
    readonly description: string;
    readonly source: 'seeded' | 'recorded';
    readonly instruments: readonly SandboxInstrument[];
  } | null;
  readonly tws: { readonly port: number } | null;
  /** Where tests and drills switch faults of the broker and the option data; null when both are real. */
  readonly controlUrl: string | null;
  readonly alphaVantageUrl: string | null;
  readonly resendUrl: string | null;
  readonly stripe: {
    /** Origin of its API and its hosted pages. */
    readonly url: string;
    readonly secretKey: string;
    /** Of the endpoint registered for the site, newest first. */
    readonly webhookSecrets: readonly string[];
    /** Where tests and drills move its clock and disturb it. */
    readonly controlUrl: string;
  } | null;
  readonly discord: {
    readonly url: string;
    readonly webhooks: Readonly<Record<'premium' | 'basic' | 'free', string>>;
    readonly apiUrl: string;
    /** Where a person says yes to being linked. */
    readonly authorizeUrl: string;
    readonly application: {
      readonly clientId: string;
      readonly clientSecret: string;
      readonly botToken: string;
      readonly guildId: string;
      readonly roles: Readonly<Record<'premium' | 'basic', string>>;
    };
    /** Where a person sees the server with their own eyes. */
    readonly clientUrl: string;
    /** Where tests and drills disturb it. */
    readonly controlUrl: string;
  } | null;
  readonly telegram: {
    /** Root of the Bot API. */
    readonly url: string;
    readonly botToken: string;
    readonly chats: Readonly<Record<'premium' | 'basic' | 'free', string>>;
    /** Stands for `https://t.me`. */
    readonly linkBase: string;
    /** The public channel. */
    readonly freeUrl: string;
    readonly clientUrl: string;
    readonly controlUrl: string;
  } | null;
}

export interface SandboxInstrument {
  readonly symbol: string;
  readonly kind: 'stock' | 'index';
  readonly hasDepth: boolean;
  readonly hasTrades: boolean;
  readonly hasOptions: boolean;
}

export type SandboxRequest = { readonly kind: 'start'; readonly options: SandboxOptions } | { readonly kind: 'stop' };
export type SandboxReady =
  | { readonly kind: 'ready'; readonly addresses: SandboxAddresses }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'stopped' };
