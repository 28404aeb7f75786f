/** What a market input asks of the rest of the step: the name of an anomaly, to evaluate, or nothing. */
export type MarketNews =
  | 'none'
  | 'evaluate'
  | 'crossed-quote'
  | 'crossed-option-quote'
  | 'depth-hole'
  | 'all-gamma-zero';
