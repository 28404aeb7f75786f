import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newYorkInstant } from '../../engine/core/market/calendar.ts';
import { instant, type SessionDate } from '../../engine/core/types.ts';
import { openRecordings } from '../recordings/open-recordings.ts';
import { createMarket } from './create-market.ts';
import { recordedSession } from './recorded/recorded-session.ts';
import { createRecordedMarket, type RecordedMarket } from './recorded-market.ts';
import { createSessionClock } from './session-clock.ts';
import type { MarketEvent } from './types.ts';

const root = mkdtempSync(join(tmpdir(), 'recorded-market-'));
afterAll(() => rmSync(root, { recursive: true }));

const write = (name: string, content: string): string => {
  writeFileSync(join(root, name), content);
  return join(root, name);
};
const MESSAGES = [
  '34200.01,1,11,100,340000,1',
  '34200.5,4,12,50,341000,-1',
  '34201,5,0,7,340500,1',
  '34202,7,0,0,-1,-1',
  '34203.5,7,0,0,1,-1',
  '57599.9,4,13,30,340000,1',
  '57601,4,14,30,340000,1',
];
const BOOK = MESSAGES.map((_, i) => `341000,${100 - i},340000,200,9999999999,0,-9999999999,0`);
const lobster = write('MSFT_2013-07-01_34200000_57600000_message_2.csv', MESSAGES.join('\n'));
write('MSFT_2013-07-01_34200000_57600000_orderbook_2.csv', BOOK.join('\n'));
const second = write(
  'AAA_2013-07-01_34200000_57600000_message_1.csv',
  '34200.02,4,1,5,10000,1\n34200.7,4,1,6,10000,1\n',
);
write('AAA_2013-07-01_34200000_57600000_orderbook_1.csv', '20000,1,10000,1\n20000,1,10000,1\n');

const chainFile = (date: string, name: string, symbol = 'SPXW220323') =>
  write(
    name,
    `\nIndex,Last: 4479.0898\n"Date: ${date}",Bid: 4477.1,Ask: 4480.6\nExpiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\nWed Mar 23 2022,${symbol}C04480000,10.5,0,10.1,10.4,5,0.1834,0.5012,0.0123,77,4480.00,${symbol}P04480000,0,0.025,0,0.05,0,0,-0.4988,0.0123,0\n`,
  );
const chain = chainFile('23 de marzo de 2022, 10:11 GMT-4', 'spx.csv');

const marketOf = async (...paths: string[]): Promise<RecordedMarket & { startAt: number }> => {
  const opened = await openRecordings(paths);
  if (!opened.ok) throw new Error(opened.problems.join());
  const session = recordedSession(opened.recordings, 60);
  if (!session.ok) throw new Error(session.problem);
  const { startAt } = session.value;
  const clock = createSessionClock({ speed: 60, startAt, wallNow: () => 0, endsAt: session.value.session.closeAt });
  return { ...createRecordedMarket({ recorded: session.value, clock }), startAt };
};
const at = (date: string, time: string) => newYorkInstant(date as SessionDate, time);

describe('a recorded session', () => {
  test('is the chain’s day, with the messages at their time of that day, and plays once up to the close', async () => {
    const market = await marketOf(lobster, chain);
    expect(market.description).toBe('MSFT_2013-07-01 (LOBSTER) + SPX 2022-03-23 (Cboe)');
    // Ten wall seconds before the open.
    expect(market.startAt).toBe(at('2022-03-23', '09:20'));
    const events: MarketEvent[] = [];
    market.listen((event) => events.push({ ...event }));
    market.advanceTo(at('2022-03-23', '09:30'));
    expect(events).toEqual([]);
    market.advanceTo(at('2022-03-23', '23:00'));
    const trades = events.filter((event) => event.kind === 'trade');
    expect(trades).toEqual([
      {
        kind: 'trade',
        symbol: 'MSFT',
        at: instant(at('2022-03-23', '09:30') + 500),
        price: 34.1,
        size: 50,
        venue: 'NASDAQ',
      },
      {
        kind: 'trade',
        symbol: 'MSFT',
        at: instant(at('2022-03-23', '09:30') + 1000),
        price: 34.05,
        size: 7,
        venue: 'NASDAQ',
      },
      {
        kind: 'trade',
        symbol: 'MSFT',
        at: instant(at('2022-03-23', '16:00') - 100),
        price: 34,
        size: 30,
        venue: 'NASDAQ',
      },
    ]);
    const depth = events.filter((event) => event.kind === 'depth');
    expect(depth.length).toBe(2 + 5);
    expect(depth.slice(2).every((row) => row.kind === 'depth' && row.operation === 1 && row.side === 0)).toBe(true);
    const count = events.length;
    market.advanceTo(at('2022-03-24', '12:00'));
    expect(events.length).toBe(count);
    expect(market.minuteBars('MSFT', 9)).toEqual([
      { openAt: at('2022-03-23', '09:30'), open: 34.1, high: 34.1, low: 34.05, close: 34.05, volume: 57 },
      { openAt: at('2022-03-23', '15:59'), open: 34, high: 34, low: 34, close: 34, volume: 30 },
    ]);
  });

  test('shows halts without printing them', async () => {
    const market = await marketOf(lobster);
    const trades: MarketEvent[] = [];
    market.listen((event) => event.kind === 'trade' && trades.push(event));
    market.advanceTo(instant(at('2013-07-01', '09:30') + 2500));
    expect(market.halted?.('MSFT')).toBe(true);
    market.advanceTo(instant(at('2013-07-01', '09:30') + 4000));
    expect(market.halted?.('MSFT')).toBe(false);
    expect(trades.length).toBe(2);
    expect(market.chain('MSFT')).toBeNull();
  });

  test('serves the file’s chain from its beginning, with the index at the file’s last', async () => {
    const market = await marketOf(lobster, chain);
    expect(market.chain('SPX')?.length).toBe(2);
    expect(market.quote('SPX')).toMatchObject({ bidPrice: 4477.1, askPrice: 4480.6, lastPrice: 4479.0898 });
    expect(market.instruments()).toMatchObject([
      { symbol: 'MSFT', kind: 'stock', hasDepth: true, hasTrades: true, hasOptions: false },
      { symbol: 'SPX', kind: 'index', hasDepth: false, hasTrades: false, hasOptions: true },
    ]);
    const put = market.optionsOf('SPX').find((option) => option.right === 'P');
    expect(market.optionQuote(put?.id ?? ('' as never))).toMatchObject({
      bidPrice: null,
      askPrice: 0.05,
      lastPrice: null,
    });
  });

  test('of several tickers is played in the order of their times', async () => {
    const market = await marketOf(lobster, second);
    const trades: string[] = [];
    market.listen((event) => event.kind === 'trade' && trades.push(event.symbol));
    market.advanceTo(at('2013-07-01', '16:00'));
    expect(trades).toEqual(['AAA', 'MSFT', 'AAA', 'MSFT', 'MSFT']);
  });

  test('of a chain alone starts when it was taken, or half an hour before the close when taken after it', async () => {
    expect((await marketOf(chain)).startAt).toBe(at('2022-03-23', '10:11'));
    expect((await marketOf(chainFile('March 23, 2022 at 4:31 PM EDT', 'late.csv'))).startAt).toBe(
      at('2022-03-23', '15:30'),
    );
    expect((await marketOf(chainFile('March 26, 2022 at 8:47 PM EDT', 'saturday.csv'))).startAt).toBe(
      at('2022-03-25', '15:30'),
    );
  });

  test('is refused when two chains are of different days or of one underlying', async () => {
    const other = chainFile('March 24, 2022 at 1:00 PM EDT', 'xsp.csv', 'XSP220323');
    const options = { seed: 1, speed: 1, symbols: [], dataDir: root, today: '2026-11-20', wallNow: () => 0 };
    expect(await createMarket({ ...options, recordings: [chain, other] })).toMatchObject({
      ok: false,
      problems: ['Recordings: expected one session, found 2022-03-23, 2022-03-24'],
    });
    expect(await createMarket({ ...options, recordings: [chain, join(root, 'late.csv')] })).toMatchObject({
      ok: false,
      problems: ['Recordings: expected one option chain of SPX, found several'],
    });
  });

  test('goes on where it was interrupted and starts anew once it has ended', async () => {
    let wall = 0;
    const options = { seed: 1, speed: 600, recordings: [lobster], symbols: [], dataDir: root, today: '2026-11-20' };
    const run = async (wallMs: number) => {
      const created = await createMarket({ ...options, wallNow: () => wall });
      if (!created.ok) throw new Error(created.problems.join());
      const startedAt = created.market.now();
      created.market.start();
      wall += wallMs;
      const endedAt = created.market.now();
      created.market.stop();
      return { startedAt, endedAt, open: created.market.sessionOpen() };
    };
    const first = await run(20_000);
    const secondRun = await run(3_600_000);
    expect(first.open).toBe(true);
    expect(secondRun.startedAt).toBeGreaterThan(first.endedAt);
    expect(secondRun.open).toBe(false);
    expect(secondRun.endedAt).toBe(at('2013-07-01', '16:15'));
    expect((await run(1000)).startedAt).toBe(first.startedAt);
  });
});
