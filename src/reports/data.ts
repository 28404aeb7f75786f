import { entitlementsOf, type Tier } from '../billing/plans.ts';
import type { EngineView, ExposureView, SignalChange, SymbolView, TradingMode } from '../engine/index.ts';

export type ReportTier = Tier;
export type SignalResult = 'gain' | 'loss' | 'flat' | 'not-entered' | 'unknown';

/** One released signal event in a tier's own words; figures the tier may not see are null. */
export interface ReportSignal {
  /** Joins the events of one signal within the tier. */
  readonly signalRef: string;
  readonly change: SignalChange;
  readonly words: string;
  readonly result: SignalResult | null;
  /** After commissions, percent of the premium paid; null where unknown or withheld. */
  readonly returnPercent: number | null;
}

/** What the distribution hands to a report: already judged by the release policy and redacted for the tier. */
export type ReadReportSignals = (
  tier: ReportTier,
  period: { readonly fromMs: number; readonly toMs: number },
) => Promise<readonly ReportSignal[]>;

/** Counts include losers and signals never entered; returns are means over closed, entered signals. */
export interface Performance {
  readonly signals: number;
  readonly closed: number;
  readonly gains: number;
  readonly losses: number;
  readonly flat: number;
  readonly notEntered: number;
  readonly unknown: number;
  readonly meanReturnPercent: number | null;
}

export interface MarketCloseData {
  readonly tier: ReportTier;
  readonly sessionDate: string;
  readonly mode: TradingMode;
  readonly signals: readonly ReportSignal[];
  readonly performance: Performance;
  /** Dealer levels at the close; null where the tier or the data licence withholds them. */
  readonly levels: readonly LevelRow[] | null;
}

export interface LevelRow {
  readonly symbol: string;
  readonly lastPrice: SymbolView['lastPrice'];
  readonly vpin: SymbolView['vpin'];
  readonly exposure: ExposureView | null;
}

const performanceOf = (signals: readonly ReportSignal[]): Performance => {
  const closed = signals.filter((signal) => signal.change === 'closed');
  const returns = closed.flatMap((signal) => (signal.returnPercent === null ? [] : [signal.returnPercent]));
  const count = (result: SignalResult): number => closed.filter((signal) => signal.result === result).length;
  return {
    signals: signals.filter((signal) => signal.change === 'new').length,
    closed: closed.length,
    gains: count('gain'),
    losses: count('loss'),
    flat: count('flat'),
    notEntered: count('not-entered'),
    unknown: count('unknown'),
    meanReturnPercent: returns.length === 0 ? null : returns.reduce((sum, value) => sum + value, 0) / returns.length,
  };
};

export interface MarketCloseInputs {
  readonly tier: ReportTier;
  readonly sessionDate: string;
  readonly signals: readonly ReportSignal[];
  /** The engine's view when the report fell due. */
  readonly view: EngineView;
  /** Whether figures derived from vendors' data may be shown to subscribers at all. */
  readonly publishMarketData: boolean;
}

export const marketCloseData = (inputs: MarketCloseInputs): MarketCloseData => ({
  tier: inputs.tier,
  sessionDate: inputs.sessionDate,
  mode: inputs.view.mode,
  signals: inputs.signals,
  performance: performanceOf(inputs.signals),
  levels:
    entitlementsOf(inputs.tier).reports === 'full' && inputs.publishMarketData
      ? inputs.view.symbols.map(({ symbol, lastPrice, vpin, exposure }) => ({ symbol, lastPrice, vpin, exposure }))
      : null,
});
