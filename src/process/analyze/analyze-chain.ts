import type { Rates } from '../../engine/core/analytics/exposure-sums.ts';
import { onSuiteChain } from '../../engine/core/analytics/suite/on-chain.ts';
import { createSuite, type SuiteAnomaly } from '../../engine/core/analytics/suite/suite.ts';
import { type SuiteView, suiteView } from '../../engine/core/analytics/suite/suite-view.ts';
import type { Instant } from '../../engine/core/types.ts';
import { type CboeAgreement, cboeAgreement } from './cboe-agreement.ts';
import { type ChainFile, type ChainOptions, readChainFile } from './chain-file.ts';
import { type Inspection, inspectChain } from './inspect-chain.ts';
import { type Forward, forwardsOf } from './parity.ts';

export interface AnalyzeChainOptions extends ChainOptions {
  /** Continuously compounded decimals per year; null when the caller gave none. */
  readonly rate: number | null;
  readonly dividendYield: number | null;
}

export interface ChainReport {
  readonly kind: ChainFile['format'];
  readonly file: string;
  readonly underlying: string;
  readonly at: Instant;
  readonly atFrom: string;
  readonly spot: number;
  readonly spotFrom: string;
  readonly rates: Rates;
  readonly ratesFrom: { readonly rate: string; readonly dividendYield: string };
  readonly contractsInFile: number;
  readonly inspection: Inspection;
  readonly assumptions: readonly string[];
  /** Cboe exports alone: how far our delta and gamma are the file's. */
  readonly agreement: CboeAgreement | null;
  readonly forwards: readonly Forward[];
  readonly analytics: SuiteView;
  readonly anomalies: readonly SuiteAnomaly[];
}

/** A rate that the caller did not give; the dividend yield is then the one that put-call parity implies with it. */
const RATE_ASSUMED = 0.04;
const CARRY_YEARS = 30 / 365;
const PAIRS_MIN = 3;

interface Carry {
  readonly rates: Rates;
  readonly from: ChainReport['ratesFrom'];
  readonly assumptions: readonly string[];
}

const carryOf = (options: AnalyzeChainOptions, forwards: readonly Forward[], spot: number): Carry => {
  const rate = options.rate ?? RATE_ASSUMED;
  const assumptions = options.rate === null ? [`no rate was given: ${RATE_ASSUMED} is assumed; say --rate`] : [];
  const rateFrom = options.rate === null ? 'assumed' : 'given';
  if (options.dividendYield !== null)
    return {
      rates: { rate, dividendYield: options.dividendYield },
      from: { rate: rateFrom, dividendYield: 'given' },
      assumptions,
    };
  const [best] = forwards
    .filter(({ pairs }) => pairs >= PAIRS_MIN)
    .toSorted((a, b) => Math.abs(a.years - CARRY_YEARS) - Math.abs(b.years - CARRY_YEARS));
  if (best === undefined)
    return {
      rates: { rate, dividendYield: 0 },
      from: { rate: rateFrom, dividendYield: 'assumed' },
      assumptions: [...assumptions, 'too few quotes to imply a dividend yield: 0 is assumed; say --dividend-yield'],
    };
  const dividendYield = rate - Math.log(best.forward / spot) / best.years;
  return {
    rates: { rate, dividendYield },
    from: { rate: rateFrom, dividendYield: `implied by put-call parity of ${best.expiry}` },
    assumptions,
  };
};

/** Every figure of one recorded chain. Throws `UnreadableFile` with file, line and expectation. */
export const analyzeChain = (path: string, options: AnalyzeChainOptions): ChainReport => {
  const file = readChainFile(path, options);
  const { chain, at, spot } = file;
  const forwards = forwardsOf(chain, at);
  const carry = carryOf(options, forwards, spot);
  const suite = createSuite(chain.underlying);
  // A file has no quote of its own for the underlying: its price stands on both sides.
  suite.bidPrice = spot;
  suite.askPrice = spot;
  suite.lastPrice = spot;
  onSuiteChain(suite, chain, spot, at, carry.rates);
  return {
    kind: file.format,
    file: path,
    underlying: chain.underlying,
    at,
    atFrom: file.atFrom,
    spot,
    spotFrom: file.spotFrom,
    rates: carry.rates,
    ratesFrom: carry.from,
    contractsInFile: file.contractsInFile,
    inspection: inspectChain(chain, at),
    assumptions: [...file.assumptions, ...carry.assumptions],
    agreement: file.format === 'cboe-quotedata' ? cboeAgreement(chain, spot, at, carry.rates) : null,
    forwards,
    analytics: suiteView(suite, at),
    anomalies: suite.anomalies,
  };
};
