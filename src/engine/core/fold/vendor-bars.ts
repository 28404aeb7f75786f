import { compareIndicator } from '../agreement/indicators.ts';
import { compareMinute, onBrokerFive } from '../agreement/minutes.ts';
import type { Context } from '../context.ts';
import { countAnomaly, tellAnomaly } from '../context.ts';
import type { FiveSecondBarSeen, VendorBarSeen, VendorIndicatorSeen } from '../inputs.ts';
import type { State, SymbolState } from '../state.ts';
import { touchFeed } from './feeds.ts';

const KEPT_VENDOR_BARS = 16;

/** A bar sent again replaces the one before: the vendor revises its latest. */
export const foldVendorBar = (state: State, symbol: SymbolState, bar: VendorBarSeen): void => {
  touchFeed(state, 'alphavantage.bars');
  const { vendorBars } = symbol;
  const same = vendorBars.findIndex(({ openAt }) => openAt === bar.openAt);
  if (same >= 0) vendorBars.splice(same, 1);
  vendorBars.push({ openAt: bar.openAt, close: bar.close });
  vendorBars.sort((a, b) => a.openAt - b.openAt);
  if (vendorBars.length > KEPT_VENDOR_BARS) vendorBars.shift();
};

/** A print lost or taken twice shows here: the broker's own minute beside the one we made of its prints. */
export const compareMinutes = (context: Context, symbol: SymbolState): void => {
  const found = compareMinute(symbol.brokerMinutes, symbol.suite.levelOne);
  if (found === null || !countAnomaly(context.state, 'minute-disagrees', symbol.symbol)) return;
  const { minuteAt, volumeOurs, volumeTheirs, tradesOurs, tradesTheirs, priceDifference } = found;
  tellAnomaly(context, 'minute-disagrees', {
    subject: symbol.symbol,
    minuteAt,
    volumeOurs,
    volumeTheirs,
    tradesOurs,
    tradesTheirs,
    priceDifference: Number.isFinite(priceDifference) ? priceDifference : 'one side has no print',
  });
};

export const foldFiveSecondBar = (context: Context, symbol: SymbolState, bar: FiveSecondBarSeen): void => {
  touchFeed(context.state, 'ibkr.bars');
  onBrokerFive(symbol.brokerMinutes, bar);
  compareMinutes(context, symbol);
};

/** The vendor's indicators are not traded on: they tell whether ours can be believed. */
export const foldVendorIndicator = (context: Context, symbol: SymbolState, seen: VendorIndicatorSeen): void => {
  touchFeed(context.state, 'alphavantage.indicators');
  const { indicatorChecks, suite, lastPrice } = symbol;
  for (const { name, interval, ours, theirs, at } of compareIndicator(
    indicatorChecks,
    suite.levelOne,
    lastPrice,
    seen,
  )) {
    if (!countAnomaly(context.state, 'indicator-disagrees', `${symbol.symbol} ${interval} ${name}`)) continue;
    tellAnomaly(context, 'indicator-disagrees', { subject: symbol.symbol, interval, name, ours, theirs, at });
  }
};
