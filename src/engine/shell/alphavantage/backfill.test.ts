import { afterEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newYorkInstant } from '../../core/market/calendar.ts';
import type { Instant, SessionDate } from '../../core/types.ts';
import type { PastChains, PastDay } from '../../ports/past-chains.ts';
import { createBackfill } from './backfill.ts';
import { createAlphaVantageFeed } from './feed.ts';
import { watchKeyFile } from './key-file.ts';
import { createKeys } from './schedule/keys.ts';
import { createCalendar, sessionsOver } from './schedule/moment.ts';

const at = (date: string, time: string): Instant => newYorkInstant(date as SessionDate, time);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Keeps in memory what a real one keeps on disk. */
const memory = () => {
  const kept: (PastDay & { readonly rowCount: number })[] = [];
  const chains: PastChains = {
    missing: async (days) =>
      days.filter((day) => !kept.some(({ symbol, date }) => symbol === day.symbol && date === day.date)),
    keep: async (day, rowCount) => void kept.push({ ...day, rowCount }),
  };
  return { kept, chains };
};

test('sessions that are over are counted back over weekends, holidays and half days, newest first', () => {
  expect(sessionsOver(at('2026-11-30', '10:00'), 4).map(String)).toEqual([
    '2026-11-27',
    '2026-11-25',
    '2026-11-24',
    '2026-11-23',
  ]);
  expect(sessionsOver(at('2026-11-27', '13:29'), 1).map(String)).toEqual(['2026-11-25']);
  expect(sessionsOver(at('2026-11-27', '13:30'), 1).map(String)).toEqual(['2026-11-27']);
});

test('a night asks once for what is missing, newest first; on Sunday evening the newest sessions are asked for again', async () => {
  const { chains } = memory();
  const offers: string[][] = [];
  await chains.keep({ symbol: 'SPY', date: '2026-06-11' as SessionDate }, 1, new Uint8Array());
  const backfill = createBackfill({ symbols: ['SPY'], sessions: 6, pastChains: chains, log: () => {} }, (jobs) =>
    offers.push(jobs.map(({ parameters }) => parameters['date'] ?? '')),
  );
  await backfill.look(at('2026-06-12', '12:00'));
  await backfill.look(at('2026-06-12', '16:29'));
  expect(offers).toEqual([]);
  await backfill.look(at('2026-06-12', '16:31'));
  await backfill.look(at('2026-06-13', '09:00'));
  expect(offers).toEqual([['2026-06-12', '2026-06-10', '2026-06-09', '2026-06-08', '2026-06-05']]);
  await backfill.look(at('2026-06-14', '18:01'));
  await backfill.look(at('2026-06-14', '23:00'));
  expect(offers).toHaveLength(2);
  expect([...(offers[1] ?? [])].sort()).toEqual([
    '2026-06-05',
    '2026-06-08',
    '2026-06-09',
    '2026-06-10',
    '2026-06-11',
    '2026-06-12',
  ]);
});

test('the feed fetches past chains at night, keeps those of the right day, and asks again only for what failed', async () => {
  const answer = (date: string) => ({
    data: ['500', '510'].map((strike) => ({
      contractID: `SPY260619C00${strike}000`,
      symbol: 'SPY',
      expiration: '2026-06-19',
      strike,
      type: 'call',
      date,
      ...Object.fromEntries(
        'bid ask last volume open_interest implied_volatility delta gamma theta vega'
          .split(' ')
          .map((name) => [name, '0.5']),
      ),
    })),
  });
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => {
      const query = new URL(request.url).searchParams;
      if (query.get('function') !== 'HISTORICAL_OPTIONS') return Response.json({ data: [] });
      const date = query.get('date') ?? '';
      asked.push(date);
      return Response.json(answer(date === '2026-06-10' ? '2026-06-09' : date));
    },
  });
  closers.push(() => server.stop(true));
  const { kept, chains } = memory();
  const feed = createAlphaVantageFeed({
    baseUrl: server.url.origin,
    apiKeys: ['k'],
    optionSymbols: ['SPY'],
    barSymbols: [],
    backfill: { sessions: 4, pastChains: chains },
    clock: { now: () => at('2026-06-12', '21:00') },
    log: () => {},
  });
  closers.push(feed.stop);
  await feed.start(() => {});
  const deadline = Date.now() + 8_000;
  while ((asked.filter((date) => date === '2026-06-10').length < 3 || kept.length < 3) && Date.now() < deadline)
    await Bun.sleep(10);
  expect(kept.map(({ date, rowCount }) => [String(date), rowCount]).sort()).toEqual([
    ['2026-06-09', 2],
    ['2026-06-11', 2],
    ['2026-06-12', 2],
  ]);
  expect(asked.filter((date) => date === '2026-06-10')).toHaveLength(3);
}, 12_000);

test('keys of a changed file wait for the close, and it is said until when', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'keys');
  writeFileSync(path, 'new-one\nnew-two\n');
  const keys = createKeys(createCalendar(), ['old'], at('2026-06-10', '11:00'));
  const said: string[] = [];
  const timer = watchKeyFile(
    path,
    (offered) => keys.offer(offered, at('2026-06-10', '11:00')),
    (_level, message, facts) => said.push(`${message} ${JSON.stringify(facts)}`),
  );
  clearInterval(timer);
  expect(said[0]).toContain('2026-06-10T20:30:00.000Z');
  expect(said.join()).not.toContain('new-one');
  expect(keys.current(at('2026-06-10', '16:29'))).toBe('old');
  expect(keys.current(at('2026-06-10', '16:30'))).toBe('new-one');
  expect(keys.secrets()).toEqual(['new-one', 'new-two']);
});
