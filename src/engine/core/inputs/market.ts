import type { ChainColumns } from '../market/chain.ts';
import type { ContractId, Instant } from '../types.ts';

/**
 * Facts from outside, parsed at the border. Market inputs may be reused, mutated objects of a decoder:
 * the core copies what it keeps and holds no reference past `step`.
 */

/** Top of book of an underlying. NaN where the vendor sent nothing (IBKR sends -1). Sizes in shares. */
export interface QuoteSeen {
  kind: 'quote.seen';
  symbol: string;
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
  lastPrice: number;
}
/** Top of book of an option we watch. Sizes in contracts. */
export interface OptionQuoteSeen {
  kind: 'option-quote.seen';
  contractId: ContractId;
  bidPrice: number;
  bidSize: number;
  askPrice: number;
  askSize: number;
}
/** One print of the consolidated tape. `sourceAt` is the vendor's stamp (whole seconds on TWS). */
export interface TradeSeen {
  kind: 'trade.seen';
  symbol: string;
  price: number;
  size: number;
  venue: string;
  sourceAt: Instant;
}
/** One row change of a depth book, TWS semantics: operation 0 insert, 1 update, 2 delete; side 0 ask, 1 bid; level from 0. */
export interface DepthSeen {
  kind: 'depth.seen';
  symbol: string;
  operation: 0 | 1 | 2;
  side: 0 | 1;
  level: number;
  price: number;
  size: number;
  venue: string;
}
/** The book must be emptied (TWS 317, resubscription). */
export interface DepthReset {
  kind: 'depth.reset';
  symbol: string;
}
export interface ChainSeen {
  kind: 'chain.seen';
  chain: ChainColumns;
}
