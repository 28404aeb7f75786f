import type { SubscriptionStatus } from './types.ts';

/** Not over yet. */
export const isLive = (status: SubscriptionStatus): boolean => status !== 'canceled' && status !== 'incomplete_expired';
