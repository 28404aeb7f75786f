import type { Listing } from '../directory.ts';
import { compactDate } from '../market-clock.ts';
import { type FieldReader, message } from './fields.ts';

/** A contract as a client describes it; empty text and 0 mean "any". */
export interface ContractSpec {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  /** `YYYYMMDD` or `YYYYMM`. */
  readonly lastTradeDateOrContractMonth: string;
  readonly strike: number;
  readonly right: '' | 'C' | 'P';
  readonly multiplier: string;
  readonly exchange: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
}

const readRight = (text: string): '' | 'C' | 'P' => {
  const first = text.slice(0, 1).toUpperCase();
  return first === 'C' || first === 'P' ? first : '';
};

/** The contract fields that every request carries in this order; requests for depth have no primary exchange before 149. */
export const readContract = (fields: FieldReader, withPrimaryExchange = true): ContractSpec => ({
  conId: fields.integer('conId'),
  symbol: fields.text('symbol'),
  secType: fields.text('secType'),
  lastTradeDateOrContractMonth: fields.text('lastTradeDateOrContractMonth').slice(0, 8),
  strike: fields.number('strike'),
  right: readRight(fields.text('right')),
  multiplier: fields.text('multiplier'),
  exchange: fields.text('exchange'),
  primaryExchange: withPrimaryExchange ? fields.text('primaryExchange') : '',
  currency: fields.text('currency'),
  localSymbol: fields.text('localSymbol'),
  tradingClass: fields.text('tradingClass'),
});

/** The contract as TWS answers it: conId … tradingClass, with the exchange the message speaks of. */
export const contractFields = (listing: Listing, exchange: string, rightWhenNone = ''): string =>
  message(
    listing.conId,
    listing.symbol,
    listing.kind,
    listing.option ? compactDate(listing.option.expiry) : '',
    listing.option ? listing.option.strike : 0,
    listing.option ? listing.option.right : rightWhenNone,
    listing.option ? listing.multiplier : '',
    exchange,
    listing.currency,
    listing.localSymbol,
    listing.tradingClass,
  );
