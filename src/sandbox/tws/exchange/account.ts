import type { SandboxMarket } from '../../market/types.ts';
import type { Directory, Listing } from '../directory.ts';
import type { ExchangeRules } from './rules.ts';
import { type ExchangeState, isWorking, type Order, type Position, remaining, roundMicros } from './types.ts';

/** Money and positions of the one simulated account. */
export class Account {
  readonly #state: ExchangeState;
  readonly #market: SandboxMarket;
  readonly #directory: Directory;
  readonly #rules: ExchangeRules;

  constructor(state: ExchangeState, market: SandboxMarket, directory: Directory, rules: ExchangeRules) {
    this.#state = state;
    this.#market = market;
    this.#directory = directory;
    this.#rules = rules;
  }

  position(conId: number): Position | null {
    return this.#state.positions.find((position) => position.conId === conId) ?? null;
  }

  /** Books one execution. Answers realised P&L in dollars net of commissions, null when nothing was closed. */
  book(listing: Listing, quantity: number, price: number, commission: number): number | null {
    const { multiplier } = listing;
    this.#state.cash = roundMicros(this.#state.cash - quantity * price * multiplier - commission);
    const position = this.#positionFor(listing.conId);
    const held = position.quantity;
    const closing =
      held !== 0 && Math.sign(held) !== Math.sign(quantity) ? Math.min(Math.abs(held), Math.abs(quantity)) : 0;
    const opening = Math.abs(quantity) - closing;
    const commissionPerUnit = commission / Math.abs(quantity);
    const direction = Math.sign(quantity);
    let realized: number | null = null;
    if (closing > 0) {
      realized = roundMicros(
        closing * (price * multiplier - position.averageCost) * Math.sign(held) - closing * commissionPerUnit,
      );
      position.realizedPnl = roundMicros(position.realizedPnl + realized);
    }
    position.quantity = held + quantity;
    if (opening > 0) {
      const unitCost = price * multiplier + direction * commissionPerUnit;
      const kept = closing > 0 ? 0 : Math.abs(held);
      position.averageCost = roundMicros((kept * position.averageCost + opening * unitCost) / (kept + opening));
    }
    if (position.quantity === 0) position.averageCost = 0;
    return realized;
  }

  /** Dollars per share or unit of premium: mid of a two-sided quote, else last, else what it cost. */
  markPrice(listing: Listing): number {
    const { option } = listing;
    const quote = option ? this.#market.optionQuote(option.id) : this.#market.quote(listing.symbol);
    if (quote && quote.bidPrice !== null && quote.askPrice !== null && quote.bidPrice <= quote.askPrice) {
      return (quote.bidPrice + quote.askPrice) / 2;
    }
    if (quote && quote.lastPrice !== null) return quote.lastPrice;
    const position = this.position(listing.conId);
    return position ? Math.abs(position.averageCost) / listing.multiplier : 0;
  }

  /** Account values by IBKR tag, dollars. */
  values(): Readonly<Record<string, number>> {
    let marketValue = 0;
    let cost = 0;
    let realized = 0;
    let margin = 0;
    let stockValue = 0;
    for (const position of this.#state.positions) {
      realized += position.realizedPnl;
      const listing = this.#directory.byConId(position.conId);
      if (!listing || position.quantity === 0) continue;
      const value = position.quantity * this.markPrice(listing) * listing.multiplier;
      marketValue += value;
      if (listing.kind === 'STK') stockValue += value;
      cost += position.quantity * position.averageCost;
      margin += this.#positionMargin(listing, position.quantity, Math.abs(value));
    }
    const netLiquidation = this.#state.cash + marketValue;
    // An option bought is paid in full: its value lends nothing. Stock lends what its margin leaves.
    const optionValue = this.#longOptionValue();
    const available = netLiquidation - optionValue - margin;
    return {
      NetLiquidation: netLiquidation,
      NetLiquidationByCurrency: netLiquidation,
      TotalCashValue: this.#state.cash,
      TotalCashBalance: this.#state.cash,
      SettledCash: this.#state.cash,
      CashBalance: this.#state.cash,
      StockMarketValue: stockValue,
      OptionMarketValue: marketValue - stockValue,
      EquityWithLoanValue: netLiquidation - optionValue,
      GrossPositionValue: Math.abs(marketValue),
      InitMarginReq: margin,
      FullInitMarginReq: margin,
      MaintMarginReq: margin,
      FullMaintMarginReq: margin,
      AvailableFunds: available,
      FullAvailableFunds: available,
      ExcessLiquidity: available,
      FullExcessLiquidity: available,
      BuyingPower: Math.max(0, available) / this.#rules.stockMargin,
      UnrealizedPnL: marketValue - cost,
      RealizedPnL: realized,
    };
  }

  /** Dollars free for a new order, after what working orders have claimed. */
  availableFunds(except: Order | null): number {
    let free = this.values()['AvailableFunds'] ?? 0;
    for (const order of this.#state.orders) {
      if (order === except || !isWorking(order)) continue;
      const listing = this.#directory.byConId(order.conId);
      if (listing && order.terms.action === 'BUY') {
        free -= this.demand(listing, order, remaining(order), order);
      }
    }
    return free;
  }

  /**
   * Dollars an order would claim: premium for options bought, margin for the uncovered part of what is sold.
   * Other working sells count as cover already promised, unless they share its OCA group.
   */
  demand(listing: Listing, order: Pick<Order, 'terms'>, quantity: number, self: Order | null): number {
    const { terms } = order;
    const held = this.position(listing.conId)?.quantity ?? 0;
    const promised = this.#state.orders
      .filter((other) => other !== self && other.conId === listing.conId && isWorking(other))
      .filter((other) => other.terms.action === terms.action)
      .filter((other) => terms.ocaGroup === '' || other.terms.ocaGroup !== terms.ocaGroup)
      .reduce((sum, other) => sum + remaining(other), 0);
    const cover = Math.max(0, (terms.action === 'BUY' ? -held : held) - promised);
    const opening = Math.max(0, quantity - cover);
    if (opening === 0) return 0;
    const price = terms.limitPrice ?? terms.auxPrice ?? this.markPrice(listing);
    if (listing.kind !== 'OPT') return opening * price * this.#rules.stockMargin;
    if (terms.action === 'BUY') return opening * price * listing.multiplier;
    return opening * (listing.option?.strike ?? 0) * listing.multiplier * this.#rules.shortOptionMargin;
  }

  /** Underlying prices are remembered so that expiry can settle after the clock has leapt over a night. */
  rememberPrice(symbol: string): void {
    const quote = this.#market.quote(symbol);
    if (!quote) return;
    const { bidPrice, askPrice, lastPrice } = quote;
    const price = lastPrice ?? (bidPrice !== null && askPrice !== null ? (bidPrice + askPrice) / 2 : null);
    if (price !== null) this.#state.underlyingPrices[symbol] = price;
  }

  #positionFor(conId: number): Position {
    const known = this.position(conId);
    if (known) return known;
    const position: Position = { conId, quantity: 0, averageCost: 0, realizedPnl: 0 };
    this.#state.positions.push(position);
    return position;
  }

  #positionMargin(listing: Listing, quantity: number, value: number): number {
    if (listing.kind !== 'OPT') return value * this.#rules.stockMargin;
    if (quantity > 0) return 0;
    return -quantity * (listing.option?.strike ?? 0) * listing.multiplier * this.#rules.shortOptionMargin;
  }

  #longOptionValue(): number {
    let value = 0;
    for (const position of this.#state.positions) {
      const listing = position.quantity > 0 ? this.#directory.byConId(position.conId) : null;
      if (listing?.kind === 'OPT') value += position.quantity * this.markPrice(listing) * listing.multiplier;
    }
    return value;
  }
}
