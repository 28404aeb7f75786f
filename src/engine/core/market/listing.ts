/**
 * Where a share is listed, under the names TWS gives venues: the one exchange whose auction makes its official close.
 * Sources: the funds' prospectuses (SPY and IWM on NYSE Arca, QQQ on Nasdaq), Nasdaq's list of its symbols.
 */
const LISTED_ON: Readonly<Record<string, readonly string[]>> = {
  SPY: ['ARCA'],
  IWM: ['ARCA'],
  // TWS called Nasdaq ISLAND until 2021, and some feeds still do.
  ...Object.fromEntries(
    ['QQQ', 'AAPL', 'MSFT', 'GOOGL', 'AMZN', 'NVDA', 'META', 'TSLA'].map((symbol) => [symbol, ['NASDAQ', 'ISLAND']]),
  ),
};

/** Whether a print on `venue` can be of the listing exchange's auction; where the listing is not known, any can. */
export const isListingVenue = (symbol: string, venue: string): boolean => LISTED_ON[symbol]?.includes(venue) ?? true;
