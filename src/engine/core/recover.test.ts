import { describe, expect, test } from 'bun:test';
import { createWorld, goLive, optionOf, quoteOption, rally, report, restart } from '../testing/world.ts';
import { brokerNumbersOf, recover } from './recover.ts';

describe('recovery', () => {
  test('of an empty ledger is an engine that holds nothing', () => {
    const recovered = recover([]);
    expect(recovered.trades).toEqual([]);
    expect(recovered.kill.engaged).toBe(false);
  });

  test('reads only what follows the last start of a run', () => {
    const world = createWorld();
    goLive(world);
    rally(world);
    quoteOption(world, optionOf('C', 600), 1.98, 2);
    restart(world);
    const lastStart = world.ledger.findLastIndex(({ kind }) => kind === 'run.started');
    expect(lastStart).toBeGreaterThan(0);
    const tail = recover(world.ledger.slice(lastStart));
    expect(tail).toEqual(recover(world.ledger));
    expect(tail.trades[0]?.orders[0]?.state).toBe('unknown');
  });

  test("knows the broker's numbers of its orders", () => {
    const world = createWorld();
    goLive(world);
    rally(world);
    const placed = quoteOption(world, optionOf('C', 600), 1.98, 2).find(({ kind }) => kind === 'order.place');
    if (placed?.kind !== 'order.place') throw new Error('no entry was placed');
    const { clientOrderId } = placed.ticket;
    report(world, { kind: 'order-sent', clientOrderId, brokerOrderId: 77 });
    expect(brokerNumbersOf(recover(world.ledger)).get(clientOrderId)).toBe(77);
  });

  test('keeps the pause after a signal', () => {
    const world = createWorld();
    goLive(world);
    rally(world);
    quoteOption(world, optionOf('C', 600), 1.98, 2);
    const before = world.state.symbols.get('SPY')?.quietUntil;
    restart(world);
    expect(before).toBeGreaterThan(world.at);
    expect(world.state.symbols.get('SPY')?.quietUntil).toBe(before as number);
  });

  test('refuses a snapshot of another version', () => {
    const started = { runId: 'r', seq: 0, at: 0 as never, kind: 'run.started' as const };
    expect(() => recover([{ ...started, body: { recovered: { version: 2, trades: [] } } }])).toThrow(
      'version 2, expected 1',
    );
  });
});
