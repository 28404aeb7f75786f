/**
 * The server versions spoken here. A client offers a range, the server answers the highest version both know, and every
 * message is then written by that version. 100 began length-prefixed frames; 201 began protocol buffers, which are not spoken.
 */
export const SERVER_VERSION_MIN = 100;
export const SERVER_VERSION_MAX = 200;

/**
 * The version from which on a field or message exists (or is gone). Source: IBKR TWS API, `MIN_SERVER_VER_*` of the reference
 * clients; the names follow theirs.
 */
export const SINCE = {
  fractionalPositions: 101,
  peggedToBenchmark: 102,
  modelsSupport: 103,
  secDefOptParams: 104,
  extOperator: 105,
  softDollarTier: 106,
  familyCodes: 107,
  matchingSymbols: 108,
  /** Contract details carry `mdSizeMultiplier` until `sizeRules`. */
  mdSizeMultiplier: 110,
  cashQty: 111,
  marketDepthExchanges: 112,
  smartComponents: 114,
  newsProviders: 115,
  newsArticle: 116,
  historicalNews: 117,
  headTimestamp: 118,
  histogram: 119,
  serviceDataType: 120,
  aggGroup: 121,
  underlyingInfo: 122,
  /** Historical data loses its version field and `hasGaps`; requests gain `keepUpToDate`. */
  syntheticRealTimeBars: 124,
  marketRules: 126,
  pnl: 127,
  unrealizedPnl: 129,
  historicalTicks: 130,
  /** Order status loses its version field and gains `mktCapPrice`. */
  marketCapPrice: 131,
  realExpirationDate: 134,
  realizedPnl: 135,
  /** Executions lose their version field. */
  lastLiquidity: 136,
  tickByTick: 137,
  decisionMaker: 138,
  mifidExecution: 139,
  tickByTickIgnoreSize: 140,
  autoPriceForHedge: 141,
  whatIfExtFields: 142,
  /** Orders lose their version field both ways. */
  orderContainer: 145,
  smartDepth: 146,
  dPegOrders: 148,
  marketDepthPrimExchange: 149,
  completedOrders: 150,
  priceMgmtAlgo: 151,
  stockType: 152,
  sendAllFamilyCodes: 154,
  /** Option computations lose their version field and gain `tickAttrib`. */
  priceBasedVolatility: 156,
  duration: 158,
  /** Sizes of US stocks are told in shares, no longer in round lots of 100. */
  marketDataInShares: 159,
  postToAts: 160,
  autoCancelParent: 162,
  fractionalSizeSupport: 163,
  /** Contract details lose their version field. */
  sizeRules: 164,
  historicalSchedule: 165,
  advancedOrderReject: 166,
  userInfo: 167,
  manualOrderTime: 169,
  pegBestPegMidOffsets: 170,
  /** Times carry their zone. */
  instrumentTimezone: 174,
  /** Historical volumes of US stocks are told in shares, no longer in round lots of 100. */
  hmdsMarketDataInShares: 175,
  bondIssuerId: 176,
  faProfileDesupport: 177,
  pendingPriceRevision: 178,
  lastTradeDate: 182,
  customerAccount: 183,
  professionalCustomer: 184,
  bondAccruedInterest: 185,
  ineligibilityReasons: 186,
  /** Orders carry two more fields from here until `undoRfqFields`. */
  rfqFields: 187,
  includeOvernight: 189,
  undoRfqFields: 190,
  cmeTaggingFields: 192,
  cmeTaggingFieldsInOpenOrder: 193,
  /** Errors lose their version field and gain their time. */
  errorTime: 194,
  fullOrderPreview: 195,
  /** The ends of a historical range come in a message of their own. */
  historicalDataEnd: 196,
  currentTimeInMillis: 197,
  submitter: 198,
  imbalanceOnly: 199,
  parametrizedDaysOfExecutions: 200,
} as const;

/** Shares of a US stock that make one unit of size before `marketDataInShares`. */
export const ROUND_LOT = 100;

/** The version to speak with a client that offers `lowest` to `highest`; null when there is none. */
export const commonVersion = (lowest: number, highest: number): number | null => {
  const version = Math.min(highest, SERVER_VERSION_MAX);
  return version < SERVER_VERSION_MIN || lowest > version ? null : version;
};
