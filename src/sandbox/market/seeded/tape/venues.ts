/** Venues of the consolidated tape with their share of prints, in IBKR's codes. FINRA stands for trades off exchange. */
const VENUES: readonly { readonly code: string; readonly share: number }[] = [
  { code: 'ARCA', share: 0.2 },
  { code: 'NASDAQ', share: 0.18 },
  { code: 'BATS', share: 0.13 },
  { code: 'NYSE', share: 0.07 },
  { code: 'DRCTEDGE', share: 0.09 },
  { code: 'IEX', share: 0.04 },
  { code: 'MEMX', share: 0.05 },
  { code: 'FINRA', share: 0.24 },
];

export const VENUE_CODES: readonly string[] = VENUES.map(({ code }) => code);
/** Venues that show quotes come first; FINRA reports trades only. */
export const QUOTING_VENUES = VENUES.length - 1;
export const OFF_EXCHANGE = VENUES.length - 1;

const CUMULATIVE = Float64Array.from(VENUES, (_, index) =>
  VENUES.slice(0, index + 1).reduce((sum, { share }) => sum + share, 0),
);

/** An index into the codes, by share of prints; `u` uniform from 0 to 1. */
export const pickVenue = (u: number): number => {
  for (let index = 0; index < OFF_EXCHANGE; index++) if (u < (CUMULATIVE[index] as number)) return index;
  return OFF_EXCHANGE;
};
