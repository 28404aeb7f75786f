import { describe, expect, test } from 'bun:test';
import { eventsUntil, nyTime, seededMarket, UNDERLYINGS } from '../../../../../tests/support/seeded.ts';
import { correlationOf, meanOf, standardErrorOf, varianceOf } from '../../../../../tests/support/statistics.ts';
import { instant } from '../../../../engine/core/types.ts';
import { createRandom } from '../../random.ts';
import type { BookLevel, MarketEvent } from '../../types.ts';
import { BRANCHING_RATIO, createArrivals, DECAY_MS } from './hawkes.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];

/** Prints in each bin of so many milliseconds. */
const countsOf = (times: readonly number[], binMs: number, spanMs: number): number[] => {
  const counts = new Array<number>(Math.floor(spanMs / binMs)).fill(0);
  for (const at of times) {
    const bin = Math.floor(at / binMs);
    if (bin < counts.length) counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
};

describe('arrivals', () => {
  test('come at their mean rate, and in clusters as one print in so many brings about another', () => {
    const [spanMs, rate] = [4_000_000, 0.004];
    console.info(`hawkes: seeds ${SEEDS.join(', ')}`);
    const means: number[] = [];
    const ratios: number[] = [];
    for (const seed of SEEDS) {
      const arrivals = createArrivals(createRandom(seed), rate, spanMs);
      const times: number[] = [];
      for (let at = arrivals.next(); at < spanMs; at = arrivals.next()) times.push(at);
      means.push(times.length / spanMs / rate);
      const counts = countsOf(times, 20_000, spanMs);
      // Over bins much longer than the kernel the variance to mean is 1/(1-n)²: Hawkes (1971).
      ratios.push(1 - 1 / Math.sqrt(varianceOf(counts) / meanOf(counts)));
    }
    expect(Math.abs(meanOf(means) - 1)).toBeLessThan(4 * standardErrorOf(means));
    expect(Math.abs(meanOf(ratios) - BRANCHING_RATIO)).toBeLessThan(4 * standardErrorOf(ratios) + DECAY_MS / 20_000);
    // A Poisson process has a ratio of 0, give or take the sampling error of 200 bins.
    expect(Math.min(...ratios)).toBeGreaterThan((4 * Math.sqrt(2 / 200)) / 2);
  });
});

const quietHour = (seed: number, symbol: string): { times: number[]; spanMs: number } => {
  const start = nyTime('2026-11-18', '11:30');
  const market = seededMarket(seed, start, [symbol]);
  const spanMs = 20 * 60_000;
  const events = eventsUntil(market, instant(start + spanMs), 60_000);
  return { times: events.flatMap((event) => (event.kind === 'trade' ? [event.at - start] : [])), spanMs };
};

describe('the tape', () => {
  test('is clustered: second by second it varies more than a Poisson tape, in every symbol', () => {
    for (const [index, symbol] of UNDERLYINGS.filter((name) => name !== 'SPX').entries()) {
      const { times, spanMs } = quietHour(index + 1, symbol);
      const counts = countsOf(times, 2000, spanMs);
      const dispersion = varianceOf(counts) / meanOf(counts);
      expect(times.length).toBeGreaterThan(300);
      // The index of dispersion of a Poisson tape is 1 with a standard error of √(2/bins).
      expect(dispersion).toBeGreaterThan(1 + 4 * Math.sqrt(2 / counts.length));
    }
  }, 30_000);

  test('has a volume shaped like a U: open and close are busier than noon', () => {
    const shares: { open: number[]; noon: number[]; close: number[] } = { open: [], noon: [], close: [] };
    console.info(`volume: seeds ${SEEDS.join(', ')}`);
    for (const seed of SEEDS) {
      const bars = seededMarket(seed, nyTime('2026-11-18', '15:59:59'), ['SPY']).minuteBars('SPY', 390);
      expect(bars.length).toBe(390);
      const mean = meanOf(bars.map(({ volume }) => volume));
      const half = (from: number): number => meanOf(bars.slice(from, from + 30).map(({ volume }) => volume)) / mean;
      shares.open.push(half(0));
      shares.noon.push(half(180));
      shares.close.push(half(360));
    }
    const gap = (a: number[], b: number[]): number => {
      const differences = a.map((value, i) => value - (b[i] as number));
      return meanOf(differences) / standardErrorOf(differences);
    };
    expect(gap(shares.open, shares.noon)).toBeGreaterThan(3);
    expect(gap(shares.close, shares.noon)).toBeGreaterThan(3);
  }, 30_000);

  test('has wider spreads where minutes are more volatile', () => {
    const correlations: number[] = [];
    for (const seed of SEEDS) {
      const start = nyTime('2026-11-18', '10:30');
      const market = seededMarket(seed, start, ['META']);
      const ranges: number[] = [];
      const spreads: number[] = [];
      for (let minute = 0; minute < 90; minute++) {
        const widths: number[] = [];
        for (let second = 2; second <= 60; second += 2) {
          market.advanceTo(instant(start + minute * 60_000 + second * 1000));
          const { bidPrice, askPrice } = market.quote('META') ?? {};
          widths.push((askPrice ?? Number.NaN) - (bidPrice ?? Number.NaN));
        }
        const bar = market.minuteBars('META', 2)[0];
        spreads.push(meanOf(widths));
        ranges.push(Math.log((bar?.high ?? 1) / (bar?.low ?? 1)));
      }
      correlations.push(correlationOf(ranges, spreads));
    }
    console.info(`spread against range: ${correlations.map((r) => r.toFixed(2)).join(' ')}`);
    expect(meanOf(correlations)).toBeGreaterThan(3 * standardErrorOf(correlations));
  }, 30_000);

  test('prints on venues that show quotes happen at the touch of the book and eat what it shows', () => {
    const start = nyTime('2026-11-18', '10:00');
    const market = seededMarket(3, start, ['NVDA']);
    let book = market.book('NVDA');
    let prints = 0;
    let eaten = 0;
    const round: Extract<MarketEvent, { kind: 'trade' }>[] = [];
    const shown = (rows: readonly BookLevel[], price: number): number =>
      rows.filter((row) => row.price === price).reduce((sum, { size }) => sum + size, 0);
    const judge = (): void => {
      for (const side of ['bids', 'asks'] as const) {
        const touch = book?.[side][0]?.price;
        const at = round.filter(({ price, venue }) => price === touch && venue !== 'FINRA');
        if (touch === undefined || at.length === 0) continue;
        prints += at.length;
        const size = at.reduce((sum, one) => sum + one.size, 0);
        // What is eaten cannot exceed what is shown by more than what refills within the half second.
        const before = shown(book?.[side] ?? [], touch);
        expect(size).toBeLessThanOrEqual(before * 1.02 + 100 * 7);
        const after = market.book('NVDA')?.[side] ?? [];
        if (shown(after, touch) < before) eaten++;
      }
      for (const { price, venue } of round) {
        if (venue === 'FINRA') continue;
        const [bid, ask] = [book?.bids[0]?.price ?? 0, book?.asks[0]?.price ?? 0];
        // Who eats up the touch trades at the next price before anybody sees it.
        expect(price <= bid || price >= ask).toBe(true);
      }
      round.length = 0;
      book = market.book('NVDA');
    };
    market.listen((event) => {
      if (event.kind === 'trade') round.push({ ...event });
    });
    for (let ms = 500; ms <= 600_000; ms += 500) {
      market.advanceTo(instant(start + ms));
      judge();
    }
    expect(prints).toBeGreaterThan(500);
    expect(eaten).toBeGreaterThan(prints / 4);
  }, 30_000);
});
