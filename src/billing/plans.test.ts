import { expect, test } from 'bun:test';
import { entitlementsOf, INTERVALS, isInterval, isPaidTier, PAID_TIERS, PRICES, priceOf, TIERS } from './plans.ts';

test('Premium costs $297 a month and Basic $97; a year costs ten months', () => {
  expect(PRICES.map(({ lookupKey, cents }) => [lookupKey, cents])).toEqual([
    ['quanticity_premium_month', 29_700],
    ['quanticity_premium_year', 297_000],
    ['quanticity_basic_month', 9_700],
    ['quanticity_basic_year', 97_000],
  ]);
  expect(priceOf('basic', 'year').cents).toBe(10 * entitlementsOf('basic').priceCentsPerMonth);
});

test('a higher plan never gets less: not later, not less exact, not fewer channels, not fewer calls', () => {
  const detail = { exact: 2, rounded: 1, teaser: 0 } as const;
  const ladder = TIERS.map(entitlementsOf);
  expect(ladder).toHaveLength(3);
  for (const [place, higher] of ladder.entries()) {
    const lower = ladder[place + 1];
    if (!lower) continue;
    expect(higher.delaySeconds).toBeLessThan(lower.delaySeconds);
    expect(detail[higher.detail]).toBeGreaterThan(detail[lower.detail]);
    expect(higher.priceCentsPerMonth).toBeGreaterThan(lower.priceCentsPerMonth);
    for (const channel of lower.channels) expect(higher.channels).toContain(channel);
    expect(higher.api?.requestsPerMinute ?? 0).toBeGreaterThanOrEqual(lower.api?.requestsPerMinute ?? 0);
  }
  expect(entitlementsOf('basic').api).toBeNull();
});

test('what a form may ask for is what is sold, and nothing else', () => {
  expect([...TIERS, 'gold', '', null, 1].filter(isPaidTier)).toEqual([...PAID_TIERS]);
  expect(['month', 'year', 'week', ''].filter(isInterval)).toEqual([...INTERVALS]);
});
