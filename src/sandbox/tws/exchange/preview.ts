import type { Instant } from '../../../engine/core/types.ts';
import type { Listing } from '../directory.ts';
import type { OrderPreview } from '../wire/open-order.ts';
import type { Exchange } from './exchange.ts';
import { type ExchangeRules, orderCommission } from './rules.ts';
import type { Order, OrderTerms, Rejection } from './types.ts';
import { fundsProblem, termsProblem } from './validate.ts';

export interface PreviewQuestion {
  readonly clientId: number;
  readonly orderId: number;
  readonly listing: Listing;
  readonly exchange: string;
  readonly terms: OrderTerms;
  readonly now: Instant;
}

/** What an order would do to the account, or why it would be refused; nothing is taken in. */
export const previewOrder = (
  exchange: Exchange,
  rules: ExchangeRules,
  question: PreviewQuestion,
):
  | { readonly problem: Rejection }
  | { readonly problem: null; readonly order: Order; readonly preview: OrderPreview } => {
  const { clientId, orderId, listing, terms, now } = question;
  const problem = termsProblem(listing, terms) ?? fundsProblem(exchange.account, listing, terms, null);
  if (problem) return { problem };
  const draft = exchange.orders.draft(clientId, orderId, listing, question.exchange, terms, now);
  const demand = exchange.account.demand(listing, draft, terms.totalQuantity, null);
  const commission = orderCommission(rules, listing, terms.totalQuantity);
  // Options bought are paid for: what they cost is lent by nobody. Only stock and short options bind margin.
  const margin = listing.kind === 'OPT' && terms.action === 'BUY' ? 0 : demand;
  const values = exchange.account.values();
  const change = (tag: string, by: number) => {
    const before = values[tag] ?? 0;
    return { before, change: by, after: before + by };
  };
  const preview: OrderPreview = {
    initialMargin: change('InitMarginReq', margin),
    maintenanceMargin: change('MaintMarginReq', margin),
    equityWithLoan: change('EquityWithLoanValue', margin - demand - commission),
    commission,
  };
  return { problem: null, order: { ...draft, status: 'PreSubmitted' }, preview };
};
