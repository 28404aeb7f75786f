/** What an engine is told of a broker's account beside its address: IB's smallest allowance. */
export const IBKR_DEFAULTS = {
  localZone: 'America/New_York',
  messagesPerSecond: 45,
  entitlement: { marketData: 100, depth: 3, tickByTick: 3 },
} as const;
