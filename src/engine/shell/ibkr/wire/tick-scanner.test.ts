import { describe, expect, test } from 'bun:test';
import { EventName, IBApi } from '@stoqey/ib';
import fc from 'fast-check';
import { TickScanner, type TickSink } from './tick-scanner.ts';

const SEED = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

type Told = readonly [name: string, ...figures: (number | string)[]];

const recorder = () => {
  const told: Told[] = [];
  const refused: string[] = [];
  const sink: TickSink = {
    price: (...args) => void told.push(['price', ...args]),
    size: (...args) => void told.push(['size', ...args]),
    trade: (...args) => void told.push(['trade', ...args]),
    bidAsk: (...args) => void told.push(['bidAsk', ...args]),
    depth: (...args) => void told.push(['depth', ...args]),
    volume: (...args) => void told.push(['volume', ...args]),
    unreadable: (message, id, bytes) => void refused.push(`${message} ${id} ${Buffer.from(bytes).toString()}`),
  };
  return { told, refused, scanner: new TickScanner(sink) };
};

const scan = (...fields: readonly (string | number)[]) => {
  const { told, refused, scanner } = recorder();
  // Within a larger read, as on a socket.
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const read = Buffer.concat([Buffer.from('9\0'), body, Buffer.from('1\0\0')]);
  return { ours: scanner.scan(read, 2, 2 + body.length), told, refused };
};

/** The library's own decoder on the same bytes, told in the scanner's words. */
const createLibrary = () => {
  const api = new IBApi({});
  const { controller } = api as unknown as {
    controller: {
      socket: { _serverVersion: number };
      onMessage: (tokens: string[]) => void;
      processIngressQueue: () => void;
    };
  };
  controller.socket._serverVersion = 193;
  let told: Told[] = [];
  const none = (value: number | undefined): number => value ?? Number.NaN;
  api.on(EventName.error, (error) => {
    throw error;
  });
  api.on(
    EventName.tickPrice,
    (id: number, type: number, price?: number) => void told.push(['price', id, type, none(price)]),
  );
  api.on(
    EventName.tickSize,
    (id: number, type?: number, size?: number) => void told.push(['size', id, none(type), none(size)]),
  );
  api.on(
    EventName.tickByTickAllLast,
    (id: number, _type: number, time: string, price: number, size: number, _mask: unknown, venue: string) =>
      void told.push(['trade', id, Number(time), none(price), none(size), venue]),
  );
  api.on(EventName.tickByTickBidAsk, ((
    id: number,
    _time: string,
    bid: number,
    ask: number,
    bidSize: number,
    askSize: number,
  ) => {
    told.push(['bidAsk', id, none(bid), none(ask), none(bidSize), none(askSize)]);
  }) as never);
  api.on(
    EventName.updateMktDepthL2,
    (id: number, level: number, venue: string, operation: number, side: number, price: number, size: number) =>
      void told.push(['depth', id, level, operation, side, none(price), none(size), venue]),
  );
  api.on(
    EventName.updateMktDepth,
    (id: number, level: number, operation: number, side: number, price: number, size: number) =>
      void told.push(['depth', id, level, operation, side, none(price), none(size), '']),
  );
  return (fields: readonly (string | number)[]): Told[] => {
    told = [];
    controller.onMessage(fields.map(String));
    controller.processIngressQueue();
    return told;
  };
};

/** Nobody quotes 0: the library's 0 for an empty price and its undefined for the largest double both say "none". */
const PRICES: Readonly<Record<string, readonly number[]>> = { price: [2], trade: [2], depth: [4], bidAsk: [1, 2] };
const withoutNone = (told: readonly Told[]): Told[] =>
  told.map(([name, ...figures]) => [
    name,
    ...figures.map((figure, i) => (PRICES[name]?.includes(i) && figure === 0 ? Number.NaN : figure)),
  ]);

/** The library tells the size of a price as a tick of its own. */
const inLibraryWords = (told: readonly Told[]): Told[] =>
  told.flatMap(([name, ...figures]): Told[] => {
    if (name !== 'price') return [[name, ...figures]];
    const sizeType = ({ 1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71 } as Record<number, number>)[figures[1] as number];
    const price: Told = ['price', ...figures.slice(0, 3)];
    // It takes tick type 0, a bid's size, for no type at all.
    return sizeType ? [price, ['size', figures[0] ?? 0, sizeType, figures[3] ?? 0]] : [price];
  });

const id = fc.integer({ min: 1, max: 2_000_000_000 });
const price = fc.oneof(
  fc.integer({ min: 1, max: 99_999_999 }).map((cents) => String(cents / 100)),
  fc.double({ min: 1e-9, max: 1e9, noNaN: true }).map(String),
  fc.constantFrom('-1', '-1.0', '0', '0.0', '4479.0898', '1E-4', '1.7976931348623157E308', '', '123456789012345678.25'),
);
const size = fc.oneof(
  fc.nat(1_000_000).map(String),
  fc.nat(99_999).map((tenths) => String(tenths / 10)),
  fc.constantFrom('0', '', '100.0000'),
);
const venue = fc.constantFrom('ARCA', 'NASDAQ', 'DRCTEDGE', 'BATS', 'IEX', '', 'NASDAQ.NMS', 'ÖSE');
const message: fc.Arbitrary<readonly (string | number)[]> = fc.oneof(
  fc.tuple(fc.constant(1), fc.constant(6), id, fc.constantFrom(1, 2, 4, 6, 9, 35, 66, 68), price, size, fc.nat(7)),
  fc.tuple(fc.constant(2), fc.constant(6), id, fc.constantFrom(0, 3, 5, 8, 34, 36, 61), size),
  fc.tuple(
    fc.constant(13),
    fc.constant(1),
    id,
    fc.nat(30),
    venue,
    fc.nat(2),
    fc.nat(1),
    price,
    size,
    fc.constantFrom(0, 1),
  ),
  fc.tuple(fc.constant(12), fc.constant(1), id, fc.nat(30), fc.nat(2), fc.nat(1), price, size),
  fc.tuple(
    fc.constant(99),
    id,
    fc.constantFrom(1, 2),
    fc.integer({ min: 1, max: 2_000_000_000 }),
    price,
    size,
    fc.nat(3),
    venue,
    fc.constantFrom('', ' T', 'I'),
  ),
  fc.tuple(fc.constant(99), id, fc.constant(3), fc.nat(2_000_000_000), price, price, size, size, fc.nat(3)),
);

describe('the scanner of hot messages', () => {
  test(`reads the very numbers and words that the library reads from the same bytes (seed ${SEED})`, () => {
    const library = createLibrary();
    fc.assert(
      fc.property(message, (fields) => {
        const { ours, told, refused } = scan(...fields);
        expect(ours).toBe(true);
        expect(refused).toEqual([]);
        expect(withoutNone(inLibraryWords(told))).toEqual(withoutNone(library(fields)));
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });

  test.each([
    ['a price that is none', [1, 6, 7, 1, 'x1.2.3', 100, 1], 'quote 7'],
    ['a second point', [1, 6, 7, 1, '1.2.3', 100, 1], 'quote 7'],
    ['a sign alone', [1, 6, 7, 1, '-', 100, 1], 'quote 7'],
    ['an infinite price', [1, 6, 7, 1, 'Infinity', 100, 1], 'quote 7'],
    ['a field too few', [1, 6, 7, 1, 1.5, 100], 'quote 7'],
    ['a field too many', [1, 6, 7, 1, 1.5, 100, 1, 1], 'quote 7'],
    ['a request number that is none', [1, 6, 'seven', 1, 1.5, 100, 1], 'quote'],
    ['a size that is none', [2, 6, 7, 0, '12o'], 'quote 7'],
    ['a size with a comma, which a garbled point looks like', [2, 6, 7, 0, '1,200'], 'quote 7'],
    ['a stamp that is none', [99, 7, 1, 'today', 1.5, 100, 0, 'ARCA', ''], 'trade 7'],
    ['a print cut short', [99, 7, 1, 1_700_000_000, 1.5], 'trade 7'],
    ['a row cut short', [13, 1, 7, 0, 'ARCA', 0, 1, 10.5], 'depth 7'],
  ])('refuses %s whole, and keeps the bytes', (_name, fields, refusal) => {
    const { ours, told, refused } = scan(...fields);
    expect(ours).toBe(true);
    expect(told).toEqual([]);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toStartWith(refusal);
    expect(refused[0]).toContain(`${fields.at(-1)}`);
  });

  test('a frame without its last NUL is refused, and bytes after the frame are not read', () => {
    const { told, refused, scanner } = recorder();
    const bytes = Buffer.from('2\x006\x007\x000\x0015\x0099\0');
    expect(scanner.scan(bytes, 0, bytes.length - 4)).toBe(true);
    expect(told).toEqual([]);
    expect(refused).toHaveLength(1);
  });

  test('leaves to the library what is not hot', () => {
    for (const number of [3, 4, 5, 9, 11, 15, 17, 21, 45, 50, 58, 61, 100, 110, 130, 1_000, 460])
      expect(scan(number, 1, 2, 3).ours).toBe(false);
    expect(scan(99, 7, 4, 1_700_000_000, 1.5).ours).toBe(false);
    expect(scan('').ours).toBe(false);
  });
});
