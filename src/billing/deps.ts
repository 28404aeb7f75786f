import type { Db } from '../db/client.ts';
import type { AccessBus } from './announce-access.ts';
import type { BillingPolicy } from './policy.ts';
import type { StripeGateway } from './stripe/gateway.ts';

export type BillingLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** What the verbs of billing work with. */
export interface BillingDeps {
  readonly db: Db;
  readonly bus: AccessBus;
  readonly gateway: StripeGateway;
  readonly policy: BillingPolicy;
  /** Signing secrets of our webhook endpoint: two while one replaces the other. */
  readonly webhookSecrets: readonly string[];
  readonly publicUrl: URL;
  readonly log: BillingLog;
}

export const SYSTEM = { kind: 'system', name: 'stripe' } as const;

export const pageUrl = ({ publicUrl }: Pick<BillingDeps, 'publicUrl'>, path: string): string =>
  new URL(path, publicUrl).href;
