import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '../../src/engine/core/types.ts';
import type { Listing } from '../../src/sandbox/tws/directory.ts';
import type { Execution, Order } from '../../src/sandbox/tws/exchange/types.ts';
import { commissionMessage, executionMessage, positionMessage } from '../../src/sandbox/tws/wire/account.ts';
import { FieldReader } from '../../src/sandbox/tws/wire/fields.ts';
import { completedOrderMessage, openOrderMessage, orderStatusMessage } from '../../src/sandbox/tws/wire/open-order.ts';
import { readPlaceOrder } from '../../src/sandbox/tws/wire/place-order.ts';
import { closeRawClients, frame, hello, rawClient, startedClient } from './raw-client.ts';
import { startServer, stopEverything } from './tws-harness.ts';

afterEach(() => {
  closeRawClients();
  stopEverything();
});

const started = async () => {
  const { server, market } = await startServer();
  return { server, market, ...(await startedClient(server.port, 193)) };
};

describe('raw frames', () => {
  test('the handshake is a version and a time, then accounts and the next id', async () => {
    const { messages } = await started();
    expect(messages[0]).toEqual(['193', '20220323 10:00:00 US/Eastern']);
    expect(messages.slice(1, 3)).toEqual([
      ['15', '1', 'DU1234567'],
      ['9', '1', '1'],
    ]);
  });

  test('bytes may come one by one', async () => {
    const { server } = await startServer();
    const { socket, messages, until } = await rawClient(server.port);
    for (const byte of Buffer.concat([hello('v100..193 +PACEAPI'), frame(71, 2, 4, '')])) {
      socket.write(Buffer.from([byte]));
      await Bun.sleep(1);
    }
    await until('next id', () => messages.some(([id]) => id === '9'));
  });

  test('a client of other versions, of another protocol or with an absurd length is cut off', async () => {
    const { server } = await startServer();
    for (const bytes of [
      hello('v201..213'),
      hello('v63..99'),
      Buffer.from('63\0'),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    ]) {
      const { socket, until, isClosed, messages } = await rawClient(server.port);
      socket.write(bytes);
      await until('the end', isClosed);
      expect(messages).toEqual([]);
    }
    const { socket, until, isClosed } = await started();
    socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff, 1]));
    await until('the end', isClosed);
  });

  test('garbage in a request is answered with 320 naming the field, an unknown number with 505; neither ends anything', async () => {
    const { socket, messages, until } = await started();
    const garbage = [frame('abc'), frame(1, 11, 'x'), frame(3, 1), frame(999, 1), frame(''), frame(3, 1, 'one', 'SPX')];
    for (const bytes of garbage) socket.write(bytes);
    socket.write(frame(49, 1));
    await until('the time', () => messages.some(([id]) => id === '49'));
    const errors = messages.filter(([id, , , code]) => id === '4' && (code === '320' || code === '505'));
    expect(errors.map(([, , , code]) => code)).toEqual(['320', '320', '320', '505', '505', '320']);
    expect(errors[1]?.[4]).toContain("requestId): expected a number, got 'x'");
    expect(errors[2]?.[4]).toContain('(conId) is missing');
  });

  test('fifty requests a second are answered for good, a flood is refused with 100', async () => {
    const { server } = await startServer();
    const { socket, messages, until } = await rawClient(server.port);
    socket.write(hello('v100..193'));
    socket.write(frame(71, 2, 4, ''));
    for (let i = 0; i < 120; i++) socket.write(frame(49, 1));
    await until('a refusal', () => messages.some(([id, , , code]) => id === '4' && code === '100'));
    const answered = messages.filter(([id]) => id === '49').length;
    expect(answered).toBeGreaterThanOrEqual(100);
    expect(answered).toBeLessThan(110);
  });

  test('random bytes in frames never stop the server', async () => {
    const { server } = await startServer({ limits: { requestsPerSecond: 1e6 } });
    let random = 7;
    console.log(`frame seed ${random}`);
    const next = (below: number) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    const { socket, messages, until } = await rawClient(server.port);
    socket.write(hello('v100..193'));
    socket.write(frame(71, 2, 4, ''));
    const ids = [1, 3, 4, 7, 9, 10, 20, 50, 58, 62, 78, 97];
    for (let i = 0; i < 500; i++) {
      const fields = Array.from(
        { length: next(30) },
        () => ['', '1', '-1', 'SPX', 'OPT', '1e309', 'NaN', 'ü', '5.5'][next(9)] ?? '',
      );
      socket.write(frame(ids[next(ids.length)] ?? 1, ...fields));
    }
    socket.write(frame(49, 1));
    await until('the time', () => messages.some(([id]) => id === '49'));
    expect(messages.filter(([id, , , code]) => id === '4' && code === '320').length).toBeGreaterThan(100);
  });

  test('a quote is tick price, size inside it, in the vendor’s field order', async () => {
    const { socket, messages, until } = await started();
    socket.write(frame(1, 11, 9001, 3691937, '', '', '', 0, '', '', 'SMART', '', '', '', '', 0, '', 0, 0, ''));
    await until('ask', () => messages.some(([id, , , type]) => id === '1' && type === '2'));
    expect(messages.filter(([id]) => id === '1')).toEqual([
      ['1', '6', '9001', '1', '100', '100', '1'],
      ['1', '6', '9001', '2', '101', '100', '1'],
      ['1', '6', '9001', '4', '100', '1', '1'],
      ['1', '6', '9001', '6', '104', '0', '0'],
      ['1', '6', '9001', '7', '99', '0', '0'],
      ['1', '6', '9001', '14', '100', '0', '0'],
    ]);
    expect(messages.find(([id]) => id === '58')).toEqual(['58', '1', '9001', '1']);
    expect(messages.find(([id]) => id === '81')).toEqual(['81', '9001', '0.01', 'AMZNBBO', '3']);
  });

  test('contract details stand where a recorded TWS put them, with the two fields that later versions added', async () => {
    const { socket, messages, until } = await started();
    socket.write(frame(9, 8, 9000, 0, 'AMZN', 'STK', '', 0, '', '', 'SMART', '', 'USD', '', '', 0, '', '', ''));
    await until('end', () => messages.some(([id]) => id === '52'));
    const details = messages.find(([id]) => id === '10') ?? [];
    const at = (index: number) => details[index];
    expect(details.slice(0, 9)).toEqual(['10', '9000', 'AMZN', 'STK', '', '', '0', '', 'SMART']);
    expect([at(9), at(10), at(13), at(14)]).toEqual(['USD', 'AMZN', '3691937', '0.01']);
    expect([at(20), at(21), at(26), at(31), at(32)]).toEqual(['AMZN test', 'ISLAND', 'US/Eastern', '0', '1']);
    expect(details.slice(35)).toEqual(['26,26', '', 'COMMON', '1', '1', '100', '0']);
  });
});

const SAMPLES = join(import.meta.dir, '../../../shared/data/tws/rust-ibapi-test-wire-strings.jsonl');

const tesla: Listing = {
  conId: 76792991,
  kind: 'STK',
  symbol: 'TSLA',
  instrument: {
    symbol: 'TSLA',
    kind: 'stock',
    name: 'TESLA INC',
    primaryExchange: 'NASDAQ',
    hasDepth: true,
    hasTrades: true,
    hasOptions: false,
    conId: 76792991,
  },
  option: null,
  multiplier: 1,
  currency: 'USD',
  localSymbol: 'TSLA',
  tradingClass: 'NMS',
};

const marketOrder: Order = {
  permId: 1376327563,
  orderId: 13,
  clientId: 100,
  conId: 76792991,
  exchange: 'SMART',
  terms: {
    action: 'BUY',
    totalQuantity: 100,
    orderType: 'MKT',
    limitPrice: null,
    auxPrice: null,
    timeInForce: 'DAY',
    ocaGroup: '',
    ocaType: 3,
    orderRef: '',
    transmit: true,
    parentId: 0,
    triggerMethod: 0,
    outsideRth: false,
    openClose: '',
    trailStopPrice: null,
    trailingPercent: null,
  },
  status: 'PreSubmitted',
  filled: 0,
  averageFillPrice: 0,
  lastFillPrice: 0,
  commission: 0,
  triggered: false,
  triggerHits: 0,
  trailStop: null,
  partQuantity: null,
  placedOn: '2023-02-24' as Order['placedOn'],
  enteredOpen: true,
  completedAt: null,
  completedStatus: '',
};

const execution: Execution = {
  execId: '00025b46.63f8f39c.01.01',
  at: instant(Date.UTC(2023, 1, 24, 17, 4, 56)),
  orderId: 13,
  clientId: 100,
  permId: 1376327563,
  conId: 76792991,
  exchange: 'ISLAND',
  side: 'BOT',
  shares: 100,
  price: 196.52,
  cumulativeQuantity: 100,
  averagePrice: 196.52,
  orderRef: '',
  commission: 1,
  realizedPnl: null,
};

const fieldsOf = (message: string): string[] => message.slice(0, -1).split('\0');
/** `0` and `0.0` are one number on this wire. */
const plain = (fields: readonly string[]) =>
  fields.map((field) => (field !== '' && Number.isFinite(Number(field)) ? String(Number(field)) : field));
const without = (fields: readonly string[], index: number) => fields.toSpliced(index, 1);

interface Sample {
  readonly tag: string;
  readonly source_file: string;
  readonly line: number;
  readonly fields: readonly string[];
}

const sample = (sourceFile: string, line: number): readonly string[] => {
  const found = readFileSync(SAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Sample)
    .find((entry) => entry.source_file === sourceFile && entry.line === line);
  if (!found) throw new Error(`no sample ${sourceFile}:${line}`);
  return found.fields;
};

/**
 * Messages that the tests of another client (rust-ibapi 1.0 to 2.11) hold. They assume servers between 162 and 176: the FA profile
 * is still there (gone at 177) and what came after 162 is not.
 */
describe('against the wire strings of rust-ibapi', () => {
  const here = test.skipIf(!existsSync(SAMPLES));

  here('openOrder has every field in its place', () => {
    const told = plain(without(sample('src/orders/tests.rs', 17), 34));
    const ours = plain(fieldsOf(openOrderMessage(193, marketOrder, tesla, 'DU1234567')));
    const common = told.at(-1) === '' ? told.slice(0, -1) : told;
    expect(common.length).toBeGreaterThan(100);
    expect(ours.slice(0, common.length)).toEqual(common);
    expect(ours.length - common.length).toBe(11);
  });

  here('orderStatus, execution, commission and position have every field in their place', () => {
    const trimmed = (fields: readonly string[]) => plain(fields.at(-1) === '' ? fields.slice(0, -1) : fields);
    expect(plain(fieldsOf(orderStatusMessage(193, marketOrder)))).toEqual(trimmed(sample('src/orders/tests.rs', 18)));
    const told = trimmed(sample('src/orders/tests.rs', 19));
    const ours = plain(fieldsOf(executionMessage(193, -1, execution, tesla, 'DU1234567')));
    expect(ours.slice(0, -1).toSpliced(15, 1)).toEqual(told.toSpliced(15, 1));
    expect([ours[15], told[15]]).toEqual(['20230224 12:04:56 US/Eastern', '20230224  12:04:56']);
    expect(plain(fieldsOf(commissionMessage(execution)))).toEqual(trimmed(sample('src/orders/tests.rs', 23)));
    const position = { conId: 76792991, quantity: 500, averageCost: 196.77, realizedPnl: 0 };
    const heard = plain(sample('src/accounts/decoders/tests.rs', 5));
    expect(plain(fieldsOf(positionMessage(position, tesla, 'DU1234567')))).toEqual(heard);
  });

  here('completedOrder has every field in its place', () => {
    const cancelled: Order = {
      ...marketOrder,
      terms: { ...marketOrder.terms, totalQuantity: 100 },
      status: 'Filled',
      filled: 100,
      permId: 1824933227,
      completedAt: instant(Date.UTC(2023, 2, 6, 17, 28, 30)),
      completedStatus: 'Filled Size: 100',
    };
    const told = plain(without(sample('src/orders/tests.rs', 384), 31));
    const ours = plain(fieldsOf(completedOrderMessage(193, cancelled, { ...tesla, conId: 265598 }, 'DU1234567')));
    const common = told.length - (told.at(-1) === '' ? 1 : 0);
    const differing = told.slice(0, common).flatMap((field, i) => (ours[i] === field ? [] : [[i, field, ours[i]]]));
    expect(common).toBeGreaterThan(80);
    expect(differing).toEqual([
      [2, 'AAPL', 'TSLA'],
      [10, 'AAPL', 'TSLA'],
      [13, '0', '100'],
      [common - 2, '20230306 12:28:30 America/Los_Angeles', '20230306 12:28:30 US/Eastern'],
    ]);
  });

  here('their placeOrder is read to its last field', () => {
    const told = sample('src/orders/sync.rs', 416).slice(1);
    const body = told.at(-1) === '' ? told.slice(0, -1) : told;
    const at193 = [...without(body, 41), '', '', '', '0', '0', ''];
    const request = readPlaceOrder(new FieldReader(at193, 193));
    expect(request).toMatchObject({
      orderId: 13,
      contract: { symbol: 'TSLA', secType: 'STK', exchange: 'SMART', currency: 'USD' },
      terms: { action: 'BUY', totalQuantity: 100, orderType: 'MKT', transmit: true, parentId: 0, ocaType: 3 },
      unsupported: null,
    });
    expect(() => readPlaceOrder(new FieldReader(at193.slice(0, -1), 193))).toThrow('missing');
    expect(() => readPlaceOrder(new FieldReader([...at193, ''], 193))).toThrow('more fields');
  });
});
