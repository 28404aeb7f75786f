/** A registered webhook endpoint, as far as its deliveries go. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  /** Names of events, or `*` for all. */
  readonly enabledEvents: readonly string[];
  readonly enabled: boolean;
  /** Secrets that are valid now, newest first: several while one is being rolled. */
  readonly secrets: readonly string[];
}

/** An event, and the bytes that are sent of it over all attempts. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

/** What the deliveries need of the rest of the sandbox. */
export interface WebhookWorld {
  endpoints(): readonly Endpoint[];
  /** The sandbox's own clock, ms since epoch. */
  nowMs(): number;
  /** The endpoint answered 2xx to the event, maybe not for the first time. */
  delivered(eventId: string, endpointId: string): void;
}

/** One request to an endpoint, or the decision to send none. */
export interface Attempt {
  readonly eventId: string;
  readonly type: string;
  readonly endpointId: string;
  /** From 1; retries count on. */
  readonly attempt: number;
  /** Wall ms since epoch. */
  readonly atMs: number;
  /** HTTP status; null when there was no answer or nothing was sent. */
  readonly status: number | null;
  readonly outcome: 'accepted' | 'refused' | 'no-answer' | 'dropped' | 'given-up';
  /** The fault that this delivery was spoilt with. */
  readonly fault: string | null;
}
