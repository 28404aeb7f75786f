import { expect, test } from 'bun:test';
import { parseCboeQuotes } from '../../../../../tests/support/cboe.ts';
import { type LobsterDay, readLobster } from '../../../../../tests/support/lobster.ts';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { BOOK_LEVELS, createBook } from '../../market/book.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import { contractId } from '../../market/contract.ts';
import { chainGreeks, createChainGreeks } from '../../pricing/chain-greeks.ts';
import { createState, type SymbolState } from '../../state.ts';
import { type Finding, findZeroDteGamma } from '../../strategies/zero-dte-gamma.ts';
import { parseZeroDteGamma } from '../../strategies/zero-dte-gamma-params.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { computeExposure } from '../exposure.ts';
import { yearsPerSlot } from '../exposure-sums.ts';
import { bookImbalance } from '../imbalance.ts';
import { addVpinTrade, createVpin, vpinOf } from '../vpin.ts';

/** The evening before a calm day (at the money 10 %), and the morning of a nervous one (33 %). */
const CALM = 'chains/cboe-quotedata/spx_2023-09-14_1631ET.csv.gz';
const NERVOUS = 'chains/cboe-quotedata/spx_2022-03-23_1011ET_spanish-locale.csv.gz';
const AMZN = 'ticks/lobster/LOBSTER_SampleFile_AMZN_2012-06-21_5.zip';
const CALM_AT = newYorkInstant('2023-09-15' as SessionDate, '10:11:00');
const NERVOUS_AT = newYorkInstant('2022-03-23' as SessionDate, '10:11:00');
const RATES = { rate: 0.0125, dividendYield: 0.0213 };
const PARAMS = parseZeroDteGamma(undefined);

/** The real SPX chain a tenth its size, as SPY's: prices, strikes and theta over ten, gamma times ten; the interest is SPX's. */
const spyChain = (file: string, at: Instant): { readonly chain: ChainColumns; readonly spot: number } => {
  const { chain, spot } = parseCboeQuotes(readRecordedText(file), at);
  const tenth = (column: Float64Array): Float64Array => column.map((value) => value / 10);
  const strike = tenth(chain.strike);
  const greeks = createChainGreeks(chain.rowCount);
  chainGreeks(
    {
      rowCount: chain.rowCount,
      isCall: chain.isCall,
      strike,
      logStrike: strike.map(Math.log),
      volatility: chain.impliedVolatility,
      expirySlot: Uint16Array.from(chain.expiryIndex, (e, i) => 2 * e + (chain.settlesAm[i] ?? 0)),
      years: yearsPerSlot(chain, at),
    },
    spot / 10,
    RATES.rate,
    RATES.dividendYield,
    greeks,
  );
  return {
    spot: spot / 10,
    chain: {
      ...chain,
      underlying: 'SPY',
      contractIds: Array.from(strike, (k, i) =>
        contractId(
          'SPY',
          chain.expiries[chain.expiryIndex[i] ?? 0] as SessionDate,
          chain.isCall[i] === 1 ? 'C' : 'P',
          k,
        ),
      ),
      strike,
      bid: tenth(chain.bid),
      ask: tenth(chain.ask),
      gamma: chain.gamma.map((value) => value * 10),
      thetaPerDay: greeks.thetaPerDay,
    },
  };
};

/** A symbol at `spot` that came `momentum` in three minutes, with the book leaning by so many shares of 200. */
const symbolAt = (chain: ChainColumns, at: Instant, spot: number, momentum: number, lean: number): SymbolState => {
  const state = createState({ runId: 'r', symbols: ['SPY'], limits: DEFAULT_LIMITS, mode: 'simulated', rates: RATES });
  const symbol = state.symbols.get('SPY') as SymbolState;
  const minute = at - (at % 60_000);
  for (let back = 4; back >= 1; back--)
    symbol.vendorBars.push({ openAt: instant(minute - back * 60_000), close: spot / (1 + momentum) });
  symbol.bidPrice = spot - 0.005;
  symbol.askPrice = spot + 0.005;
  symbol.chain = chain;
  symbol.exposure = computeExposure(chain, spot, at, RATES);
  const { book } = symbol;
  book.price[0] = symbol.askPrice;
  book.size[0] = 100 - lean;
  book.price[BOOK_LEVELS] = symbol.bidPrice;
  book.size[BOOK_LEVELS] = 100 + lean;
  book.askCount = 1;
  book.bidCount = 1;
  return symbol;
};

const kindOf = (finding: Finding): string => (finding === null ? 'none' : finding.kind);

interface Look {
  readonly changes?: object;
  readonly momentum?: number;
  readonly lean?: number;
}

/** What the strategy finds at a spot of the chain. */
const finderOf = (file: string, at: Instant) => {
  const { chain, spot } = spyChain(file, at);
  const find = (fraction: number, { changes = {}, momentum = 0.0006, lean = 0 }: Look = {}): Finding =>
    findZeroDteGamma({
      symbol: symbolAt(chain, at, spot * (1 + fraction), momentum, lean),
      params: parseZeroDteGamma(changes),
      rates: RATES,
      at,
    });
  const fractions = Array.from({ length: 21 }, (_, i) => (i - 10) * 0.0004);
  return { find, fractions };
};

test.skipIf(!hasRecordedData(CALM))(
  'every threshold of the 0DTE strategy can be met and missed on a real chain (needs ../shared/data)',
  () => {
    const { find, fractions } = finderOf(CALM, CALM_AT);
    const kinds = fractions.flatMap((fraction) =>
      [0.0006, -0.0006].map((momentum) => kindOf(find(fraction, { momentum }))),
    );
    const count = (kind: string): number => kinds.filter((other) => other === kind).length;
    process.stdout.write(
      `0DTE gamma, calm chain: ${count('wish')} wishes, ${count('suppressed')} suppressed, ${count('none')} none\n`,
    );
    expect(count('wish')).toBeGreaterThan(3);
    expect(count('none')).toBeGreaterThan(3);
    const met = fractions.find((fraction) => kindOf(find(fraction)) === 'wish') ?? Number.NaN;
    // Each threshold by itself, moved to where the real chain no longer meets it.
    for (const [changes, kind] of [
      [{ minGammaShare: 0.9 }, 'none'],
      [{ maxDistanceFraction: 0.000_201, minDistanceFraction: 0.000_2 }, 'none'],
      [{ minMomentumFraction: 0.001 }, 'none'],
      [{ maxSpreadFraction: 0.0001, maxSpreadTicks: 0 }, 'suppressed'],
      [{ minPremium: 19.99 }, 'suppressed'],
      [{ maxPremium: 0.01, minPremium: 0 }, 'suppressed'],
      [{ maxThetaFractionPerHour: 0.001 }, 'suppressed'],
    ] as const)
      expect({ changes, kind: kindOf(find(met, { changes })) }).toEqual({ changes, kind });
    expect(kindOf(find(met, { lean: -50 }))).toBe('none');
    expect(kindOf(find(met, { lean: 50 }))).toBe('wish');
    const reasons = (lean: number): readonly string[] => {
      const finding = find(met, { lean });
      return finding?.kind === 'wish' ? finding.wish.triggeredBy : [];
    };
    expect(reasons(10)).toContain('book-support');
    expect(reasons(9)).not.toContain('book-support');
    // The band is what a strike's share is a share of: half of it all is met in a narrow band alone.
    const half = (bandFraction: number): string => kindOf(find(met, { changes: { minGammaShare: 0.5, bandFraction } }));
    expect([half(0.0012), half(PARAMS.bandFraction)]).toEqual(['wish', 'none']);
    // Four closed minutes are there: from five on there is no momentum to speak of.
    const bars = (momentumBars: number): string => kindOf(find(met, { changes: { momentumBars } }));
    expect([bars(1), bars(4), bars(5)]).toEqual(['wish', 'wish', 'none']);
    // Some premium bound is met by no strike at the gamma strike itself and by one of those around it.
    const premiums = Array.from({ length: 40 }, (_, i) => 0.1 + 0.05 * i);
    const around = (maxPremium: number, maxStrikesOut: number): string =>
      kindOf(find(met, { changes: { maxPremium, minPremium: 0, maxStrikesOut } }));
    const helped = premiums.filter((premium) => around(premium, 0) === 'suppressed' && around(premium, 6) === 'wish');
    expect(helped.length).toBeGreaterThan(0);
  },
);

/** What the strategy's knobs are tried by; a new knob must find its place here. */
const TRIED = {
  'in this file, on real chains': [
    ...['minGammaShare', 'bandFraction', 'minDistanceFraction', 'maxDistanceFraction', 'momentumBars'],
    ...[
      'minMomentumFraction',
      'maxAdverseImbalance',
      'maxSpreadFraction',
      'maxSpreadTicks',
      'minPremium',
      'maxPremium',
    ],
    ...['maxThetaFractionPerHour', 'maxStrikesOut', 'elevatedVpin'],
  ],
  'nowhere here: a pause and a target are no thresholds': ['refusedPauseMs', 'targetGain'],
};

test('no threshold of the 0DTE strategy is left untried', () => {
  expect(Object.values(TRIED).flat().sort()).toEqual(Object.keys(PARAMS).sort());
});

test.skipIf(!hasRecordedData(NERVOUS))(
  'at a volatility of 33 % the bounds of theta and premium leave something to buy, within the net limit of the account (needs ../shared/data)',
  () => {
    const { find, fractions } = finderOf(NERVOUS, NERVOUS_AT);
    const wishes = fractions.flatMap((fraction) => {
      const finding = find(fraction);
      return finding?.kind === 'wish' ? [finding.wish] : [];
    });
    expect(wishes.length).toBeGreaterThan(3);
    const { chain } = spyChain(NERVOUS, NERVOUS_AT);
    const losses = wishes.map(
      ({ contract }) => -(chain.thetaPerDay[chain.contractIds.indexOf(contract.id)] ?? NaN) * 100,
    );
    process.stdout.write(
      `0DTE gamma, nervous chain: ${wishes.length} wishes of ${fractions.length}, time takes ${Math.min(...losses).toFixed(0)} to ${Math.max(...losses).toFixed(0)} dollars a day of each contract\n`,
    );
    // More than the 190 dollars that a bound in dollars had, and one contract fits the account's net limit.
    expect(Math.min(...losses)).toBeGreaterThan(190);
    expect(Math.min(...losses)).toBeLessThan(-DEFAULT_LIMITS.minNetThetaPerDay);
    const kinds = (changes: object): Set<string> =>
      new Set(fractions.map((fraction) => kindOf(find(fraction, { changes }))));
    expect(kinds({ maxThetaFractionPerHour: 0.05 })).not.toContain('wish');
    const denials = fractions.flatMap((fraction) => {
      const finding = find(fraction, { changes: { maxThetaFractionPerHour: 0.05 } });
      return finding?.kind === 'suppressed' ? finding.denials.map(({ code }) => code) : [];
    });
    expect(denials).toContain('max-net-theta');
  },
);

test.skipIf(!hasRecordedData(AMZN))(
  'the imbalance that keeps the strategy out is seen on a real book, and so is its absence (needs ../shared/data)',
  () => {
    const day: LobsterDay = readLobster(AMZN, 5);
    const book = createBook();
    let [against, fine] = [0, 0];
    for (let i = 0; i < day.events; i += 100) {
      day.bookAfter(book, i);
      const imbalance = bookImbalance(book, 5);
      if (Math.abs(imbalance) > PARAMS.maxAdverseImbalance) against++;
      else if (Math.abs(imbalance) <= PARAMS.maxAdverseImbalance) fine++;
    }
    process.stdout.write(
      `AMZN 2012-06-21: |imbalance| beyond ${PARAMS.maxAdverseImbalance} in ${against} of ${against + fine} looks\n`,
    );
    expect(against).toBeGreaterThan(20);
    expect(fine).toBeGreaterThan(20);
  },
);

test.skipIf(!hasRecordedData(AMZN))(
  'the VPIN that is named as a risk is seen on a real tape, and so is a lower one (needs ../shared/data)',
  () => {
    const day: LobsterDay = readLobster(AMZN, 5);
    const vpin = createVpin();
    let [elevated, calm] = [0, 0];
    for (let i = 0; i < day.events; i++) {
      if (day.type[i] !== 4 && day.type[i] !== 5) continue;
      addVpinTrade(vpin, day.price[i] as number, day.size[i] as number, instant(Math.floor(day.at[i] as number)));
      const value = vpinOf(vpin);
      if (value >= PARAMS.elevatedVpin) elevated++;
      else if (value < PARAMS.elevatedVpin) calm++;
    }
    process.stdout.write(
      `AMZN 2012-06-21: VPIN from ${PARAMS.elevatedVpin} on at ${elevated} of ${elevated + calm} trades\n`,
    );
    expect(elevated).toBeGreaterThan(20);
    expect(calm).toBeGreaterThan(20);
  },
);
