import { afterEach, expect, test } from 'bun:test';
import { type Instant, instant } from '../../src/engine/core/types.ts';
import type { IbkrOptions } from '../../src/engine/shell/ibkr/ibkr.ts';
import { emptyAccount, type Script, type ScriptedConnection, startScriptedTws } from '../support/scripted-tws.ts';
import { AdapterUnderTest, call } from './ibkr-harness.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const SPY = { symbol: 'SPY', kind: 'stock', exchange: 'SMART', depth: false, trades: false, options: true } as const;
/** A Friday, 11:02 in New York. */
const NOW = instant(Date.UTC(2026, 2, 20, 15, 2));

const begin = async (onRequest: Script['onRequest'], more: Partial<IbkrOptions> = {}) => {
  const server = await startScriptedTws({
    onRequest: (connection, fields) => {
      emptyAccount(connection, fields);
      onRequest?.(connection, fields);
    },
  });
  stops.push(server.stop);
  const adapter = new AdapterUnderTest(server.port, {
    symbols: [SPY],
    clock: { now: () => NOW },
    pulseMs: 20,
    ...more,
  });
  stops.push(() => adapter.stop());
  await adapter.start();
  const requests = (message: string): string[][] =>
    server.connections.flatMap((connection) => connection.requests).filter(([first]) => first === message);
  return { server, adapter, requests };
};

/** Source of the order of fields: TWS API, REQ_HISTORICAL_DATA at server version 193. */
const asked = (fields: readonly string[]) => {
  const size = fields.findIndex((field) => /^(1 day|30 mins|5 mins)$/.test(field));
  return {
    id: fields[1] ?? '',
    barSize: fields[size] ?? '',
    duration: fields[size + 1] ?? '',
    show: fields[size + 3] ?? '',
  };
};
const answer = (connection: ScriptedConnection, id: string, ...rows: readonly (readonly (string | number)[])[]): void =>
  connection.say(17, id, '20250320  00:00:00', '20260320  11:02:00', rows.length, ...rows.flat());
const day = (date: string, close: number): (string | number)[] => [
  date,
  close - 1,
  close + 1,
  close - 2,
  close,
  1_000,
  close,
  50,
];

const answerAll: Script['onRequest'] = (connection, fields) => {
  if (fields[0] !== '20') return;
  const { id, barSize, show } = asked(fields);
  if (show === 'OPTION_IMPLIED_VOLATILITY') answer(connection, id, ['20260319', 0.2, 0.22, 0.18, 0.19, -1, 0.2, -1]);
  // Not in order, one of a Saturday, and today's, which is not over.
  else if (barSize === '1 day')
    answer(connection, id, day('20260319', 501), day('20260318', 500), day('20260314', 1), day('20260320', 9));
  else {
    const end = barSize === '5 mins' ? Date.UTC(2026, 2, 20, 14, 55) : Date.UTC(2026, 2, 20, 14, 30);
    answer(connection, id, [end / 1_000, 500, 502, 499, 501, 900, 500.5, 40]);
  }
};

test('the past is asked for at the start and told oldest first, without what is not over and what cannot be', async () => {
  const { adapter, requests } = await begin(answerAll);
  await adapter.until('history', () => adapter.feedState('ibkr.history') === 'live');
  expect(
    requests('20')
      .map(asked)
      .map(({ barSize, duration, show }) => `${barSize} ${duration} ${show}`),
  ).toEqual(['1 day 1 Y TRADES', '1 day 1 Y OPTION_IMPLIED_VOLATILITY', '30 mins 1 M TRADES', '5 mins 5 D TRADES']);
  const bars = adapter.inputsOf('history-bar.seen');
  expect(bars.filter(({ interval }) => interval === '1d').map(({ close }) => close)).toEqual([500, 501]);
  expect(bars.map(({ interval }) => interval)).toEqual(['1d', '1d', '30m', '5m']);
  expect(adapter.inputsOf('volatility-day.seen')).toEqual([
    { kind: 'volatility-day.seen', symbol: 'SPY', date: '2026-03-19' as never, impliedVolatility: 0.19 },
  ]);
  await adapter.until('refused', () => adapter.refused('ibkr.history')['day without a session'] === 1);
});

test('after a reconnection what is known is not asked again, but for bars that nobody may have heard whole', async () => {
  let now: Instant = NOW;
  const { server, adapter, requests } = await begin(answerAll, { clock: { now: () => now } });
  await adapter.until('history', () => adapter.feedState('ibkr.history') === 'live');
  server.current().socket.destroy();
  await adapter.synced(2);
  await Bun.sleep(100);
  expect(requests('20')).toHaveLength(4);
  now = instant(NOW + 4 * 60_000);
  await adapter.until('asked', () => requests('20').length === 5);
  expect(asked(requests('20').at(-1) ?? [])).toMatchObject({ barSize: '5 mins', duration: '2 D' });
});

test('a pacing violation is asked again later, what has no data is not, and both are told', async () => {
  let wall = 0;
  const violations = new Set<string>();
  const { adapter, requests } = await begin(
    (connection, fields) => {
      if (fields[0] !== '20') return;
      const { id, barSize, show } = asked(fields);
      const text = 'Historical Market Data Service error message:';
      if (barSize === '30 mins') connection.say(4, 2, id, 162, `${text}HMDS query returned no data: SPY`, '');
      else if (show === 'TRADES' && barSize === '1 day' && !violations.has('once')) {
        violations.add('once');
        connection.say(4, 2, id, 162, `${text}Historical data request pacing violation`, '');
      } else answerAll?.(connection, fields);
    },
    { now: () => wall },
  );
  await adapter.until('degraded', () => adapter.feedState('ibkr.history') === 'degraded');
  await adapter.until('the others', () => requests('20').length === 4);
  expect(adapter.inputsOf('history-bar.seen').some(({ interval }) => interval === '1d')).toBe(false);
  await Bun.sleep(80);
  expect(requests('20')).toHaveLength(4);
  wall = 21_000;
  await adapter.until('again', () => adapter.inputsOf('history-bar.seen').some(({ interval }) => interval === '1d'));
  expect(requests('20')).toHaveLength(5);
  const told = adapter.inputsOf('feed.reported').findLast(({ feed }) => feed === 'ibkr.history');
  expect(told?.reason).toContain('SPY half-hours: 162');
});

const listings: Script['onRequest'] = (connection, fields) => {
  if (fields[0] === '9') {
    // contractData at version 193: what we read of it is the symbol and the number.
    connection.say(...contractData(fields[2] ?? ''));
    connection.say(52, 1, fields[2] ?? '');
  }
  if (fields[0] === '78') {
    for (const exchange of ['CBOE', 'SMART'])
      connection.say(75, fields[1] ?? '', exchange, 756733, 'SPY', '100', 2, '20260320', '20260323', 3, 499, 500, 501);
    connection.say(76, fields[1] ?? '');
  }
};
const contractData = (id: string): (string | number)[] => [
  10,
  id,
  'SPY',
  'STK',
  '',
  '',
  0,
  '',
  'SMART',
  'USD',
  'SPY',
  'SPY',
  'SPY',
  756733,
  0.01,
  '',
  'LMT,MKT',
  'SMART,ARCA',
  1,
  0,
  'SPDR S&P 500',
  'ARCA',
  '',
  '',
  '',
  '',
  'US/Eastern',
  '',
  '',
  '',
  0,
  0,
  1,
  '',
  '',
  '26',
  '',
  'ETF',
  1,
  1,
  100,
  0,
];

test('listings are asked for once a day, kept over reconnections, and spare a line for what is not listed', async () => {
  let now: Instant = NOW;
  const { server, adapter, requests } = await begin(listings, { clock: { now: () => now } });
  await adapter.until('listed', () => adapter.logged.some((line) => line.includes('options listed')));
  expect(requests('9')).toHaveLength(1);
  expect(requests('78')[0]).toContain('756733');
  const option = { ...call, underlying: 'SPY', tradingClass: 'SPY', expiry: '2026-03-20' as never, strike: 500 };
  const quotes = () => requests('1').filter((fields) => fields.includes('OPT')).length;
  adapter.ibkr.feed.watch({ ...option, id: 'listed' as never });
  await adapter.until('quoted', () => quotes() === 1);
  adapter.ibkr.feed.watch({ ...option, id: 'strike' as never, strike: 502 });
  adapter.ibkr.feed.watch({ ...option, id: 'expiry' as never, expiry: '2026-03-24' as never });
  await adapter.until('dead', () =>
    ['strike', 'expiry'].every((symbol) =>
      adapter
        .inputsOf('stream.reported')
        .some((input) => input.symbol === symbol && input.reason === 'IB lists no such contract'),
    ),
  );
  expect(quotes()).toBe(1);
  server.current().socket.destroy();
  await adapter.synced(2);
  await Bun.sleep(60);
  expect(requests('9')).toHaveLength(1);
  now = instant(NOW + 3 * 24 * 3_600_000);
  await adapter.until('a new day', () => requests('9').length === 2);
});
