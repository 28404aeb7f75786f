import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '../../core/types.ts';
import { readMinuteBars } from './answers/minute-bars.ts';
import { parseBody } from './body.ts';
import { parseOptionsChain } from './chain/parse-chain.ts';

const parseMinuteBars = (body: Uint8Array, symbol: string) => {
  const parsed = parseBody(body);
  return parsed.ok ? readMinuteBars(parsed.body, symbol) : parsed;
};
const AT = instant(1_700_000_000_000);
const bytes = (body: unknown): Uint8Array =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const row = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  contractID: 'SPY240315C00500000',
  symbol: 'SPY',
  expiration: '2024-03-15',
  strike: '500.00',
  type: 'call',
  last: '11.50',
  mark: '11.48',
  bid: '11.41',
  bid_size: '5',
  ask: '11.54',
  ask_size: '7',
  volume: '120',
  open_interest: '4521',
  date: '2024-03-14',
  implied_volatility: '0.18250',
  delta: '0.55000',
  gamma: '0.01200',
  theta: '-0.45000',
  vega: '0.21000',
  rho: '0.04000',
  ...more,
});
const chainOf = (...rows: unknown[]) =>
  parseOptionsChain(bytes({ endpoint: 'Realtime Options', message: 'success', data: rows }), 'SPY', AT);
const taken = (...rows: unknown[]) => {
  const parsed = chainOf(...rows);
  if (!parsed.ok) throw new Error(`${parsed.kind}: ${parsed.message}`);
  return parsed.chain;
};

describe('an option chain', () => {
  test('is read into columns', () => {
    const chain = taken(
      row(),
      row({ contractID: 'SPY240328P00480500', expiration: '2024-03-28', strike: '480.50', type: 'put' }),
    );
    expect(chain.contractIds.map(String)).toEqual(['SPY240315C00500000', 'SPY240328P00480500']);
    expect(chain.expiries.map(String)).toEqual(['2024-03-15', '2024-03-28']);
    expect([...chain.expiryIndex]).toEqual([0, 1]);
    expect([...chain.isCall]).toEqual([1, 0]);
    expect([...chain.strike]).toEqual([500, 480.5]);
    expect([chain.bid[0], chain.ask[0], chain.last[0], chain.volume[0], chain.openInterest[0]]).toEqual([
      11.41, 11.54, 11.5, 120, 4521,
    ]);
    expect([
      chain.impliedVolatility[0],
      chain.delta[0],
      chain.gamma[0],
      chain.thetaPerDay[0],
      chain.vegaPerPoint[0],
    ]).toEqual([0.1825, 0.55, 0.012, -0.45, 0.21]);
    expect(chain.rejected).toEqual({});
  });

  test('what is absent is NaN and what is zero is zero', () => {
    for (const absent of ['', '-', '.', 'None', 'null', null])
      expect(taken(row({ open_interest: absent })).openInterest[0]).toBeNaN();
    expect(taken(row({ open_interest: '0', gamma: '0.00000' })).openInterest[0]).toBe(0);
    expect(taken(row({ gamma: '0.00000' })).gamma[0]).toBe(0);
    const { gamma: _gamma, ...without } = row({ contractID: 'SPY240315C00400000', strike: '400' });
    const partly = taken(row(), without);
    expect([partly.gamma[0], partly.gamma[1], partly.rejected]).toEqual([0.012, Number.NaN, { 'missing-field': 1 }]);
  });

  test('a field that no row has is another schema: the answer is refused whole, and says which', () => {
    const { gamma, ...without } = row() as { gamma: string };
    expect(chainOf({ ...without, gamma_value: gamma })).toMatchObject({
      ok: false,
      kind: 'unexpected-shape',
      message: expect.stringContaining('gamma'),
    });
  });

  test('fields that it does not know are read past and counted', () => {
    const parsed = chainOf(row({ speed: '0.1', color: { deep: ['x'] } }));
    expect(parsed.ok && [parsed.unknownFields, parsed.chain.rejected]).toEqual([2, {}]);
  });

  test.each([
    [{ contractID: 'XXYYZZ999999C00020' }, 'bad-contract-id'],
    [{ contractID: 'SPY240230C00500000', expiration: '2024-02-30' }, 'bad-contract-id'],
    [{ contractID: 'QQQ240315C00500000', symbol: 'QQQ' }, 'other-underlying'],
    [{ expiration: '2024-03-16' }, 'expiration-disagrees'],
    [{ strike: '501.00' }, 'strike-disagrees'],
    [{ type: 'put' }, 'type-disagrees'],
    [{ contractID: 'SPY240315C00500001', strike: '500.001' }, null],
  ])('a row with %j is left out for %s', (more, reason) => {
    const chain = taken(row({ contractID: 'SPY240315C00400000', strike: '400' }), row(more));
    expect(chain.rejected).toEqual(reason === null ? {} : { [reason]: 1 });
    expect(chain.rowCount).toBe(reason === null ? 2 : 1);
  });

  test('a second row of the same contract is left out', () => {
    expect(taken(row(), row()).rejected).toEqual({ duplicate: 1 });
  });

  test('a crossed quote is absent, and its row stays', () => {
    const chain = taken(row({ bid: '12.00', ask: '11.00' }));
    expect([chain.bid[0], chain.ask[0]]).toEqual([Number.NaN, Number.NaN]);
    expect(chain.openInterest[0]).toBe(4521);
    expect(chain.rejected).toEqual({ 'crossed-quote': 1 });
  });

  test('figures that cannot be true are absent and counted', () => {
    const chain = taken(row({ ask: '-1.00', delta: '7', gamma: '12,5', implied_volatility: 'Infinity' }));
    expect([chain.ask[0], chain.delta[0], chain.gamma[0], chain.impliedVolatility[0]]).toEqual(
      Array.from({ length: 4 }, () => Number.NaN),
    );
    expect(chain.rejected).toEqual({ 'negative-value': 1, 'delta-out-of-range': 1, 'unreadable-number': 2 });
  });
});

describe('answers that are no data', () => {
  const refusalOf = (body: unknown): string => {
    const parsed = parseOptionsChain(bytes(body), 'SPY', AT);
    return parsed.ok ? 'taken' : parsed.kind;
  };
  test.each([
    [{ Note: 'Thank you! Our standard API call frequency is 5 calls per minute.' }, 'note'],
    [{ Information: 'We have detected your API key as XXXX' }, 'information'],
    [{ 'Error Message': 'Invalid API call.' }, 'error-message'],
    [{ message: 'This is a premium endpoint.', data: [row()] }, 'premium-placeholder'],
    [{ data: [] }, 'empty-answer'],
    [{ data: {} }, 'unexpected-shape'],
    [{ data: [{ contractID: 'XXYYZZ999999C00020', expiration: '2099-99-99' }] }, 'unexpected-shape'],
    [[], 'unexpected-shape'],
    ['<html>Bad Gateway</html>', 'not-json'],
    ['', 'not-json'],
    ['{"data":[{"contractID":"SPY2403', 'truncated-json'],
  ])('%j is refused as %s', (body, kind) => {
    expect(refusalOf(body)).toBe(kind);
  });

  const samples = join(process.cwd(), '../shared/data/alphavantage/error-bodies.json');
  test.skipIf(!existsSync(samples))('every recorded error body is refused (needs ../shared)', () => {
    const recorded = JSON.parse(readFileSync(samples, 'utf8')) as { kind: string; body: unknown }[];
    expect(recorded.length).toBeGreaterThan(4);
    for (const { kind, body } of recorded) {
      expect(`${kind} ${refusalOf(body)}`).not.toContain('taken');
      expect(parseMinuteBars(bytes(body), 'SPY').ok).toBe(false);
    }
  });
});

describe('minute bars', () => {
  const series = (bars: Record<string, unknown>, zone = 'US/Eastern') =>
    parseMinuteBars(
      bytes({ 'Meta Data': { '2. Symbol': 'SPY', '6. Time Zone': zone }, 'Time Series (1min)': bars }),
      'SPY',
    );
  const bar = (more: Record<string, string> = {}) => ({
    '1. open': '10.0',
    '2. high': '12.0',
    '3. low': '9.0',
    '4. close': '11.0',
    '5. volume': '500',
    ...more,
  });

  test('come oldest first, with New York stamps read as instants on both sides of the clock change', () => {
    const parsed = series({ '2024-03-11 09:31:00': bar(), '2024-03-08 09:31:00': bar() });
    if (!parsed.ok) throw new Error(parsed.message);
    expect(parsed.bars.map(({ openAt }) => new Date(openAt).toISOString())).toEqual([
      '2024-03-08T14:31:00.000Z',
      '2024-03-11T13:31:00.000Z',
    ]);
    expect(parsed.bars[0]).toMatchObject({ open: 10, high: 12, low: 9, close: 11, volume: 500 });
  });

  test('bars that cannot be true are left out and counted', () => {
    const parsed = series({
      '2024-03-08 09:31:00': bar({ '2. high': '8' }),
      '2024-03-08 09:32:00': bar({ '4. close': 'None' }),
      '2024-03-08 09:61:00': bar(),
      '2024-03-08': bar(),
      '2024-03-08 09:33:00': bar(),
    });
    expect(parsed.ok && [parsed.bars.length, parsed.rejected['bad-bar']]).toEqual([1, 4]);
  });

  test('another time zone is refused rather than guessed', () => {
    expect(series({ '2024-03-08 09:31:00': bar() }, 'UTC').ok).toBe(false);
  });
});
