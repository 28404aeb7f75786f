import { describe, expect, test } from 'bun:test';
import type { MarketInput } from '../../../core/inputs.ts';
import type { Underlying } from '../contracts.ts';
import { Books } from './books.ts';
import type { MarketLines } from './lines.ts';
import { type Stream, streamOf } from './stream.ts';

const SPY: Underlying = { symbol: 'SPY', kind: 'stock', exchange: 'SMART', depth: true, trades: true, options: true };

const desk = () => {
  let now = 0;
  const inputs: MarketInput[] = [];
  const refused: string[] = [];
  const renewed: number[] = [];
  const stream: Stream = streamOf('depth', SPY);
  const lines = {
    spoil: () => {},
    renew: (one: Stream) => {
      renewed.push(now);
      books.restarted(one);
    },
  } as unknown as MarketLines;
  const health = { refuse: (_feed: string, reason: string) => refused.push(reason) } as never;
  const books: Books = new Books(
    { emit: (input) => inputs.push(structuredClone(input)), health, now: () => now },
    lines,
  );
  const row = (operation: number, side: number, level: number, price: number, size = 100, venue = 'ARCA'): void =>
    books.row(stream, level, operation, side, price, size, venue);
  const wait = (ms: number): void => {
    now += ms;
    books.beat();
  };
  return { books, stream, inputs, refused, renewed, row, wait };
};

describe('rows of a book', () => {
  test('go on as they come while they can be a market’s', () => {
    const { inputs, renewed, row } = desk();
    row(0, 1, 0, 100);
    row(0, 1, 1, 99.99);
    row(0, 1, 1, 100, 200, 'BATS');
    row(0, 0, 0, 100.01);
    expect(inputs.map(({ kind }) => kind)).toEqual(Array(4).fill('depth.seen'));
    expect(renewed).toEqual([]);
  });

  test.each([
    [
      'a change of a row that is not there',
      [
        [0, 1, 0, 100],
        [1, 1, 3, 99],
      ],
    ],
    ['a row without a price', [[0, 1, 0, 0]]],
  ] as const)('%s: nothing of that book is told, and it is asked for anew', (_, rows) => {
    const { inputs, renewed, refused, row } = desk();
    for (const [operation, side, level, price] of rows) row(operation, side, level, price);
    expect(inputs.at(-1)).toEqual({ kind: 'depth.reset', symbol: 'SPY' });
    expect(renewed).toEqual([0]);
    expect(refused).toHaveLength(1);
  });

  test.each([
    ['an insert that was sent twice', 100],
    ['rows that came out of turn', 100.01],
  ])('%s: a book that stays so is emptied and asked for anew, one that moves row by row is not', (_, price) => {
    const { inputs, renewed, row, wait } = desk();
    row(0, 1, 0, 100);
    row(0, 1, 1, price);
    wait(900);
    expect(renewed).toEqual([]);
    row(1, 1, 1, 99.99);
    wait(900);
    expect(renewed).toEqual([]);
    row(1, 1, 1, price);
    wait(1_100);
    expect(renewed).toHaveLength(1);
    expect(inputs.at(-1)?.kind).toBe('depth.reset');
  });

  test('a book that keeps going wrong is asked for ever more rarely', () => {
    const { renewed, row, wait } = desk();
    for (let i = 0; i < 600; i++) {
      row(1, 1, 5, 99);
      wait(100);
    }
    expect(renewed.length).toBeGreaterThan(2);
    expect(renewed.length).toBeLessThan(8);
  });

  test('a book that stays crossed is no book', () => {
    const { inputs, renewed, row, wait } = desk();
    row(0, 1, 0, 100);
    row(0, 0, 0, 99.99);
    wait(2_900);
    expect(renewed).toEqual([]);
    wait(200);
    expect(renewed).toHaveLength(1);
    expect(inputs.at(-1)?.kind).toBe('depth.reset');
  });

  test('rows of a book that was emptied for another reason are not told, and it is asked for anew', () => {
    const { books, stream, inputs, renewed, row } = desk();
    row(0, 1, 0, 100);
    books.emptied(stream);
    row(0, 1, 1, 99);
    expect(inputs).toHaveLength(1);
    expect(renewed).toHaveLength(1);
    row(0, 1, 0, 100);
    expect(inputs).toHaveLength(2);
  });
});
