import type { StrikeColumns } from '../../engine/core/analytics/positioning/figures.ts';
import type { ChainReport } from './analyze-chain.ts';
import type { Agreement } from './cboe-agreement.ts';
import { countsWords, modulesWords, momentWords, numberWords, tableWords } from './words.ts';

const percent = (share: number | null): string => (share === null ? 'absent' : `${(100 * share).toFixed(1)} %`);

const agreementWords = (name: string, agreement: Agreement): readonly string[] => [
  name,
  numberWords(agreement.compared),
  percent(agreement.delta),
  percent(agreement.gamma),
  percent(agreement.both),
  percent(agreement.deltaNear),
  percent(agreement.gammaNear),
];

const agreementTable = ({ agreement }: ChainReport): string => {
  if (agreement === null) return '';
  const rows = [
    ['our Greeks at', 'contracts', 'delta', 'gamma', 'both', 'delta ±0.005', 'gamma ±0.00025'],
    agreementWords("each contract's own volatility, rates as above", agreement.asGiven),
    agreementWords("the out-of-the-money side's volatility, parity's forward, years of 360 days", agreement.asThePage),
  ];
  return `agreement with the file's own delta and gamma, to the rounding of its four decimals\n${tableWords(rows)}\n\n`;
};

const forwardTable = ({ forwards }: ChainReport): string => {
  if (forwards.length === 0) return '';
  const rows = forwards.map(({ expiry, settlesAm, years, forward, pairs, discount }) => [
    `${expiry}${settlesAm ? ' (AM)' : ''}`,
    `${numberWords(years * 365)} days`,
    numberWords(forward),
    `${pairs} pairs`,
    discount === null ? 'absent' : numberWords(discount),
  ]);
  rows.unshift(['expiry', 'ahead', 'forward', 'median of', 'discount']);
  return `forwards by put-call parity\n${tableWords(rows)}\n\n`;
};

const STRIKES_SHOWN = 41;

const strikeTable = (name: string, columns: StrikeColumns | null, spot: number): string => {
  if (columns === null) return '';
  const { strikes } = columns;
  const nearest = strikes.reduce(
    (best, strike, j) => (Math.abs(strike - spot) < Math.abs((strikes[best] ?? 0) - spot) ? j : best),
    0,
  );
  const from = Math.max(0, nearest - (STRIKES_SHOWN >> 1));
  const names = Object.keys(columns) as (keyof StrikeColumns)[];
  const rows = strikes
    .slice(from, from + STRIKES_SHOWN)
    .map((_, j) => names.map((column) => numberWords(columns[column][from + j] ?? Number.NaN)));
  return `${name}, the ${rows.length} strikes of ${strikes.length} nearest to the spot (--json has all)\n${tableWords([names, ...rows])}\n\n`;
};

const strikeTables = ({ byStrike, spot }: ChainReport): string =>
  [
    strikeTable('exposure by strike, all expiries, by open interest', byStrike.all.openInterest, spot),
    strikeTable('exposure by strike, today’s expiry, by open interest', byStrike.zeroDte.openInterest, spot),
    strikeTable('exposure by strike, today’s expiry, by volume', byStrike.zeroDte.volume, spot),
  ].join('');

export const chainWords = (report: ChainReport): string => {
  const { inspection, rates, ratesFrom } = report;
  const facts = [
    ['chain', `${report.file} (${report.kind})`],
    ['underlying', report.underlying],
    ['as of', `${momentWords(report.at)} (${report.atFrom})`],
    ['spot', `${numberWords(report.spot)} (${report.spotFrom})`],
    ['rate', `${numberWords(rates.rate)} (${ratesFrom.rate})`],
    ['dividend yield', `${numberWords(rates.dividendYield)} (${ratesFrom.dividendYield})`],
    [
      'contracts',
      `${numberWords(report.contractsInFile)} in the file, ${numberWords(inspection.contracts)} taken, ${numberWords(inspection.live)} alive over ${inspection.expiries} expiries ${inspection.firstExpiry ?? ''} to ${inspection.lastExpiry ?? ''}`,
    ],
    ['rejected', countsWords({ expired: inspection.expired, ...inspection.rejected })],
    ['absent figures', countsWords(inspection.absent)],
    [
      'zero gammas',
      `${numberWords(inspection.gammaZero)} contracts; expiries with no gamma at all: ${inspection.gammaDropouts.join(', ') || 'none'}`,
    ],
    ['anomalies', report.anomalies.length === 0 ? 'none' : JSON.stringify(report.anomalies)],
    ...report.assumptions.map((assumption) => ['assumed', assumption]),
  ];
  const modules = report.analytics.modules.filter(({ at }) => at !== null);
  const unheard = [...report.analytics.modules, ...report.crossAsset].filter(({ at }) => at === null);
  facts.push([
    'not in a chain',
    `${unheard.map(({ module, cadence }) => `${module} (${cadence})`).join(', ')}; --json has why each figure is absent`,
  ]);
  return `${tableWords(facts, '')}\n\n${agreementTable(report)}${forwardTable(report)}${strikeTables(report)}${modulesWords(modules)}`;
};
