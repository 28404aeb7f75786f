import type { SessionClockAnchor } from './market/session-clock.ts';

export interface SandboxOptions {
  /** Which vendors to stand in for. */
  readonly vendors: readonly ('ibkr' | 'alphavantage' | 'discord')[];
  readonly seed: number;
  readonly speed: number;
  readonly symbols: readonly string[];
  /** Paths of recorded files; none means the seeded market. */
  readonly recordings: readonly string[];
  readonly dataDir: string;
  /** The day it is outside, YYYY-MM-DD in New York. */
  readonly today: string;
}

/** Where the sandboxed vendors listen, and how their market time runs. Plain JSON: it crosses threads. */
export interface SandboxAddresses {
  readonly anchor: SessionClockAnchor;
  readonly description: string;
  readonly source: 'seeded' | 'recorded';
  readonly instruments: readonly SandboxInstrument[];
  readonly twsPort: number;
  readonly alphaVantageUrl: string;
  readonly discordUrl: string;
  readonly discordWebhooks: Readonly<Record<'premium' | 'basic' | 'free', string>>;
  /** Where tests and drills switch the broker's faults. */
  readonly controlUrl: string;
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
