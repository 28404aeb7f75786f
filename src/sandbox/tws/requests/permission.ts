import type { Desk } from '../desk.ts';
import type { Listing } from '../directory.ts';
import type { Session } from '../session.ts';

const NOT_SUBSCRIBED = 'Requested market data is not subscribed.';

/**
 * Whether a session may see a line live, late or not at all; the client is told when not live.
 * Source: IBKR TWS API message codes 354, 10089, 10167, 10168.
 */
export const permissionFor = (
  desk: Desk,
  session: Session,
  requestId: number,
  listing: Listing,
): 'live' | 'delayed' | 'none' => {
  const { noPermission } = desk.faults;
  if (!noPermission?.symbols.includes(listing.symbol)) return 'live';
  const { delayedOffered } = noPermission;
  const wantsDelayed = session.marketDataType >= 3;
  if (wantsDelayed && delayedOffered) {
    session.error(requestId, 10167, `${NOT_SUBSCRIBED} Displaying delayed market data.`);
    return 'delayed';
  }
  if (wantsDelayed) session.error(requestId, 10168, `${NOT_SUBSCRIBED} Delayed market data is not enabled.`);
  else session.error(requestId, ...refusal(delayedOffered, listing));
  return 'none';
};

/** What a live request for a line without a subscription is told. */
export const refusal = (delayedOffered: boolean, listing: Pick<Listing, 'symbol'>): [code: number, text: string] =>
  delayedOffered
    ? [
        10089,
        `Requested market data requires additional subscription for API. See link in 'Market Data Connections' dialog for more details.Delayed market data is available.${listing.symbol}`,
      ]
    : [
        354,
        `${NOT_SUBSCRIBED} Check API status by selecting the Account menu then under Management choose Market Data Subscription Manager and/or availability of delayed data.${listing.symbol}`,
      ];
