import { expect, test } from 'bun:test';
import { readConfig } from '../config.ts';
import { instant } from '../engine/core/types.ts';
import type { SandboxAddresses } from '../sandbox/protocol.ts';
import { planEngine } from './plan-engine.ts';

const SANDBOX: SandboxAddresses = {
  market: {
    anchor: { wallMs: 0, marketMs: instant(0), speed: 20, endsAtMs: null },
    description: 'seed 1',
    source: 'seeded',
    instruments: [{ symbol: 'SPY', kind: 'stock', hasDepth: true, hasTrades: true, hasOptions: true }],
  },
  tws: { port: 4001 },
  controlUrl: 'http://127.0.0.1:1',
  stripe: null,
  alphaVantageUrl: 'http://127.0.0.1:2',
  discord: null,
  telegram: null,
  resendUrl: null,
};

const plan = (env: Record<string, string>, sandbox: SandboxAddresses | null) => {
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return planEngine({ config: read.config, databaseUrl: 'postgres://x', sandbox, version: 'test' });
};

test('without keys everything is the sandbox: its sockets, its clock, its mode, its symbols', () => {
  const options = plan({}, SANDBOX);
  expect(options).toMatchObject({
    mode: 'simulated',
    ibkr: { host: '127.0.0.1', port: 4001 },
    alphaVantage: { baseUrl: 'http://127.0.0.1:2' },
    clockAnchor: { speed: 20 },
    symbols: [{ symbol: 'SPY' }],
  });
  expect(options.limits.maxContractsPerSymbol).toBeGreaterThan(0);
  expect(options.limits.quoteAgeMsMax).toBe(60_000);
});

test('with both keys nothing of the sandbox is left: real addresses, the wall’s clock, paper unless live is asked for', () => {
  const keys = { IBKR_HOST: '10.0.0.5', ALPHA_VANTAGE_API_KEY: 'k' };
  const options = plan(keys, {
    ...{ market: null, tws: null, controlUrl: null, stripe: null },
    ...{ alphaVantageUrl: null, discord: null, telegram: null, resendUrl: null },
  });
  expect(options).toMatchObject({ mode: 'paper', ibkr: { host: '10.0.0.5', port: 7497 }, clockAnchor: null });
  expect(options.alphaVantage).toMatchObject({ baseUrl: 'https://www.alphavantage.co', apiKeys: ['k'] });
  expect(options.limits.quoteAgeMsMax).toBe(3_000);
  expect(plan({ ...keys, IBKR_LIVE_TRADING: 'true' }, null).mode).toBe('live');
});

test('the gateway’s timetable is the configured one', () => {
  const env = { IBKR_GATEWAY_ZONE: 'Europe/Zurich', IBKR_GATEWAY_RESTART: '04:30', IBKR_GATEWAY_LOGIN_UTC: '06:00' };
  expect(plan(env, SANDBOX).gateway).toMatchObject({
    restartZone: 'Europe/Zurich',
    restartAt: '04:30',
    loginAtUtc: '06:00',
  });
});

test.each([
  ['a real broker beside a simulated chain', { IBKR_HOST: '10.0.0.5' }, { ...SANDBOX, tws: null }, null],
  ['a simulated broker beside a real chain', { ALPHA_VANTAGE_API_KEY: 'k' }, { ...SANDBOX, alphaVantageUrl: null }, 20],
] as const)('%s is shown but never traded, on the broker’s own time', (_name, env, sandbox, speed) => {
  const options = plan(env, sandbox);
  expect(options.limits.maxContractsPerSymbol).toBe(0);
  expect(options.clockAnchor?.speed ?? null).toBe(speed);
});

test('dividends named one by one stand in for the yield of their symbol', () => {
  const { rates } = plan({ DIVIDENDS: 'SPY:2026-12-18:1.95, SPY:2027-03-19:1.6,AAPL:2027-02-08:0.26' }, SANDBOX);
  expect(rates.dividends?.['SPY']).toEqual({
    value: {
      kind: 'cash',
      payments: [
        { exAt: instant(Date.UTC(2026, 11, 18, 14, 30)), amount: 1.95 },
        { exAt: instant(Date.UTC(2027, 2, 19, 13, 30)), amount: 1.6 },
      ],
    },
    source: 'DIVIDENDS of the settings',
    asOf: null,
  });
  expect(Object.keys(rates.dividends ?? {})).toEqual(['SPY', 'AAPL']);
  for (const wrong of ['SPY:2026-02-30:1', 'SPY 1.95', 'SPY:2026-12-18:-1'])
    expect(() => plan({ DIVIDENDS: wrong }, SANDBOX)).toThrow(/DIVIDENDS/);
});
