import type { Rates } from '../../engine/core/analytics/exposure-sums.ts';
import { SCOPES, type Scope, type StrikeColumns } from '../../engine/core/analytics/positioning/figures.ts';
import { positioningByStrike } from '../../engine/core/analytics/positioning/positioning.ts';
import { createCrossSuite, crossView } from '../../engine/core/analytics/suite/cross.ts';
import { onSuiteChain } from '../../engine/core/analytics/suite/on-chain.ts';
import { createSuite, type Suite, type SuiteAnomaly } from '../../engine/core/analytics/suite/suite.ts';
import { type ModuleView, type SuiteView, suiteView } from '../../engine/core/analytics/suite/suite-view.ts';
import { exerciseStyleOf } from '../../engine/core/pricing/exercise.ts';
import type { Instant } from '../../engine/core/types.ts';
import { type CboeAgreement, cboeAgreement } from './cboe-agreement.ts';
import { type ChainFile, type ChainOptions, readChainFile } from './chain-file.ts';
import { type Inspection, inspectChain } from './inspect-chain.ts';
import { type Forward, forwardsOf, rateImplied } from './parity.ts';

export interface AnalyzeChainOptions extends ChainOptions {
  /** Continuously compounded decimals per year; null when the caller gave none. */
  readonly rate: number | null;
  readonly dividendYield: number | null;
}

export interface StrikeTables {
  readonly openInterest: StrikeColumns | null;
  readonly volume: StrikeColumns | null;
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
  /** One chain is of one underlying: absent, with what each of them waits for. */
  readonly crossAsset: readonly ModuleView[];
  /** Exposure strike by strike, by scope of expiries and basis; null where there is none. */
  readonly byStrike: Readonly<Record<Scope, StrikeTables>>;
  readonly anomalies: readonly SuiteAnomaly[];
}

const RATE_ASSUMED = 0.04;
const CARRY_YEARS = 30 / 365;
const PAIRS_MIN = 3;

interface Carry {
  readonly rates: Rates;
  readonly from: ChainReport['ratesFrom'];
  readonly assumptions: readonly string[];
}

/** Early exercise spoils put-call parity: only European options tell a rate. */
const rateOf = (
  given: number | null,
  underlying: string,
  forwards: readonly Forward[],
): { readonly rate: number; readonly from: string; readonly assumptions: readonly string[] } => {
  if (given !== null) return { rate: given, from: 'given', assumptions: [] };
  const implied = exerciseStyleOf(underlying) === 'european' ? rateImplied(forwards) : null;
  if (implied !== null)
    return { rate: implied.rate, from: `implied by put-call parity of ${implied.expiries} expiries`, assumptions: [] };
  const assumptions = [`no rate was given and none is implied: ${RATE_ASSUMED} is assumed; say --rate`];
  return { rate: RATE_ASSUMED, from: 'assumed', assumptions };
};

const carryOf = (
  options: AnalyzeChainOptions,
  underlying: string,
  forwards: readonly Forward[],
  spot: number,
): Carry => {
  const { rate, from: rateFrom, assumptions } = rateOf(options.rate, underlying, forwards);
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

const byStrikeOf = (suite: Suite, at: Instant): ChainReport['byStrike'] =>
  Object.fromEntries(
    SCOPES.map((scope): [Scope, StrikeTables] => [
      scope,
      {
        openInterest: positioningByStrike(suite.positioning, scope, 'open-interest', at),
        volume: positioningByStrike(suite.positioning, scope, 'volume', at),
      },
    ]),
  ) as Record<Scope, StrikeTables>;

/** Every figure of one recorded chain. Throws `UnreadableFile` with file, line and expectation. */
export const analyzeChain = (path: string, options: AnalyzeChainOptions): ChainReport => {
  const file = readChainFile(path, options);
  const { chain, at, spot } = file;
  const forwards = forwardsOf(chain, at);
  const carry = carryOf(options, chain.underlying, forwards, spot);
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
    crossAsset: crossView(createCrossSuite(), at),
    byStrike: byStrikeOf(suite, at),
    anomalies: suite.anomalies,
  };
};
