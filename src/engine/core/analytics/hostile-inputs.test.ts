import { expect, test } from 'bun:test';
import { chainOf, type TestContract } from '../../testing/chain.ts';
import { stateHash } from '../hash.ts';
import { createBook } from '../market/book.ts';
import { type Instant, instant } from '../types.ts';
import * as correlation from './cross-asset/implied-correlation.ts';
import * as divergence from './cross-asset/index-divergence.ts';
import * as parity from './cross-asset/put-call-parity.ts';
import * as vix from './cross-asset/vix-term-structure.ts';
import * as flow from './flow-classes/flow-classes.ts';
import * as auction from './forecast/closing-auction.ts';
import { createClosingAuction } from './forecast/closing-auction-state.ts';
import { closingAuctionView } from './forecast/closing-auction-view.ts';
import * as reversion from './forecast/mean-reversion.ts';
import * as volatility from './forecast/volatility-forecast.ts';
import * as regime from './regime/regime.ts';

const START = Date.UTC(2026, 7, 20, 19, 30);

const createAll = () => ({
  flow: flow.createFlowClasses(),
  regime: regime.createRegime(),
  divergence: divergence.createIndexDivergence(),
  parity: parity.createPutCallParity('european'),
  vix: vix.createVixTermStructure(),
  correlation: correlation.createImpliedCorrelation({ A: 0.2, B: 0.2, C: 0.2, D: 0.2, E: 0.1 }),
  auction: createClosingAuction(),
  reversion: reversion.createMeanReversion(),
  volatility: volatility.createVolatilityForecast(),
});
type All = ReturnType<typeof createAll>;

const viewsOf = (all: All, at: Instant): object => ({
  flow: flow.flowClassView(all.flow, at),
  regime: regime.regimeView(all.regime, at),
  divergence: divergence.indexDivergenceView(all.divergence, at),
  parity: parity.putCallParityView(all.parity, at),
  vix: vix.vixTermStructureView(all.vix, at),
  correlation: correlation.impliedCorrelationView(all.correlation, at),
  auction: closingAuctionView(all.auction, at),
  reversion: reversion.meanReversionView(all.reversion, at),
  volatility: volatility.volatilityForecastView(all.volatility, at),
});

/** Every number in a view; and that a figure has a confidence from 0 to 1, an absence a reason in kebab-case. */
const inspect = (value: unknown, path: string, problems: string[]): number => {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) problems.push(`${path} is ${value}`);
    return 1;
  }
  if (typeof value !== 'object' || value === null) return 0;
  const figure = value as Record<string, unknown>;
  const confidence = figure['confidence'];
  if (confidence !== undefined && !((confidence as number) >= 0 && (confidence as number) <= 1))
    problems.push(`${path} has a confidence of ${confidence}`);
  if ('value' in figure && figure['value'] === null && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(String(figure['reason'])))
    problems.push(`${path} is absent for "${figure['reason']}"`);
  return Object.entries(figure).reduce((sum, [name, item]) => sum + inspect(item, `${path}.${name}`, problems), 0);
};

const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
};

const ODD = [Number.NaN, 0, -1, Number.POSITIVE_INFINITY, 1e-300, 1e300];

const feed = (all: All, random: () => number, at: Instant, oddities: number): void => {
  const number = (usual: number): number =>
    random() < oddities ? (ODD[Math.floor(random() * ODD.length)] as number) : usual * (1 + 0.002 * (random() - 0.5));
  const price = number(500);
  const sign = random() < 0.5 ? 1 : -1;
  for (let i = 0; i < 4; i++)
    flow.onFlowClassTrade(all.flow, number(500), number(100), sign, number(499.99), number(500.01), at);
  flow.onFlowClassTimer(all.flow);
  regime.onRegimeLiquidity(all.regime, number(0.7), at);
  regime.onRegimeBar(all.regime, price, at);
  divergence.onIndexDivergenceIndex(all.divergence, number(5000), at);
  divergence.onIndexDivergenceFund(all.divergence, number(500), at);
  divergence.onIndexDivergenceCarry(all.divergence, number(0.001));
  divergence.onIndexDivergenceTimer(all.divergence, at);
  for (const index of ['VIX1D', 'VIX9D', 'VIX', 'VIX3M'] as const) vix.onVixLevel(all.vix, index, number(18), at);
  for (const symbol of ['A', 'B', 'C', 'D', 'E'])
    correlation.onImpliedCorrelationMember(all.correlation, symbol, number(0.3), at);
  correlation.onImpliedCorrelationIndex(all.correlation, number(0.18), at);
  const book = createBook();
  // Off its ticks too: 500.01 moved by a little.
  book.price.set([number(500.01), number(501)], 0);
  book.price.set([number(499), number(498)], 10);
  book.size.fill(300);
  book.size[1] = number(500);
  book.askCount = 2;
  book.bidCount = 2;
  auction.onClosingAuctionBook(all.auction, book, at);
  auction.onClosingAuctionTick(all.auction, number(10_000), number(400), number(500), number(500.02), number(500), at);
  auction.onClosingAuctionBar(all.auction, price, at);
  auction.onClosingAuctionTimer(all.auction, at);
  if (random() < 0.1) auction.onClosingAuctionResult(all.auction, number(500), at);
  const openAt = instant(at - 60_000);
  reversion.onMeanReversionBar(all.reversion, openAt, price);
  volatility.onVolatilityForecastImplied(all.volatility, number(0.16), at);
  volatility.onVolatilityForecastBar(all.volatility, openAt, number(500), price, at);
  volatility.onVolatilityForecastTimer(all.volatility, at);
};

const chainAt = (random: () => number, at: Instant): ReturnType<typeof chainOf> => {
  const rows: TestContract[] = [];
  const number = (usual: number): number =>
    random() < 0.3 ? (ODD[Math.floor(random() * ODD.length)] as number) : usual;
  for (let strike = 480; strike <= 520; strike += 5)
    for (const right of ['C', 'P'] as const) {
      const value = Math.max(0, right === 'C' ? 500 - strike : strike - 500) + 5;
      rows.push({
        expiry: '2026-09-18',
        right,
        strike: number(strike),
        bid: number(value - 0.1),
        ask: number(value + 0.1),
      });
    }
  return chainOf(
    'SPX',
    at,
    rows.filter((row) => Math.abs(row.strike) < 1e6 && row.strike >= 0),
  );
};

test('whatever comes in, no view holds a number that is none, a confidence out of range or a nameless absence', () => {
  const seed = 987_654;
  for (const oddities of [0, 0.02, 0.3]) {
    const random = randomFrom(seed);
    const all = createAll();
    let numbers = 0;
    for (let day = 0; day < 12; day++) {
      for (let minute = 0; minute < 45; minute++) {
        const at = instant(START + day * 86_400_000 + minute * 60_000);
        feed(all, random, at, oddities);
        if (minute % 9 !== 0) continue;
        parity.onParityChain(all.parity, chainAt(random, at), Number.NaN, Number.NaN, at, {
          rate: 0.04,
          dividendYield: 0,
        });
        const problems: string[] = [];
        numbers += inspect(viewsOf(all, at), 'view', problems);
        expect(problems).toEqual([]);
      }
    }
    process.stdout.write(`hostile inputs: seed ${seed}, oddities ${oddities}, ${numbers} numbers inspected\n`);
    expect(numbers).toBeGreaterThan(4000);
    // Plain data throughout: the hash throws at anything else.
    expect(stateHash(all)).toHaveLength(16);
  }
});
