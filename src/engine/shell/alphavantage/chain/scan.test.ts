import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { instant } from '../../../core/types.ts';
import { plainOptionsChain } from '../../../testing/plain-chain.ts';
import { JsonReader } from '../json/reader.ts';
import { JsonTree } from '../json/tree.ts';
import { ChainScan } from './scan.ts';

const AT = instant(1_700_000_000_000);
const SEED = Number(process.env['SCAN_SEED'] ?? 20261125);
const encoder = new TextEncoder();

/** `bytes` in pieces that end where the cuts say. */
const piecesOf = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.slice(i === 0 ? 0 : ends[i - 1], end));
};
const scanned = (pieces: readonly Uint8Array[]) => {
  const scan = new ChainScan('SPY');
  for (const piece of pieces) scan.push(piece);
  return scan.finish(AT);
};
/** What is compared: everything of a chain, and of a refusal its kind. */
const told = (answer: ReturnType<typeof scanned>) => {
  if (!answer.ok) return { ok: false, kind: answer.kind };
  const cells = Object.entries(answer.chain).map(([name, value]: [string, unknown]) => [
    name,
    // `toEqual` finds columns that hold NaN different from themselves.
    ArrayBuffer.isView(value) ? [value.constructor.name, ...(value as Float64Array)] : value,
  ]);
  return { ok: true, unknownFields: answer.unknownFields, cells: Object.fromEntries(cells) as unknown };
};

const figureValue = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: -2, max: 2000, noNaN: true }).map((value) => value.toFixed(5)) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 100_000 }).map(String) },
  { weight: 2, arbitrary: fc.double({ noNaN: true }).map(String) },
  fc.constantFrom(
    'None',
    '-',
    '.',
    '',
    'null',
    ' 1.5 ',
    '+3',
    '.5',
    '5.',
    '1e-7',
    '1e999',
    '-0.00000',
    '12,5',
    '0',
    'é',
  ),
  fc.constantFrom('0.1234567890123456789', '9007199254740993', '123456789012345678901234567890.5', '4.35', '1.005'),
  fc.constantFrom<unknown>(null, true, 1.25, -3, 1e21, [], {}, [{ bid: '1' }], { gamma: '2' }),
);
const contract = fc.constantFrom(
  ['SPY240315C00500000', '2024-03-15', '500.00', 'call'],
  ['SPY240315C00490000', '2024-03-15', '490.00', 'call'],
  ['SPY240315P00490000', '2024-03-15', '490.00', 'put'],
  ['SPY270115P00490000', '2027-01-15', '490', 'put'],
  ['SPY240322P00490125', '2024-03-22', '490.125', 'put'],
  ['SPY240315P00480500', '2024-03-15', '480.50', 'put'],
  ['SPY240328C00500000', '2024-03-28', '500', 'call'],
  ['SPXW240328C05000000', '2024-03-28', '5000.00', 'call'],
  ['SPY   240328C00510000', '2024-03-28', '510.0', 'call'],
  ['SPY240230C00500000', '2024-02-30', '500.00', 'call'],
  ['SPY241315C00500000', '2024-13-15', '500.00', 'call'],
  ['QQQ240315C00500000', '2024-03-15', '500.00', 'call'],
  ['spy240315C00500000', '2024-03-15', '500.00', 'call'],
  ['SPY240315X00500000', '2024-03-15', '500.00', 'call'],
  ['1PY240315C00001500', '2024-03-15', '1.5', 'call'],
  ['SPY240315C00500001', '2024-03-15', '500.001', 'call'],
);
const FIGURES =
  'last mark bid bid_size ask ask_size volume open_interest implied_volatility delta gamma theta vega rho';
type Pair = readonly [string, unknown];
const row = fc
  .record({
    contract,
    symbol: fc.constantFrom<unknown>('SPY', 'SPY', 'SPY', 'QQQ', null),
    figures: fc.array(figureValue, { minLength: 14, maxLength: 14 }),
    wrong: fc.option(
      fc.constantFrom<Pair>(['type', 'Call'], ['expiration', '2024-3-15'], ['strike', 500], ['type', 1]),
      {
        freq: 8,
      },
    ),
    // Unknown names once a row: how often they come is counted, which `JSON.parse` cannot tell.
    more: fc.uniqueArray(
      fc.tuple(fc.constantFrom('novel', 'gamma', '__proto__', 'bid\u0000', 'contractID', 'ünbekannt'), figureValue),
      { maxLength: 2, selector: ([name]) => name },
    ),
    left: fc.option(fc.constantFrom('gamma', 'bid', 'type', 'strike', 'contractID', 'vega'), { freq: 1 }),
    order: fc.integer(),
  })
  .map(({ contract: [id, expiration, strike, type], symbol, figures, wrong, more, left, order }) => {
    const pairs: Pair[] = [
      ['contractID', id],
      ['symbol', symbol],
      ['expiration', expiration],
      ['strike', strike],
      ['type', type],
      ...FIGURES.split(' ').map((name, i): Pair => [name, figures[i]]),
      ...more,
      ...(wrong ? [wrong] : []),
    ];
    const kept = pairs.filter(([name]) => name !== left);
    return order % 3 === 0 ? kept.reverse() : kept;
  });

/** Duplicate keys survive: objects are lists of pairs here. */
const textOf = (value: unknown, space: string): string => {
  if (Array.isArray(value)) return `[${space}${value.map((item) => textOf(item, space)).join(`,${space}`)}${space}]`;
  if (value instanceof Pairs)
    return `{${value.pairs.map(([key, item]) => `${space}${JSON.stringify(key)}${space}:${textOf(item, space)}`).join(',')}${space}}`;
  return JSON.stringify(value);
};
class Pairs {
  readonly pairs: readonly Pair[];
  constructor(pairs: readonly Pair[]) {
    this.pairs = pairs;
  }
}
/** The same texts with some characters as escapes. */
const escaped = (text: string, times: number): string =>
  times === 0
    ? text
    : text.replace(
        /"(bid|SPY|gamma|call|0\.)/g,
        (_, word: string) => `"\\u${word.charCodeAt(0).toString(16).padStart(4, '0')}${word.slice(1)}`,
      );

const document = fc
  .record({
    rows: fc.array(
      fc.oneof({ weight: 12, arbitrary: row }, { weight: 1, arbitrary: fc.constantFrom(null, 7, 'x', []) }),
      {
        minLength: 1,
        size: 'max',
        maxLength: 12,
      },
    ),
    around: fc.array(
      fc.tuple(
        fc.constantFrom('endpoint', 'endpoint', 'message', 'message', 'data', 'Note', 'Information', 'x', '__proto__'),
        fc.constantFrom<unknown>(
          'success',
          'success',
          'This is a premium endpoint.',
          1,
          null,
          [],
          new Pairs([['a', [1, [2]]]]),
        ),
      ),
      { maxLength: 1 },
    ),
    first: fc.boolean(),
    space: fc.constantFrom('', ' ', '\n    ', '\t\r\n'),
    escapes: fc.constantFrom(0, 0, 1),
    mark: fc.constantFrom('', '', '\uFEFF'),
  })
  .map(({ rows, around, first, space, escapes, mark }) => {
    const data: Pair = ['data', rows.map((item) => (Array.isArray(item) ? new Pairs(item as Pair[]) : item))];
    const pairs = first ? [...around, data] : [data, ...around];
    return mark + escaped(textOf(new Pairs(pairs), space), escapes);
  });

describe('a chain read piece by piece', () => {
  test(`is what JSON.parse and one row after the other make of it, wherever the pieces end (seed ${SEED})`, () => {
    let taken = 0;
    fc.assert(
      fc.property(document, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const bytes = encoder.encode(text);
        const expected = told(plainOptionsChain(bytes, 'SPY', AT));
        if (expected.ok) taken += 1;
        expect(told(scanned(piecesOf(bytes, cuts)))).toEqual(expected);
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test(`refuses damaged answers as JSON.parse does, with the same kind of refusal (seed ${SEED})`, () => {
    let refused = 0;
    const damage = fc.record({ at: fc.nat(), length: fc.nat({ max: 6 }), bytes: fc.uint8Array({ maxLength: 3 }) });
    fc.assert(
      fc.property(document, damage, fc.array(fc.nat(), { maxLength: 5 }), fc.boolean(), (text, wound, cuts, cutOff) => {
        const sound = encoder.encode(text);
        const at = wound.at % sound.length;
        const tail = cutOff ? new Uint8Array(0) : sound.slice(at + wound.length);
        const bytes = new Uint8Array([...sound.slice(0, at), ...wound.bytes, ...tail]);
        const expected = told(plainOptionsChain(bytes, 'SPY', AT));
        if (!expected.ok) refused += 1;
        expect(told(scanned(piecesOf(bytes, cuts)))).toEqual(expected);
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(250);
  });

  test('says where it breaks off, and knows the answers that hold nothing', () => {
    const kindOf = (text: string) => told(scanned([encoder.encode(text)]));
    expect(scanned([encoder.encode('{"data":[{"bid":"1')])).toMatchObject({
      message: 'the answer breaks off after 18 bytes',
    });
    for (const [text, kind] of [
      ['', 'not-json'],
      ['  \n', 'not-json'],
      ['<html>', 'not-json'],
      ['12', 'unexpected-shape'],
      ['"data"', 'unexpected-shape'],
      ['[]', 'unexpected-shape'],
      ['{"data":[]} x', 'truncated-json'],
      ['{"data":[01]}', 'truncated-json'],
      ['{"data":[1,]}', 'truncated-json'],
      ['{"data":[],}', 'truncated-json'],
    ] as const)
      expect([text, kindOf(text)]).toEqual([text, { ok: false, kind }]);
  });

  test('Greeks that are zero throughout are absent, not zero', () => {
    const pairs = (strike: number): Pair[] => [
      ['contractID', `SPY240315C00${strike}000`],
      ['expiration', '2024-03-15'],
      ['strike', strike],
      ['type', 'call'],
      ...FIGURES.split(' ').map((name): Pair => [name, /vol|delta|gamma|theta|vega|rho/.test(name) ? '0.00000' : '1']),
    ];
    const rows = Array.from({ length: 12 }, (_, i) => new Pairs(pairs(500 + i)));
    const answer = scanned([encoder.encode(textOf(new Pairs([['data', rows]]), ''))]);
    if (!answer.ok) throw new Error(answer.message);
    expect([answer.chain.delta[3], answer.chain.impliedVolatility[3], answer.chain.volume[3]]).toEqual([
      Number.NaN,
      Number.NaN,
      0,
    ]);
    expect(answer.chain.rejected).toEqual({ 'greeks-dropout': 12 });
  });
});

test(`a tree grown piece by piece is what JSON.parse makes (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.json(), fc.array(fc.nat(), { maxLength: 8 }), (text, cuts) => {
      const tree = new JsonTree();
      const reader = new JsonReader(tree);
      for (const piece of piecesOf(encoder.encode(text), cuts)) reader.push(piece);
      expect(reader.end()).toBeNull();
      expect(tree.root).toEqual(JSON.parse(text));
    }),
    { seed: SEED, numRuns: 400 },
  );
});
