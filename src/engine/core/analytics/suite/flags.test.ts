import { expect, test } from 'bun:test';
import { parseCboeQuotes } from '../../../../../tests/support/cboe.ts';
import { hasRecordedData, readRecordedText } from '../../../../../tests/support/reference.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import type { ChainColumns } from '../../market/chain.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import { figuresIn } from './figures.ts';
import { onSuiteChain } from './on-chain.ts';
import { takeAnomalies } from './on-market.ts';
import { createSuite, type Suite } from './suite.ts';
import { suiteView } from './suite-view.ts';

/* Every flag that rests on a chain, raised by a real one and not raised by it. */
const NERVOUS = 'chains/cboe-quotedata/spx_2022-03-23_1011ET_spanish-locale.csv.gz';
const AT = newYorkInstant('2022-03-23' as SessionDate, '10:11:00');
const RATES = { rate: 0.0125, dividendYield: 0.0213 };

const suiteAt = (file: string, at: Instant): { suite: Suite; chain: ChainColumns; spot: number } => {
  const { chain, spot } = parseCboeQuotes(readRecordedText(file), at);
  const suite = createSuite('SPX');
  onSuiteChain(suite, chain, spot, at, RATES);
  return { suite, chain, spot };
};
const figuresOf = (suite: Suite, module: string, at: Instant): Map<string, unknown> =>
  new Map(
    figuresIn(suiteView(suite, at).modules.find((each) => each.module === module)?.figures, false).map(
      ({ name, figure }) => [name, figure.value],
    ),
  );

test.skipIf(!hasRecordedData(NERVOUS))(
  'anomaly:gex: a move of spot within five minutes raises it on a real chain, and a smaller one does not (needs ../shared/data)',
  () => {
    const { chain, spot } = suiteAt(NERVOUS, AT);
    const shifted = (move: number): readonly string[] => {
      const suite = createSuite('SPX');
      onSuiteChain(suite, chain, spot, AT, RATES);
      takeAnomalies(suite);
      const later = instant(AT + 240_000);
      onSuiteChain(suite, { ...chain, receivedAt: later }, spot * (1 + move), later, RATES);
      return takeAnomalies(suite).map(({ name }) => name);
    };
    const moves = [0.0002, 0.0005, 0.001, 0.002, 0.004, 0.008];
    const raised = moves.filter((move) => shifted(move).includes('gex') || shifted(-move).includes('gex'));
    process.stdout.write(
      `SPX 2022-03-23: anomaly:gex from moves of ${raised.map((move) => `${100 * move} %`).join(', ')}\n`,
    );
    expect(raised.length).toBeGreaterThan(0);
    expect(raised).not.toContain(0.0002);
  },
);

test.skipIf(!hasRecordedData(NERVOUS))(
  'put-call parity: a real chain holds no violation, and one of its calls made dearer than all costs is one (needs ../shared/data)',
  () => {
    const { suite, chain, spot } = suiteAt(NERVOUS, AT);
    const found = figuresOf(suite, 'put-call-parity', AT);
    expect([found.get('violations'), (found.get('pairs') as number) > 8_000]).toEqual([0, true]);
    const friday = chain.expiries.indexOf('2022-04-01' as SessionDate);
    const row = Array.from(chain.strike.keys()).find(
      (i) => chain.expiryIndex[i] === friday && chain.isCall[i] === 1 && chain.strike[i] === 4_480,
    ) as number;
    const violationsAt = (shift: number): unknown => {
      const dearer = new Map([chain.bid, chain.ask].map((column) => [column, column.slice()]));
      for (const column of dearer.values()) column[row] = (column[row] ?? Number.NaN) + shift;
      const shifted = { ...chain, bid: dearer.get(chain.bid), ask: dearer.get(chain.ask) } as ChainColumns;
      const other = createSuite('SPX');
      onSuiteChain(other, shifted, spot, AT, RATES);
      return figuresOf(other, 'put-call-parity', AT).get('violations');
    };
    const shifts = [0.1, 0.2, 0.5, 1, 2, 5];
    const raised = shifts.filter((shift) => violationsAt(shift) === 1);
    process.stdout.write(`SPX 2022-03-23: a violation from shifts of ${raised.join(', ')} dollars\n`);
    expect(raised).toContain(5);
    expect(raised).not.toContain(0.1);
  },
);

test.skipIf(!hasRecordedData(NERVOUS))(
  "the vendor's Greeks: most contracts of a real chain agree, some differ in delta and some in gamma (needs ../shared/data)",
  () => {
    const { suite } = suiteAt(NERVOUS, AT);
    const found = figuresOf(suite, 'vendor-greeks-check', AT);
    expect(found.get('compared')).toBeGreaterThan(15_000);
    expect(found.get('agreeing')).toBeGreaterThan(0.9);
    expect(found.get('differing') as number).toBeGreaterThan(20);
    const reasons = suite.vendorGreeks.check?.reasons ?? {};
    process.stdout.write(`SPX 2022-03-23: vendor check ${JSON.stringify(reasons)}\n`);
    expect(reasons['delta-differs']).toBeGreaterThan(0);
    expect(reasons['gamma-differs']).toBeGreaterThan(0);
  },
);
