import type { ChainColumns } from '../../market/chain.ts';
import type { Instant } from '../../types.ts';
import { onChainGreeksChain } from '../chain-greeks-view.ts';
import type { ChainTerms } from '../chain-terms.ts';
import { onParityChain } from '../cross-asset/put-call-parity.ts';
import type { Rates } from '../exposure-sums.ts';
import { onVolatilityForecastImplied } from '../forecast/volatility-forecast.ts';
import { onPositioningChain } from '../positioning/positioning.ts';
import { onVendorGreeksChain } from '../vendor-greeks.ts';
import { begin } from './heartbeats.ts';
import { blame } from './on-market.ts';
import type { Suite } from './suite.ts';

/** A chain is worked out when it is new, and again so long after at the spot of then. */
const CHAIN_EVERY_MS = 30_000;

/** Each part by itself: the second is worked out although the first has thrown. */
const guarded = (suite: Suite, part: Parameters<typeof begin>[1], work: () => void): void => {
  if (!begin(suite.hearts, part)) return;
  try {
    work();
  } catch (error) {
    blame(suite, error);
  }
};

const workOut = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  suite.hearts.chainAt = at;
  suite.hearts.chains++;
  guarded(suite, 'positioning', () => {
    const shift = onPositioningChain(suite.positioning, chain, spot, at, rates);
    if (shift === null) return;
    const { from, to, fromAt, share } = shift;
    suite.anomalies.push({ name: 'gex', facts: { subject: suite.symbol, from, to, fromAt, share } });
  });
};

/** At the money over thirty days, decimal per year; NaN without a chain that tells it. */
export const impliedVolatilityOf = ({ positioning }: Suite): number =>
  positioning.current?.figures.term.atTheMoney30Day.value ?? Number.NaN;

/** What positioning priced this very chain by; nothing when it told none. */
const termsOf = ({ positioning }: Suite, chain: ChainColumns): ChainTerms | undefined => {
  const terms = positioning.current?.terms;
  return terms?.chainAt === chain.receivedAt && terms.contracts === chain.rowCount ? terms : undefined;
};

/** A new chain. `spot` NaN when there is none. */
export const onSuiteChain = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  workOut(suite, chain, spot, at, rates);
  guarded(suite, 'chain-greeks', () => {
    onChainGreeksChain(suite.chainGreeks, chain, spot, at, rates, termsOf(suite, chain));
  });
  guarded(suite, 'vendor-greeks', () => {
    onVendorGreeksChain(suite.vendorGreeks, chain, spot, at, rates, termsOf(suite, chain));
  });
  guarded(suite, 'volatility-forecast', () => {
    onVolatilityForecastImplied(suite.volatilityForecast, impliedVolatilityOf(suite), at);
  });
  guarded(suite, 'put-call-parity', () => {
    onParityChain(suite.parity, chain, suite.bidPrice, suite.askPrice, at, rates);
  });
};

/** The last chain again, at the spot of now, when it is due. */
export const onSuiteChainTimer = (suite: Suite, chain: ChainColumns, spot: number, at: Instant, rates: Rates): void => {
  if (at - suite.hearts.chainAt >= CHAIN_EVERY_MS) workOut(suite, chain, spot, at, rates);
};
