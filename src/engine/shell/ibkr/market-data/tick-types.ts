/** TWS tick types. Source: TWS API, "Available tick types". */
export const BID_SIZE = 0;
export const BID = 1;
export const ASK = 2;
export const ASK_SIZE = 3;
export const LAST = 4;
export const AUCTION_VOLUME = 34;
export const AUCTION_PRICE = 35;
export const AUCTION_IMBALANCE = 36;
export const REGULATORY_IMBALANCE = 61;
export const isDelayed = (tickType: number): boolean => tickType >= 66 && tickType <= 76;
