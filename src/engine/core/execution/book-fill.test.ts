import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createRandom } from '../../testing/random.ts';
import { optionOf } from '../../testing/world.ts';
import type { BrokerReport } from '../inputs.ts';
import type { SignalEvent } from '../signal.ts';
import type { ClientOrderId, SignalId, UsdMicros } from '../types.ts';
import { instant } from '../types.ts';
import { applyOutput } from './apply-output.ts';
import { applyReport } from './apply-report.ts';
import { splitExecutionId } from './book-fill.ts';
import { averagePrice, realisedMicros } from './position.ts';
import { createTrading, type Trading } from './trade.ts';

const SEED = Number(process.env['SEED'] ?? 6);
const AT = instant(1_787_238_000_000);
const CONTRACT = optionOf('C', 600);

const tradingWithOrders = (): Trading => {
  const trading = createTrading();
  const signal = { signalId: 's1', version: 1, change: 'new', contract: CONTRACT } as unknown as SignalEvent;
  applyOutput(trading, { kind: 'signal.told', signal }, AT);
  for (const [id, side, purpose] of [
    ['E', 'BUY', 'entry'],
    ['S', 'SELL', 'protective-stop'],
  ] as const) {
    applyOutput(
      trading,
      {
        kind: 'order.place',
        ticket: {
          clientOrderId: id as ClientOrderId,
          signalId: 's1' as SignalId,
          purpose,
          contract: CONTRACT,
          side,
          type: side === 'BUY' ? 'LMT' : 'STP',
          quantity: 6,
          limitPrice: 2,
          stopPrice: 1.7,
          ocaGroup: null,
          timeInForce: 'DAY',
        },
      },
      AT,
    );
  }
  return trading;
};

const execution = (executionId: string, order: 'E' | 'S', quantity: number, price: number): BrokerReport => ({
  kind: 'executed',
  execution: {
    executionId,
    clientOrderId: order as ClientOrderId,
    brokerOrderId: 1,
    permId: order === 'E' ? 11 : 12,
    contractId: CONTRACT.id,
    side: order === 'E' ? 'BUY' : 'SELL',
    quantity,
    price,
    at: AT,
  },
});
const commission = (executionId: string, dollars: number): BrokerReport => ({
  kind: 'commission',
  executionId,
  commission: Math.round(dollars * 1e6) as UsdMicros,
});
const status = (order: 'E' | 'S', text: 'Submitted' | 'Filled' | 'Cancelled', filled: number): BrokerReport => ({
  kind: 'order-status',
  order: {
    clientOrderId: order as ClientOrderId,
    brokerOrderId: 1,
    permId: order === 'E' ? 11 : 12,
    contractId: CONTRACT.id,
    side: order === 'E' ? 'BUY' : 'SELL',
    orderType: 'LMT',
    quantity: 6,
    limitPrice: 2,
    stopPrice: null,
    status: text,
  },
  filled,
  remaining: 6 - filled,
});

/** Bought 2 at 2.00 and 4 at 1.99 (first told as 3 at 1.98, then corrected); sold 5 at 2.10. */
const STORY: readonly BrokerReport[] = [
  status('E', 'Submitted', 0),
  execution('00a.1.01', 'E', 2, 2),
  commission('00a.1.01', 1.3),
  execution('00a.2.01', 'E', 3, 1.98),
  execution('00a.2.02', 'E', 4, 1.99),
  commission('00a.2.01', 1.95),
  commission('00a.2.02', 2.6),
  status('E', 'Filled', 6),
  status('S', 'Submitted', 0),
  execution('00a.3.01', 'S', 5, 2.1),
  commission('00a.3.01', 3.25),
  status('S', 'Cancelled', 5),
];

const outcome = (reports: readonly BrokerReport[]) => {
  const trading = tradingWithOrders();
  for (const report of reports) applyReport(trading, report, AT, []);
  const position = trading.trades.get('s1' as SignalId)?.position;
  if (!position) throw new Error('no trade');
  return { ...position, average: averagePrice(position, 100), realised: realisedMicros(position) };
};

describe('executions', () => {
  test('add up to the position computed by hand', () => {
    const { quantity, bought, average, realised, commissionMicros } = outcome(STORY);
    expect({ quantity, bought, commissionMicros }).toEqual({ quantity: 1, bought: 6, commissionMicros: 7_150_000 });
    expect(average).toBeCloseTo((2 * 2 + 4 * 1.99) / 6, 12);
    // 5 × 210.00 - 5/6 of 1,196.00 - 7.15
    expect(realised).toBe(1_050_000_000 - Math.round((1_196_000_000 * 5) / 6) - 7_150_000);
  });

  test('of somebody else are booked as far as they reduce what we hold, long or short, and no further', () => {
    const byHand = (executionId: string, side: 'BUY' | 'SELL', quantity: number): BrokerReport => {
      const report = execution(executionId, 'S', quantity, 2);
      if (report.kind !== 'executed') throw new Error('not an execution');
      return { ...report, execution: { ...report.execution, clientOrderId: null, permId: 0, side } };
    };
    const quantityAfter = (...reports: BrokerReport[]): number => outcome([...STORY, ...reports]).quantity;
    expect(quantityAfter(byHand('h.1.01', 'SELL', 1))).toBe(0);
    expect(quantityAfter(byHand('h.1.01', 'BUY', 1))).toBe(1);
    expect(quantityAfter(byHand('h.1.01', 'SELL', 1), execution('00a.4.01', 'S', 1, 2))).toBe(-1);
    expect(
      quantityAfter(byHand('h.1.01', 'SELL', 1), execution('00a.4.01', 'S', 1, 2), byHand('h.2.01', 'BUY', 1)),
    ).toBe(0);
  });

  test(`shuffled and repeated with their commissions and statuses, give the same position and cash (seed ${SEED})`, () => {
    const straight = outcome(STORY);
    expect(straight.quantity).not.toBe(0);
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 3 }), (seed, times) => {
        const repeated = Array.from({ length: times }, () => STORY).flat();
        expect(outcome(createRandom(seed).shuffle(repeated))).toEqual(straight);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('are corrections of one another when their ids differ only after the last dot', () => {
    expect(splitExecutionId('00025b46.63f8f39c.01.02')).toEqual({ base: '00025b46.63f8f39c.01', revision: '02' });
    expect(splitExecutionId('plain')).toEqual({ base: 'plain', revision: '' });
  });

  test('under a reference of ours but of another contract are not booked on it', () => {
    const trading = tradingWithOrders();
    const foreign = execution('x.01', 'E', 2, 2) as BrokerReport & { kind: 'executed' };
    const notes: { name: string; facts: object }[] = [];
    const other = { ...foreign.execution, contractId: optionOf('P', 600).id };
    applyReport(trading, { kind: 'executed', execution: other }, AT, notes as never);
    expect(trading.trades.get('s1' as SignalId)?.position.quantity).toBe(0);
    expect(notes.map(({ name }) => name)).toEqual(['foreign-execution']);
  });
});
