import type { Contract } from '@stoqey/ib';
import type { AuctionSeen, OptionQuoteSeen, QuoteSeen, StreamState } from '../../../core/inputs.ts';
import type { OptionContract } from '../../../core/market/contract.ts';
import { toOption, toUnderlying, type Underlying } from '../contracts.ts';
import type { IbkrFeedId } from '../health.ts';
import { createRate, type Rate } from './silence.ts';

/** What can be asked for of an instrument. `option` is the quote of one; `bid-ask` is tick by tick. */
export type StreamKind = 'quote' | 'option' | 'depth' | 'trades' | 'bid-ask' | 'bars';

export const FEED_OF: Readonly<Record<StreamKind, IbkrFeedId>> = {
  quote: 'ibkr.quotes',
  option: 'ibkr.quotes',
  depth: 'ibkr.depth',
  trades: 'ibkr.trades',
  'bid-ask': 'ibkr.quotes',
  bars: 'ibkr.bars',
};

/**
 * One thing that we want to hear, over all connections: what it is, the request that it has now, and how it fares.
 * `waiting` until its first message.
 */
export interface Stream {
  readonly kind: StreamKind;
  /** Ticker, or the OSI symbol of an option. */
  readonly symbol: string;
  readonly contract: Contract;
  readonly option: OptionContract | null;
  readonly isIndex: boolean;
  readonly rate: Rate;
  /** Kept, since TWS sends one side at a time. */
  readonly quote: QuoteSeen | OptionQuoteSeen | null;
  readonly auction: AuctionSeen | null;
  /** The request's number; 0 while there is none. */
  id: number;
  state: StreamState | 'waiting';
  reason: string | null;
  /** A message came since the last beat. */
  heard: boolean;
  /** Asked for again without a lasting success in between. */
  renewals: number;
  /** When it is to be asked for again, wall milliseconds; Infinity while it is not. */
  renewAt: number;
  /** Since when it has been well without a break; NaN while it is not. */
  wellSince: number;
}

const NAN = Number.NaN;

export const keyOf = (kind: StreamKind, symbol: string): string => `${kind} ${symbol}`;

const quoteOf = (symbol: string): QuoteSeen => ({
  kind: 'quote.seen',
  symbol,
  bidPrice: NAN,
  bidSize: NAN,
  askPrice: NAN,
  askSize: NAN,
  lastPrice: NAN,
});
const optionQuoteOf = ({ id }: OptionContract): OptionQuoteSeen => ({
  kind: 'option-quote.seen',
  contractId: id,
  bidPrice: NAN,
  bidSize: NAN,
  askPrice: NAN,
  askSize: NAN,
});
const auctionOf = (symbol: string): AuctionSeen => ({
  kind: 'auction.seen',
  symbol,
  pairedShares: NAN,
  imbalanceShares: NAN,
  referencePrice: NAN,
  nearPrice: NAN,
  farPrice: NAN,
  regulatoryImbalanceShares: NAN,
});

const fresh = (): Pick<Stream, 'id' | 'state' | 'reason' | 'heard' | 'renewals' | 'renewAt' | 'wellSince'> => ({
  id: 0,
  state: 'waiting',
  reason: null,
  heard: false,
  renewals: 0,
  renewAt: Number.POSITIVE_INFINITY,
  wellSince: NAN,
});

export const streamOf = (kind: Exclude<StreamKind, 'option'>, underlying: Underlying): Stream => ({
  kind,
  symbol: underlying.symbol,
  contract: toUnderlying(underlying),
  option: null,
  isIndex: underlying.kind === 'index',
  rate: createRate(kind, underlying.kind === 'index'),
  quote: kind === 'quote' ? quoteOf(underlying.symbol) : null,
  auction: kind === 'quote' && underlying.kind === 'stock' ? auctionOf(underlying.symbol) : null,
  ...fresh(),
});

export const optionStreamOf = (option: OptionContract): Stream => ({
  kind: 'option',
  symbol: option.id,
  contract: toOption(option),
  option,
  isIndex: false,
  rate: createRate('option', false),
  quote: optionQuoteOf(option),
  auction: null,
  ...fresh(),
});

/** A new connection: it has no request, and its attempts begin anew. */
export const resetStream = (stream: Stream): void => {
  stream.id = 0;
  stream.heard = false;
  stream.renewals = 0;
  stream.renewAt = Number.POSITIVE_INFINITY;
  stream.wellSince = NAN;
  stream.rate.silentMs = 0;
};

export const forgetAuction = ({ auction }: Stream): void => {
  if (!auction) return;
  auction.pairedShares = NAN;
  auction.imbalanceShares = NAN;
  auction.referencePrice = NAN;
  auction.regulatoryImbalanceShares = NAN;
};

/** Forgets every figure of the quote: what comes next is all that is known. True when there was one. */
export const forgetQuote = ({ quote }: Stream): boolean => {
  if (!quote) return false;
  const known = !(
    Number.isNaN(quote.bidPrice) &&
    Number.isNaN(quote.askPrice) &&
    (quote.kind !== 'quote.seen' || Number.isNaN(quote.lastPrice))
  );
  quote.bidPrice = NAN;
  quote.bidSize = NAN;
  quote.askPrice = NAN;
  quote.askSize = NAN;
  if (quote.kind === 'quote.seen') quote.lastPrice = NAN;
  return known;
};
