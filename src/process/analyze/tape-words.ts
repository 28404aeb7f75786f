import type { TapeReport } from './analyze-tape.ts';
import { countsWords, modulesWords, momentWords, numberWords, tableWords } from './words.ts';

export const tapeWords = (report: TapeReport): string => {
  const { counts } = report;
  const facts = [
    ['tape', `${report.file} (${report.kind})`],
    ['symbol', report.symbol],
    ['time', `${momentWords(report.from)} to ${momentWords(report.to)}`],
    [
      'rows',
      `${numberWords(counts.rows)}: ${numberWords(counts.trades)} trades (${numberWords(counts.hiddenTrades)} against hidden orders), ${numberWords(counts.bookChanges)} changes of the book, ${numberWords(counts.quotes)} of its top, ${numberWords(counts.minuteBars)} minute bars closed`,
    ],
    ['rejected', countsWords(counts.rejected)],
    ['anomalies', report.anomalies.length === 0 ? 'none' : JSON.stringify(report.anomalies)],
  ];
  return `${tableWords(facts, '')}\n\n${modulesWords(report.analytics.modules)}`;
};
