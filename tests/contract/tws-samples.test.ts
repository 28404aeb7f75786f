import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  closeRawClients,
  depthOf,
  historyOf,
  marketData,
  OPTION,
  type RawClient,
  STOCK,
  startedClient,
  tickByTick,
} from './raw-client.ts';
import { startServer, stopEverything } from './tws-harness.ts';

afterEach(() => {
  closeRawClients();
  stopEverything();
});

const SAMPLES = join(import.meta.dir, '../../../shared/data/tws/rust-ibapi-test-wire-strings.jsonl');

interface Sample {
  readonly tag: string;
  readonly source_file: string;
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * One message per kind that rust-ibapi's tests hold, whole and for stocks, with a server version those tests assume: where,
 * which, and how many fields of it are rows of a list (they repeat, so only the first row is compared).
 */
const KINDS: readonly (readonly [
  name: string,
  version: number,
  tag: string,
  file: string,
  line: number,
  rows?: { readonly from: number; readonly width: number },
])[] = [
  ['tick price', 173, 'v2.0.0', 'src/client/common.rs', 772],
  ['tick size', 173, 'v2.0.0', 'src/client/common.rs', 775],
  ['tick string', 173, 'v2.0.0', 'src/client/common.rs', 790],
  ['option computation', 173, 'v1.2.2', 'src/contracts/tests.rs', 586],
  ['order status', 173, 'v1.2.2', 'src/transport/connection/tests.rs', 213],
  ['open order', 173, 'v1.2.2', 'src/transport/connection/tests.rs', 212],
  ['open order of an older server', 162, 'v1.0.0', 'src/orders/tests.rs', 17],
  ['execution', 173, 'v1.2.2', 'src/transport/connection/tests.rs', 214],
  ['commission', 173, 'v1.0.0', 'src/orders/tests.rs', 23],
  ['portfolio value', 173, 'v2.0.0', 'src/accounts/common/stream_decoders.rs', 410],
  ['depth of one venue', 145, 'v2.0.0', 'src/client/common.rs', 916],
  ['depth of SMART', 173, 'v1.0.0', 'src/market_data/realtime/decoders/tests.rs', 183],
  ['historical data', 173, 'v1.2.2', 'src/market_data/historical/tests.rs', 0, { from: 5, width: 8 }],
  ['real-time bar', 173, 'v2.0.0', 'src/client/common.rs', 812],
  ['position', 173, 'v1.0.0', 'src/accounts/decoders/tests.rs', 5],
  ['account summary', 173, 'v2.0.0', 'src/accounts/common/stream_decoders.rs', 150],
  ['position of a model', 173, 'v2.0.0', 'src/accounts/common/stream_decoders.rs', 334],
  ['family codes', 173, 'v1.0.0', 'src/accounts/decoders/tests.rs', 63],
  ['depth exchanges', 173, 'v2.0.0', 'src/client/common.rs', 939, { from: 2, width: 5 }],
  ['head timestamp', 173, 'v1.0.0', 'src/market_data/historical/decoders/tests.rs', 0],
  ['histogram', 173, 'v2.0.0', 'src/client/common.rs', 0, { from: 3, width: 2 }],
  ['market rule', 173, 'v1.0.0', 'src/testdata/responses.rs', 16],
  ['profit and loss', 173, 'v2.0.0', 'src/accounts/common/stream_decoders.rs', 0],
  ['profit and loss of a position', 173, 'v2.0.0', 'src/accounts/common/stream_decoders.rs', 0],
  ['historical trades', 173, 'v2.0.0', 'src/client/common.rs', 0, { from: 3, width: 6 }],
  ['tick by tick', 173, 'v2.0.0', 'src/client/common.rs', 0],
  ['completed order', 173, 'v2.0.0', 'src/orders/sync.rs', 692],
];

/** Message numbers of the kinds above, where a line does not say which message is meant. */
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ 'tick price': 1, 'tick size': 2, 'tick string': 46, 'option computation': 21, 'order status': 3 },
  ...{ 'open order': 5, 'open order of an older server': 5, execution: 11, commission: 59, 'portfolio value': 7 },
  ...{ 'depth of one venue': 12, 'depth of SMART': 13, 'historical data': 17, 'real-time bar': 50, position: 61 },
  ...{ 'account summary': 63, 'position of a model': 71, 'family codes': 78, 'depth exchanges': 80 },
  ...{ 'head timestamp': 88, histogram: 89, 'market rule': 93, 'profit and loss': 94 },
  ...{ 'profit and loss of a position': 95, 'historical trades': 98, 'tick by tick': 99, 'completed order': 101 },
};

const samples = (): readonly Sample[] =>
  readFileSync(SAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Sample);

const sampleOf = (number: number, tag: string, file: string, line: number): readonly string[] => {
  const found = samples().find(
    (sample) =>
      sample.tag === tag &&
      sample.source_file === file &&
      (line === 0 || sample.line === line) &&
      sample.fields[0] === String(number),
  );
  if (!found) throw new Error(`no sample of ${number} at ${tag} ${file}:${line}`);
  return found.fields;
};

/** Every kind of message, as a client of this version is sent it. */
const heardAt = async (version: number): Promise<RawClient> => {
  const { server, market } = await startServer({ limits: { requestsPerSecond: 1e6 } });
  market.books.set('AMZN', { bids: [{ price: 100, size: 500, venue: 'ARCA' }], asks: [] });
  const client = await startedClient(server.port, version);
  client.send(...marketData(1, STOCK));
  client.send(...marketData(2, OPTION));
  const smart = version >= 146;
  client.send(...(smart ? depthOf(3, STOCK) : [10, 5, 3, ...STOCK.toSpliced(8, 1), 5, '']));
  client.send(...historyOf(4, STOCK));
  client.send(50, 3, 5, ...STOCK, 5, 'TRADES', 1, '');
  client.send(...tickByTick(6, STOCK, 'AllLast'));
  const order = placeOrderAt(version);
  client.send(...order(1, 101));
  client.send(...order(2, 50));
  await client.settle();
  client.send(6, 2, 1, '');
  client.send(61, 1);
  client.send(62, 1, 7, 'All', 'NetLiquidation');
  client.send(74, 1, 8, '', '');
  for (const request of [[80], [82], [91, 26], [99, 0]]) client.send(...request);
  client.send(87, 9, ...STOCK, 0, 1, 'TRADES', 2);
  client.send(88, 10, ...STOCK, 1, '3 days');
  client.send(92, 11, '', '');
  client.send(94, 12, '', '', 3691937);
  market.emit({ kind: 'trade', symbol: 'AMZN', at: market.at, price: 100, size: 1, venue: 'ARCA' });
  client.send(96, 13, ...STOCK, 0, '', '20220323 12:00:00', 5, 'TRADES', 1, 0, '');
  market.advance(5_000);
  await client.until('a bar', () => client.of(50).length > 0);
  await client.settle();
  return client;
};

/** placeOrder of a stock at a version from 145 to 173: as IBKR's client writes it, unset fields empty. */
const placeOrderAt = (version: number) => (orderId: number, limit: number) => {
  const late = [
    [138, 2],
    [139, 2],
    [141, 1],
    [145, 1],
    [148, 1],
    [151, 1],
    [158, 1],
    [160, 1],
    [162, 1],
    [166, 1],
    [169, 1],
  ];
  const count = late.reduce((sum, [gate = 0, fields = 0]) => sum + (version >= gate ? fields : 0), 0);
  const blank = (length: number) => Array.from({ length }, () => '');
  const head = version < 145 ? [3, 45, orderId] : [3, orderId];
  return [
    ...[...head, ...STOCK, '', '', 'BUY', 10, 'LMT', limit, '', 'DAY', '', '', 'O', 0, '', 1, 0, 0, 0, 0, 0, 0, 0],
    ...['', 0, '', '', '', '', '', '', '', 0, '', -1, 0, '', '', 0, '', '', 0, 0, ''],
    ...[0, '', '', '', '', '', 0, '', '', '', '', 0, ''],
    ...['', '', '', '', '', '', '', '', '', 0, '', '', 0, 0, '', '', 0, '', 0, 0, 0, 0],
    ...blank(7),
    ...blank(4), // extOperator, soft dollar tier, cashQty
    ...blank(count),
  ];
};

/** Empty, a number or a word: what must agree where both say something. */
const kindOf = (field: string): 'empty' | 'number' | 'word' =>
  field === '' ? 'empty' : /^-?(\d+\.?\d*|\.\d+)(e\d+)?$/i.test(field) ? 'number' : 'word';

describe('against the wire strings of rust-ibapi', () => {
  const here = test.skipIf(!existsSync(SAMPLES));

  here(
    'each kind of message has as many fields as theirs, in their order',
    async () => {
      const clients = new Map<number, RawClient>();
      for (const version of [145, 162, 173]) clients.set(version, await heardAt(version));
      const differing: unknown[] = [];
      for (const [name, version, tag, file, line, rows] of KINDS) {
        const number = NUMBERS[name] ?? 0;
        const theirs = [...sampleOf(number, tag, file, line)];
        const ours = clients.get(version)?.of(number).at(-1) ?? [];
        expect({ name, heard: ours.length > 0 }).toEqual({ name, heard: true });
        // A recorded string ends with its last NUL, which leaves an empty field behind.
        if (theirs.length === ours.length + 1 && theirs.at(-1) === '') theirs.pop();
        const [a, b] = rows ? [theirs, ours].map((fields) => fields.slice(0, rows.from + rows.width)) : [theirs, ours];
        if (a?.length !== b?.length) differing.push([name, 'fields', a?.length, b?.length]);
        for (const [i, field] of (a ?? []).entries()) {
          const own = b?.[i] ?? '';
          if (kindOf(field) === 'empty' || kindOf(own) === 'empty' || kindOf(field) === kindOf(own)) continue;
          differing.push([name, i, field, own]);
        }
      }
      expect(differing).toEqual([]);
    },
    30_000,
  );
});
