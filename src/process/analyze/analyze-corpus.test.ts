import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { figuresIn } from '../../engine/core/analytics/suite/figures.ts';
import { americanPrice } from '../../engine/core/pricing/american.ts';
import { bsmPrice, createGreeks, greeksOf } from '../../engine/core/pricing/bsm.ts';
import { exerciseStyleOf } from '../../engine/core/pricing/exercise.ts';
import { type AnalyzeChainOptions, analyzeChain, type ChainReport } from './analyze-chain.ts';
import { chainWords } from './chain-words.ts';

/* Files as they come: made here from a seed, of any symbol, in any country's spelling, with a column or a few rows spoilt. */
const SEED = 20261125;
const NOTHING: AnalyzeChainOptions = { at: null, spot: null, rate: null, dividendYield: null };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'analyze-corpus-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** Park and Miller: the same figures on every machine. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
};

interface Listing {
  readonly root: string;
  readonly spot: number;
  readonly step: number;
}
const LISTINGS: readonly Listing[] = [
  { root: 'SPY', spot: 446.2, step: 2 },
  { root: 'AAPL', spot: 175.7, step: 2.5 },
  { root: 'RUTW', spot: 1_868.4, step: 10 },
  { root: 'VIXW', spot: 13.1, step: 0.5 },
  { root: 'SPXW', spot: 4_505.1, step: 25 },
];
const HEADER =
  'Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest';
const EXPIRIES = [
  ['Fri Sep 15 2023', '230915', 1],
  ['Fri Sep 29 2023', '230929', 15],
  ['Fri Dec 15 2023', '231215', 92],
] as const;

type Cells = (string | number)[];
/** Rows of cells of an export of a listing at a rate of 5 % and a yield of 1.5 %, volatility 20 %. */
const rowsOf = ({ root, spot, step }: Listing): Cells[] => {
  const random = randomFrom(SEED);
  const price = exerciseStyleOf(root) === 'american' ? americanPrice : bsmPrice;
  return EXPIRIES.flatMap(([written, code, days]) =>
    Array.from({ length: 11 }, (_, n): Cells => {
      const strike = Math.round(spot / step) * step + (n - 5) * step;
      const side = (right: 'C' | 'P'): Cells => {
        const years = days / 365;
        const middle = price(right === 'C', spot, strike, years, 0.2, 0.05, 0.015);
        const greeks = greeksOf(right === 'C', spot, strike, years, 0.2, 0.05, 0.015, createGreeks());
        const bid = Math.max(0, middle - 0.05).toFixed(2);
        const ask = (middle + 0.05).toFixed(2);
        const id = `${root}${code}${right}${String(Math.round(strike * 1000)).padStart(8, '0')}`;
        const volume = Math.floor(random() * 900);
        const interest = Math.floor(random() * 5000);
        return [
          id,
          middle.toFixed(2),
          0,
          bid,
          ask,
          volume,
          0.2,
          greeks.delta.toFixed(4),
          greeks.gamma.toFixed(4),
          interest,
        ];
      };
      return [written, ...side('C'), strike.toFixed(2), ...side('P')];
    }),
  );
};
const MOMENT = '"Date: September 14, 2023 at 2:30 PM EDT"';
const exportOf = (listing: Listing, rows = rowsOf(listing), separator = ',', header = HEADER): string =>
  [
    '',
    `${listing.root} Something,Last: ${listing.spot},Change: 1`.replaceAll(',', separator),
    `${MOMENT}${separator}Bid: 0${separator}Ask: 0${separator}Size: 0*0${separator}Volume: 0`,
    header.replaceAll(',', separator),
    ...rows.map((cells) => cells.join(separator)),
    '',
  ].join('\r\n');

const named = (
  report: ChainReport,
  module: string,
): Map<string, { readonly value: unknown; readonly reason?: string }> =>
  new Map(
    figuresIn(report.analytics.modules.find((each) => each.module === module)?.figures).map(({ name, figure }) => [
      name,
      figure as { readonly value: unknown; readonly reason?: string },
    ]),
  );

/** Of the list for chains; what is not known is absent with a reason, never left out. */
const LISTED = [
  'scopes.all.openInterest.gex',
  'scopes.all.openInterest.deltaDealer',
  'scopes.all.openInterest.vannaDealerPerPoint',
  'scopes.all.openInterest.charmDealerPerDay',
  'scopes.all.volume.gex',
  'scopes.all.openInterest.gammaFlip',
  'scopes.all.openInterest.callWall',
  'scopes.all.openInterest.putWall',
  'scopes.all.openInterest.absoluteGammaStrike',
  'scopes.all.maxPain',
  'scopes.all.putCall.volume',
  'scopes.all.putCall.openInterest',
  'zeroDteShareOfGamma',
  'term.skew25Delta30DayPoints',
  'term.skew25DeltaZeroDtePoints',
  'term.slopePoints',
  'ivRank.rank',
  'ivRank.percentile',
  'term.frontExpectedMove',
  'hedging.perPercentUp.repriced',
  'hedging.perPointUp.repriced',
  'hedging.perHour.repriced',
] as const;

describe.each(LISTINGS)('an export of $root', (listing) => {
  const plain = (): ChainReport => analyzeChain(file(`${listing.root}.csv`, exportOf(listing)), NOTHING);
  test('tells every listed figure, or its absence with a reason, in words and as JSON', () => {
    process.stdout.write(`corpus seed ${SEED}\n`);
    const report = plain();
    const figures = named(report, 'positioning');
    const words = chainWords(report);
    let told = 0;
    for (const name of LISTED) {
      const figure = figures.get(name);
      if (figure === undefined) throw new Error(`expected ${name} among the figures`);
      if (figure.value === null) expect(figure.reason, name).toMatch(/^[a-z0-9-]+$/);
      else told++;
      expect(words).toContain(name.split('.').at(-1) as string);
    }
    expect(told).toBeGreaterThan(14);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ inspection: { contracts: 66, live: 66 } });
  });
  test('carries the forwards that its quotes have', () => {
    const report = plain();
    const carry = report.analytics.modules.find(({ module }) => module === 'positioning')?.figures as {
      readonly expiries: readonly {
        readonly years: number;
        readonly carry: { readonly forward: { readonly value: number } };
      }[];
    };
    for (const { years, carry: told } of carry.expiries) {
      const forward = listing.spot * Math.exp(0.035 * years);
      expect(Math.abs(told.forward.value / forward - 1)).toBeLessThan(listing.spot < 20 ? 5e-3 : 6e-4);
    }
  });
  test('is the same zipped, with a byte-order mark, in semicolons, and with thousands parted', () => {
    const grouped = rowsOf(listing).map((cells) =>
      cells.map((cell, at) =>
        at % 11 === 10 && Number(cell) > 999 ? `"${Number(cell).toLocaleString('en-US')}"` : cell,
      ),
    );
    const figures = JSON.stringify([...named(plain(), 'positioning')]);
    for (const content of [
      gzipSync(exportOf(listing)),
      `\uFEFF${exportOf(listing).replaceAll('\r\n', '\n')}`,
      exportOf(listing, rowsOf(listing), ';'),
      exportOf(listing, rowsOf(listing), '\t'),
      exportOf(listing, grouped),
    ])
      expect(JSON.stringify([...named(analyzeChain(file('same.csv', content), NOTHING), 'positioning')])).toBe(figures);
  });
});

describe('an export spoilt', () => {
  const listing = LISTINGS[4] as Listing;
  test('in a row or two is read without them, and says which', () => {
    const rows = rowsOf(listing);
    (rows[3] as Cells)[4] = 'plenty';
    (rows[7] as Cells).pop();
    const report = analyzeChain(file('spoilt.csv', exportOf(listing, rows)), NOTHING);
    expect(report.inspection.rejected).toMatchObject({ 'unreadable-row': 2 });
    expect([report.contractsInFile, report.inspection.contracts]).toEqual([66, 62]);
    expect(chainWords(report)).toMatch(/left out: .*line 8, column 5 \(Bid\): expected a number, found "plenty"/);
    expect(chainWords(report)).toMatch(/left out: .*line 12: expected 22 columns, found 21/);
  });
  test('in most rows is refused with the first of them', () => {
    const rows = rowsOf(listing).map((cells, n) => (n % 3 === 0 ? cells : cells.with(5, 'x')));
    expect(() => analyzeChain(file('most.csv', exportOf(listing, rows)), NOTHING)).toThrow(
      /most\.csv, line 6, column 6 \(Ask\): expected a number, found "x"/,
    );
  });
  test('by a lost column tells what that column carried to be absent', () => {
    const lost = (name: string): ChainReport => {
      const names = HEADER.split(',');
      const kept = names.map((each) => each !== name);
      const rows = rowsOf(listing).map((cells) => cells.filter((_, at) => kept[at]));
      const header = names.filter((_, at) => kept[at]).join(',');
      return analyzeChain(file('column.csv', exportOf(listing, rows, ',', header)), NOTHING);
    };
    const withoutInterest = named(lost('Open Interest'), 'positioning');
    expect(withoutInterest.get('scopes.all.openInterest.gex')).toMatchObject({ reason: 'open-interest-absent' });
    expect(withoutInterest.get('scopes.all.volume.gex')?.value).toBeNumber();
    const withoutVolatility = named(lost('IV'), 'positioning');
    expect(withoutVolatility.get('scopes.all.openInterest.gex')).toMatchObject({ reason: 'implied-volatility-absent' });
    expect(withoutVolatility.get('scopes.all.openInterest.gexVendor')?.value).toBeNumber();
    expect(lost('Gamma').inspection.absent['gamma']).toBe(66);
  });
  test('without a price above it takes the one that its calls and puts agree on', () => {
    const report = analyzeChain(file('priceless.csv', exportOf(listing).replace(/Last: [\d.]+/, 'Last: 0')), NOTHING);
    expect(Math.abs(report.spot / listing.spot - 1)).toBeLessThan(1e-3);
    expect(report.spotFrom).toContain('put-call parity of 2023-09-15');
  });
});

describe('a profile of one day’s expiry', () => {
  const PROFILE = `# spot=7707.04 net0dte=-2 peak=7700.0 flip=7415.0
strike,cg,pg,total,coi,poi,cvol,pvol
7695.0,338571,-7199094,-6860523,19,404,1,971
7700.0,1835413,-3011502,-1176089,103,169,2,1312
7705.0,835413,-1011502,-176089,53,99,40,12
`;
  test('is read: exposures as they stand there, what needs a volatility absent', () => {
    const report = analyzeChain(file('2026-08-18_1057.csv', PROFILE), NOTHING);
    const figures = named(report, 'positioning');
    expect(figures.get('scopes.all.openInterest.gexVendor')?.value as number).toBeCloseTo(-8_212_701, 0);
    expect(figures.get('scopes.all.putCall.openInterest')?.value).toBe(672 / 175);
    expect(figures.get('scopes.all.openInterest.gex')).toMatchObject({ reason: 'implied-volatility-absent' });
    expect([report.kind, report.spot, report.inspection.live]).toEqual(['zero-dte-profile', 7707.04, 6]);
    expect(chainWords(report)).toContain('net0dte -2');
  });
  test.each([
    ['without a moment in its name', 'profile.csv', PROFILE, /profile\.csv: expected a date and time in the name/],
    ['without a price', '2026-08-18_1058.csv', PROFILE.replace('spot=7707.04', 'spot=x'), /expected "# spot=7707.04/],
    ['cut off', '2026-08-18_1059.csv', PROFILE.slice(0, -12), /line 5: expected 8 figures, found "7705/],
    ['without a column', '2026-08-18_1100.csv', PROFILE.replace('coi', 'xoi'), /line 2: expected the columns .* coi/],
  ])('%s is refused', (_what, name, content, problem) => {
    expect(() => analyzeChain(file(name, content), NOTHING)).toThrow(problem);
  });
});
