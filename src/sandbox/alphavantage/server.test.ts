import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { newYorkInstant } from '../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../engine/core/types.ts';
import { createSeededMarket } from '../market/seeded-market.ts';
import { createSessionClock } from '../market/session-clock.ts';
import { decimalText } from './realtime-options.ts';
import { startAlphaVantageSandbox } from './server.ts';

const startAt = newYorkInstant('2026-11-18' as SessionDate, '12:00:10');
const clock = createSessionClock({ speed: 1, startAt, wallNow: () => 0 });
const market = createSeededMarket({ seed: 1, clock, symbols: ['SPY', 'SPX'] });
const sandbox = await startAlphaVantageSandbox({ market, port: 0 });
afterAll(() => sandbox.stop());
afterEach(() => sandbox.faults.clear());

type Json = Record<string, unknown>;
const query = (parameters: string): Promise<Response> => fetch(`${sandbox.url}/query?${parameters}&apikey=K3Y`);
const json = async (parameters: string): Promise<Json> => (await (await query(parameters)).json()) as Json;
const OPTIONS = 'function=REALTIME_OPTIONS&symbol=SPY&require_greeks=true';
const BARS = 'function=TIME_SERIES_INTRADAY&symbol=SPY&interval=1min&outputsize=compact';
const rowsOf = (body: Json): Record<string, string>[] => body['data'] as Record<string, string>[];

describe('the option chain', () => {
  test('has the vendor’s envelope and fields, every figure a string', async () => {
    const body = await json(OPTIONS);
    expect(body).toMatchObject({ endpoint: 'Realtime Options', message: 'success' });
    const rows = rowsOf(body);
    expect(rows.length).toBe(market.chain('SPY')?.length ?? 0);
    expect(rows.length).toBeGreaterThan(1000);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      'contractID symbol expiration strike type last mark bid bid_size ask ask_size volume open_interest date implied_volatility delta gamma theta vega rho'.split(
        ' ',
      ),
    );
    expect(rows.every((row) => Object.values(row).every((value) => typeof value === 'string'))).toBe(true);
    expect(rows[0]).toMatchObject({ symbol: 'SPY', expiration: '2026-11-18', date: '2026-11-18', type: 'call' });
    expect(rows[0]?.['strike']).toMatch(/^\d+\.\d\d$/);
    expect(rows[0]?.['gamma']).toMatch(/^\d\.\d{5}$/);
  });

  test('has Greeks only where they are asked for, and one contract where that is', async () => {
    const rows = rowsOf(await json('function=REALTIME_OPTIONS&symbol=SPY'));
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.some((row) => 'gamma' in row || 'implied_volatility' in row)).toBe(false);
    const id = rows[7]?.['contractID'] ?? '';
    expect(rowsOf(await json(`${OPTIONS}&contract=${id}`)).map((row) => row['contractID'])).toEqual([id]);
    expect(rowsOf(await json('function=REALTIME_OPTIONS&symbol=NOPE'))).toEqual([]);
  });

  test('writes figures without losing any of them, and None where there is none', () => {
    expect(decimalText(0.0002, 5)).toBe('0.00020');
    expect(decimalText(0.025, 2)).toBe('0.025');
    expect(decimalText(0, 2)).toBe('0.00');
    expect(decimalText(null, 2)).toBe('None');
  });
});

describe('the intraday series', () => {
  test('has finished minutes, newest first, stamped with their opening in New York', async () => {
    const body = await json(BARS);
    expect(body['Meta Data']).toEqual({
      '1. Information': 'Intraday (1min) open, high, low, close prices and volume',
      '2. Symbol': 'SPY',
      '3. Last Refreshed': '2026-11-18 11:59:00',
      '4. Interval': '1min',
      '5. Output Size': 'Compact',
      '6. Time Zone': 'US/Eastern',
    });
    const series = Object.entries(body['Time Series (1min)'] as Record<string, Record<string, string>>);
    expect(series.length).toBe(100);
    expect(series[0]?.[0]).toBe('2026-11-18 11:59:00');
    expect(Object.keys(series[0]?.[1] ?? {})).toEqual(['1. open', '2. high', '3. low', '4. close', '5. volume']);
    const bar = market.minuteBars('SPY', 2)[0];
    expect(Number(series[0]?.[1]['4. close'])).toBe(bar?.close ?? Number.NaN);
  });

  test('merges longer intervals and gives the whole session on request', async () => {
    const whole = (await json(BARS.replace('compact', 'full')))['Time Series (1min)'] as Json;
    expect(Object.keys(whole).length).toBe(150);
    const five = await json('function=TIME_SERIES_INTRADAY&symbol=SPY&interval=5min&outputsize=full');
    const series = five['Time Series (5min)'] as Record<string, Record<string, string>>;
    expect(Object.keys(series).length).toBe(30);
    const volume = (map: Json): number =>
      Object.values(map).reduce<number>((sum, bar) => sum + Number((bar as Json)['5. volume']), 0);
    expect(volume(series)).toBe(volume(whole));
  });

  test('refuses unknown symbols, intervals, functions and missing keys in the vendor’s way', async () => {
    for (const bad of [BARS.replace('SPY', 'NOPE'), BARS.replace('1min', '2min'), 'function=NOPE&symbol=SPY']) {
      const response = await query(bad);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ 'Error Message': expect.stringContaining('Invalid API call.') });
    }
    const keyless = await fetch(`${sandbox.url}/query?${OPTIONS}`);
    expect(await keyless.json()).toEqual({ 'Error Message': expect.stringContaining('apikey is invalid or missing') });
  });
});

describe('told to misbehave', () => {
  test.each([
    ['note', 'Note', 'call frequency'],
    ['information', 'Information', 'API key as K3Y'],
    ['error-message', 'Error Message', 'Invalid API call'],
    ['premium-placeholder', 'message', 'ARTIFICIAL'],
  ] as const)('answers %s with HTTP 200, as often as it was told', async (name, key, text) => {
    sandbox.faults.set(name, { remaining: 1 });
    const response = await query(OPTIONS);
    expect(response.status).toBe(200);
    expect(((await response.json()) as Json)[key]).toContain(text);
    expect(rowsOf(await json(OPTIONS)).length).toBeGreaterThan(1000);
  });

  test('cuts bodies off, fails, answers with something else, and delays', async () => {
    sandbox.faults.set('truncated', { remaining: 1 });
    const cut = await (await query(OPTIONS)).text();
    expect(cut).toStartWith('{"endpoint"');
    expect(() => JSON.parse(cut)).toThrow();
    sandbox.faults.set('http-500', { remaining: 1 });
    expect((await query(OPTIONS)).status).toBe(500);
    sandbox.faults.set('not-json', { remaining: 1 });
    expect(await (await query(OPTIONS)).text()).toStartWith('<html>');
    sandbox.faults.set('delay', { remaining: 1, delayMs: 120 });
    const started = performance.now();
    expect(rowsOf(await json(OPTIONS)).length).toBeGreaterThan(1000);
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  test('spoils chains: no gamma, no open interest, crossed quotes; and serves sound ones afterwards', async () => {
    const spoilt = async (name: 'all-gamma-zero' | 'missing-oi' | 'crossed-quotes') => {
      sandbox.faults.set(name, { remaining: 1 });
      return rowsOf(await json(OPTIONS));
    };
    expect((await spoilt('all-gamma-zero')).every((row) => Number(row['gamma']) === 0)).toBe(true);
    expect((await spoilt('missing-oi')).every((row) => row['open_interest'] === 'None')).toBe(true);
    const crossed = (rows: Record<string, string>[]) => rows.filter((row) => Number(row['bid']) > Number(row['ask']));
    expect(crossed(await spoilt('crossed-quotes')).length).toBeGreaterThan(100);
    const sound = rowsOf(await json(OPTIONS));
    expect(crossed(sound)).toEqual([]);
    expect(sound.some((row) => Number(row['gamma']) > 0)).toBe(true);
  });

  test('takes its faults over HTTP and refuses what it does not know', async () => {
    const address = `${sandbox.url}/__sandbox/faults`;
    const post = (body: string, type = 'application/json') =>
      fetch(address, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post('{"name":"note","remaining":2}')).status).toBe(200);
    expect(await (await fetch(address)).json()).toMatchObject({ faults: [{ name: 'note', remaining: 2 }] });
    expect(await json(OPTIONS)).toHaveProperty('Note');
    expect((await fetch(`${address}?name=note`, { method: 'DELETE' })).status).toBe(200);
    expect(sandbox.faults.list()).toEqual([]);
    for (const bad of ['{"name":"nope"}', '{', '{"name":"delay","delayMs":-1}', '{"name":"note","remaining":0}'])
      expect((await post(bad)).status).toBe(400);
    expect((await post('{"name":"note"}', 'text/plain')).status).toBe(400);
    expect(sandbox.faults.list()).toEqual([]);
  });
});
