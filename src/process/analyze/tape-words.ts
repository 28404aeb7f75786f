import type { TapeReport } from './analyze-tape.ts';
import { countsWords, modulesWords, momentWords, numberWords, tableWords } from './words.ts';

type Lobster = Extract<TapeReport, { kind: 'lobster' }>;
type Own = Extract<TapeReport, { kind: 'quanticity-tape' }>;

/** `crossed-quote SPY 12, gex SPY 3`; each of them is in the JSON. */
const anomalyWords = (anomalies: readonly object[]): string => {
  const counts: Record<string, number> = {};
  for (const anomaly of anomalies as readonly { readonly name?: unknown; readonly subject?: unknown }[]) {
    const name = [anomaly.name, anomaly.subject].filter((part) => typeof part === 'string').join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return countsWords(counts);
};

const lobsterWords = (report: Lobster): string => {
  const { counts, wholeTape } = report;
  const bulk = wholeTape.bulkVpin?.vpin.value ?? null;
  const facts = [
    ['tape', `${report.file} (LOBSTER)`],
    ['symbol', report.symbol],
    ['time', `${momentWords(report.from)} to ${momentWords(report.to)}`],
    [
      'rows',
      `${numberWords(counts.rows)}: ${numberWords(counts.trades)} trades (${numberWords(counts.hiddenTrades)} against hidden orders), ${numberWords(counts.auctionCrosses)} auction crosses of ${numberWords(counts.auctionShares)} shares, ${numberWords(counts.bookChanges)} changes of the book, ${numberWords(counts.quotes)} of its top, ${numberWords(counts.minuteBars)} minute bars closed`,
    ],
    [
      'halts',
      `${numberWords(counts.halts)}; quoting resumed ${numberWords(counts.quotingResumptions)} times, trading ${numberWords(counts.tradingResumptions)}`,
    ],
    ['rejected', countsWords(counts.rejected)],
    ['anomalies', anomalyWords(report.anomalies)],
    [
      'bulk VPIN, whole-tape σ',
      bulk === null || wholeTape.sigma === null
        ? 'absent: too few buckets'
        : `${numberWords(bulk)} with σ ${numberWords(wholeTape.sigma)} dollars; it knows the tape's end`,
    ],
  ];
  return `${tableWords(facts, '')}\n\n${modulesWords(report.analytics.modules)}\n\nbetween underlyings\n\n${modulesWords(report.crossAsset)}`;
};

const ownWords = (report: Own): string => {
  const facts = [
    ['tape', `${report.file} (run ${report.run})`],
    ['time', `${momentWords(report.from)} to ${momentWords(report.to)}`],
    ['entries', numberWords(report.entries)],
    ['rates', `rate ${numberWords(report.rates.rate)}, dividend yield ${numberWords(report.rates.dividendYield)}`],
    [
      'gaps',
      report.gaps.length === 0 ? 'none' : report.gaps.map((gap) => `after ${gap.afterSeq}: ${gap.problem}`).join('; '),
    ],
    ['refused by feeds', countsWords(report.refused)],
    ['anomalies', anomalyWords(report.anomalies)],
  ];
  const symbols = report.symbols.map((told) => {
    const counts = `${numberWords(told.trades)} trades, ${numberWords(told.quotes)} quotes, ${numberWords(told.bookChanges)} changes of the book, ${numberWords(told.minuteBars)} minute bars closed`;
    const rejected = countsWords({
      'late-trade': told.lateTrades,
      'trade-without-price-or-size': told.refusedTrades,
      'trade-from-the-future': told.futureTrades,
    });
    return `${told.symbol}: ${counts}; rejected: ${rejected}\n\n${modulesWords(told.analytics.modules)}`;
  });
  return [tableWords(facts, ''), ...symbols, `between underlyings\n\n${modulesWords(report.crossAsset)}`].join('\n\n');
};

export const tapeWords = (report: TapeReport): string =>
  report.kind === 'lobster' ? lobsterWords(report) : ownWords(report);
