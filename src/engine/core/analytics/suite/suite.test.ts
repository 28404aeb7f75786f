import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { chainOf } from '../../../testing/chain.ts';
import { hashOf } from '../../hash.ts';
import { createBook } from '../../market/book.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { CROSS_MODULES, createCrossSuite, crossView } from './cross.ts';
import { figuresIn } from './figures.ts';
import { SUITE_MODULES } from './modules.ts';
import { onSuiteChain, onSuiteChainTimer } from './on-chain.ts';
import { onSuiteBook, onSuiteQuote, onSuiteTimer, onSuiteTrade, takeAnomalies } from './on-market.ts';
import { createSuite, type Suite } from './suite.ts';
import { type ModuleView, suiteView, summarise } from './suite-view.ts';

const DATE = '2026-11-20' as SessionDate;
const AT = newYorkInstant(DATE, '11:00:00');
const later = (ms: number): Instant => instant(AT + ms);
const RATES = { rate: 0.04, dividendYield: 0.013 };
const INFOS = [...SUITE_MODULES.map(({ info }) => info), ...CROSS_MODULES];

const chainAt = (at: Instant, gamma = 0.02) =>
  chainOf(
    'SPY',
    at,
    [590, 595, 600, 605, 610].flatMap((strike) =>
      (['C', 'P'] as const).map((right) => ({
        expiry: DATE,
        right,
        strike,
        bid: 1,
        ask: 1.1,
        openInterest: 1000,
        impliedVolatility: 0.2,
        gamma,
        delta: 0.5,
      })),
    ),
  );

/** Numbers that are none, and undefined: JSON would quietly make them null. */
const unspeakable = (value: unknown, path = ''): string[] => {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (value === undefined || typeof value === 'function') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => unspeakable(item, `${path}.${name}`));
};

const module = (suite: Suite, name: string, at: Instant): ModuleView => {
  const found = suiteView(suite, at).modules.find((view) => view.module === name);
  if (!found) throw new Error(`the suite has no ${name}`);
  return found;
};

describe('the suite', () => {
  test('knows every module once, each with a promise', () => {
    const names = INFOS.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names).size).toBe(names.length);
    for (const info of INFOS) {
      expect(info.warmUp.length).toBeGreaterThan(3);
      expect(info.ageMsMax).toBeGreaterThan(0);
    }
  });

  test('wires every module that there is', () => {
    const root = new URL('../', import.meta.url).pathname;
    const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
    const declared = files.flatMap((file) =>
      [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/_MODULE: ModuleInfo = \{\s*name: '([^']+)'/g)].map(
        ([, name]) => name as string,
      ),
    );
    expect(declared.length).toBeGreaterThan(20);
    expect(declared.filter((name) => !INFOS.some((info) => info.name === name))).toEqual([]);
  });

  test('says before any input, of every figure, that it is absent and why; never a number', () => {
    const views = [...suiteView(createSuite('SPY'), AT).modules, ...crossView(createCrossSuite(), AT)];
    const table = views.map((view) => {
      expect(view.state).toBe('waiting');
      const figures = figuresIn(view.figures);
      const values = figures.filter(({ figure }) => figure.value !== null).map(({ name }) => name);
      const reasons = new Set(figures.flatMap(({ figure }) => ('reason' in figure ? [figure.reason] : [])));
      return { module: view.module, figures: figures.length > 0, values, reasons: [...reasons].sort() };
    });
    expect(table.filter(({ figures }) => !figures)).toEqual([]);
    expect(table.filter(({ values }) => values.length > 0)).toEqual([]);
    for (const { reasons } of table) for (const reason of reasons) expect(reason).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(Object.fromEntries(table.map(({ module: name, reasons }) => [name, reasons.join(' ')]))).toMatchSnapshot();
    expect(unspeakable(views)).toEqual([]);
  });

  test('hears quotes, trades, books and bars apart, and calls a module stale once it is older than it may be', () => {
    const suite = createSuite('SPY');
    onSuiteQuote(suite, 600, 5, 600.01, 5, AT);
    onSuiteTrade(suite, 600.01, 100, 'ARCA', AT, AT);
    expect(module(suite, 'spread', AT)).toMatchObject({ state: 'live', at: AT, beats: 1 });
    expect(module(suite, 'vpin', AT)).toMatchObject({ state: 'live', beats: 1 });
    expect(module(suite, 'liquidity-score', AT)).toMatchObject({ state: 'waiting', at: null, beats: 0 });
    expect(module(suite, 'spread', later(5_001))).toMatchObject({ state: 'stale', at: AT });
    for (let second = 0; second <= 70; second++) onSuiteTimer(suite, later(second * 1000));
    expect(module(suite, 'regime', later(70_000)).beats).toBe(1);
  });

  test('works a chain out when it is new, and again thirty seconds later at the spot of then', () => {
    const suite = createSuite('SPY');
    onSuiteChain(suite, chainAt(AT), 600, AT, RATES);
    expect(suite.hearts.chains).toBe(1);
    onSuiteChainTimer(suite, chainAt(AT), 601, later(29_999), RATES);
    expect(suite.hearts.chains).toBe(1);
    onSuiteChainTimer(suite, chainAt(AT), 601, later(30_000), RATES);
    expect(suite.hearts.chains).toBe(2);
    expect(suite.positioning.current?.exposure.spot).toBe(601);
  });

  test('tells a shift of gamma exposure as the anomaly gex, once', () => {
    const suite = createSuite('SPY');
    onSuiteChain(suite, chainAt(AT), 600, AT, RATES);
    const heavier = chainAt(later(60_000));
    // Ten times the puts at one strike turn the dealer's sign about.
    heavier.openInterest.forEach((_, i) => {
      heavier.openInterest[i] = heavier.isCall[i] === 1 ? 100 : 10_000;
    });
    onSuiteChain(suite, { ...heavier, receivedAt: later(60_000) }, 600, later(60_000), RATES);
    const told = takeAnomalies(suite);
    expect(told.map(({ name }) => name)).toEqual(['gex']);
    expect(told[0]?.facts).toMatchObject({ subject: 'SPY' });
    expect(takeAnomalies(suite)).toEqual([]);
    onSuiteChain(suite, { ...heavier, receivedAt: later(62_000) }, 600, later(62_000), RATES);
    expect(takeAnomalies(suite)).toEqual([]);
  });

  test('silences a part that throws, names it once, and goes on with the others', () => {
    const suite = createSuite('SPY');
    Object.defineProperty(suite.vpin, 'bulk', {
      get() {
        throw new Error('out of its wits');
      },
    });
    onSuiteTrade(suite, 600, 100, 'ARCA', AT, AT);
    onSuiteTrade(suite, 600, 100, 'ARCA', AT, AT);
    expect(takeAnomalies(suite)).toEqual([
      { name: 'analytics-failed', facts: { subject: 'SPY', part: 'vpin', message: 'out of its wits' } },
    ]);
    expect(module(suite, 'vpin', AT)).toMatchObject({ state: 'failed', figures: null });
    onSuiteTrade(suite, 600, 100, 'ARCA', AT, AT);
    expect(suite.hearts.failed.size).toBe(1);
    expect(suite.levelOne.bars.minutes.trades[0]).toBe(3);
    expect(suite.flow.window.count).toBe(2);
  });

  test('shows operators figures by name, without what is told by strike or expiry', () => {
    const suite = createSuite('SPY');
    onSuiteBook(suite, createBook(), AT);
    onSuiteChain(suite, chainAt(AT), 600, AT, RATES);
    const { modules } = suiteView(suite, AT);
    const short = summarise(modules).find((view) => view.module === 'positioning');
    const names = short?.figures.map(({ name }) => name) ?? [];
    expect(names).toContain('scopes.all.openInterest.gex');
    expect(names.filter((name) => name.startsWith('expiries'))).toEqual([]);
    expect(figuresIn(modules.find((view) => view.module === 'positioning')?.figures).length).toBeGreaterThan(
      names.length,
    );
    expect(unspeakable(modules)).toEqual([]);
    expect(hashOf(suite)).toHaveLength(16);
  });
});
