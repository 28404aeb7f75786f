import { type Contract, OptionType, SecType } from '@stoqey/ib';
import { contractId, type OptionContract, parseContractId } from '../../core/market/contract.ts';
import type { ContractId, SessionDate } from '../../core/types.ts';

/** An underlying that we subscribe to. `exchange`: primary exchange of a stock, own exchange of an index. */
export interface Underlying {
  readonly symbol: string;
  readonly kind: 'stock' | 'index';
  readonly exchange: string;
  readonly depth: boolean;
  readonly trades: boolean;
  /** Options are written on it. */
  readonly options: boolean;
}

/** Indices are not routed: each has its own exchange, Cboe's where the table is silent. */
const INDEX_EXCHANGE: Readonly<Record<string, string>> = { NDX: 'NASDAQ', RUT: 'RUSSELL', DJI: 'CME' };

export const toUnderlying = ({ symbol, kind, exchange }: Underlying): Contract => {
  if (kind === 'index') {
    const own = exchange === 'SMART' ? (INDEX_EXCHANGE[symbol] ?? 'CBOE') : exchange;
    return { symbol, secType: SecType.IND, exchange: own, currency: 'USD' };
  }
  const stock = { symbol, secType: SecType.STK, exchange: 'SMART', currency: 'USD' };
  return exchange === 'SMART' ? stock : { ...stock, primaryExch: exchange };
};

export const toOption = (contract: OptionContract): Contract => ({
  symbol: contract.underlying,
  secType: SecType.OPT,
  lastTradeDateOrContractMonth: contract.expiry.replaceAll('-', ''),
  strike: contract.strike,
  right: contract.right === 'C' ? OptionType.Call : OptionType.Put,
  multiplier: contract.multiplier,
  tradingClass: contract.tradingClass,
  exchange: 'SMART',
  currency: 'USD',
});

const expiryOf = (text: string | undefined): SessionDate | null => {
  const match = /^(\d{4})(\d{2})(\d{2})/.exec(text ?? '');
  return match ? (`${match[1]}-${match[2]}-${match[3]}` as SessionDate) : null;
};

/** The option that a broker's message names, or null when it names something else. */
export const optionIdOf = (contract: Contract): ContractId | null => {
  if (contract.secType !== SecType.OPT) return null;
  const local = parseContractId(contract.localSymbol ?? '');
  if (local) return local.id;
  const expiry = expiryOf(contract.lastTradeDateOrContractMonth);
  const root = contract.tradingClass || contract.symbol;
  const { strike, right } = contract;
  if (!expiry || !root || !(strike !== undefined && strike > 0) || (right !== 'C' && right !== 'P')) return null;
  return contractId(root, expiry, right, strike);
};
