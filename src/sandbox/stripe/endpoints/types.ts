import type { Metadata } from '../types.ts';

export interface WebhookEndpoint {
  readonly id: string;
  readonly object: 'webhook_endpoint';
  readonly api_version: string | null;
  readonly application: null;
  readonly created: number;
  readonly description: string | null;
  readonly enabled_events: readonly string[];
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly status: 'disabled' | 'enabled';
  readonly url: string;
  /** The signing secret is told once, when the endpoint is made. */
  readonly internal: { readonly secret: string };
}
