/** What the vendor says instead of data, always with HTTP 200. Same keys and form as its own, words of ours. */

export const NOTE_BODY = {
  Note: 'Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute. Please visit https://www.alphavantage.co/premium/ if you would like a higher API call frequency. (sandbox)',
} as const;

/** Echoes the key back, as the vendor does. */
export const informationBody = (apiKey: string) => ({
  Information: `We have detected your API key as ${apiKey} and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to remove all daily rate limits. (sandbox)`,
});

/** For more calls in a minute than the plan allows. */
export const burstBody = (perMinute: number) => ({
  Information: `Thank you for using Alpha Vantage! Please consider spreading out your API requests more sparingly: your plan allows ${perMinute} requests per minute. (sandbox)`,
});

export const errorBody = (functionName: string) => ({
  'Error Message': `Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for ${functionName}.`,
});

export const NO_KEY_BODY = {
  'Error Message':
    'the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key).',
} as const;

const placeholderRow = (type: 'call' | 'put') => ({
  contractID: `XXYYZZ999999${type === 'call' ? 'C' : 'P'}00020000`,
  symbol: 'XXYYZZ',
  expiration: '2099-99-99',
  strike: '20.00',
  type,
  last: '100.00',
  mark: '100.10',
  bid: '100.05',
  bid_size: '100',
  ask: '100.15',
  ask_size: '100',
  volume: '100',
  open_interest: '100',
  date: '2049-99-99',
});

/** Looks like a chain and is none: contracts, dates and figures are made up. */
export const PREMIUM_PLACEHOLDER_BODY = {
  endpoint: 'Realtime Options',
  message:
    'This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***. To access the actual data, please subscribe to a premium plan at https://www.alphavantage.co/premium/. (sandbox)',
  data: [placeholderRow('call'), placeholderRow('put')],
} as const;
