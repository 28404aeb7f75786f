import { afterEach, describe, expect, test } from 'bun:test';
import type { MarketInput } from '../../core/inputs.ts';
import { instant } from '../../core/types.ts';
import { feedContract } from '../../testing/feed-contract.ts';
import { type AlphaVantageOptions, createAlphaVantageFeed } from './feed.ts';

const KEY = 'SECRETKEY123';
const chain = {
  data: [
    {
      contractID: 'SPY240315C00500000',
      symbol: 'SPY',
      expiration: '2024-03-15',
      strike: '500.00',
      type: 'call',
      last: '1',
      bid: '1',
      ask: '1.1',
      volume: '3',
      open_interest: '10',
      implied_volatility: '0.2',
      delta: '0.5',
      gamma: '0.01',
      theta: '-0.1',
      vega: '0.2',
    },
  ],
};
const bars = (...stamps: string[]) => ({
  'Meta Data': { '2. Symbol': 'SPY', '6. Time Zone': 'US/Eastern' },
  'Time Series (1min)': Object.fromEntries(
    stamps.map((stamp) => [
      stamp,
      { '1. open': '1', '2. high': '2', '3. low': '1', '4. close': '2', '5. volume': '3' },
    ]),
  ),
});
const option = { id: 'x' } as never;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A vendor whose next answers the test decides. */
const vendor = (answer: (query: URLSearchParams) => Response | Promise<Response>) => {
  const asked: URLSearchParams[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== '/query') return new Response('not found', { status: 404 });
      asked.push(searchParams);
      return answer(searchParams);
    },
  });
  closers.push(async () => void (await server.stop(true)));
  return { url: `http://127.0.0.1:${server.port}`, asked };
};
const listen = async (baseUrl: string, more: Partial<AlphaVantageOptions> = {}) => {
  const inputs: MarketInput[] = [];
  const logged: string[] = [];
  const feed = createAlphaVantageFeed({
    baseUrl,
    apiKeys: [KEY],
    optionSymbols: ['SPY'],
    barSymbols: [],
    openEveryMs: { options: 20, bars: 20 },
    budgetPerMinute: 60_000,
    timeoutMs: 500,
    clock: { now: () => instant(Date.UTC(2024, 2, 8, 15, 0, 0)) },
    log: (level, message, facts) => logged.push(JSON.stringify([level, message, facts])),
    ...more,
  });
  closers.push(() => feed.stop());
  await feed.start((input) => inputs.push(structuredClone(input)));
  const states = () => inputs.flatMap((input) => (input.kind === 'feed.reported' ? [input] : []));
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 3_000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`${what}: not within 3000 ms: ${JSON.stringify(states().slice(-5))}`);
      await Bun.sleep(5);
    }
  };
  return { feed, inputs, logged, states, until };
};

describe('Alpha Vantage as a feed', () => {
  feedContract(async () => {
    const { url } = vendor(() => Response.json(chain));
    const feed = createAlphaVantageFeed({
      baseUrl: url,
      apiKeys: [KEY],
      optionSymbols: ['SPY'],
      barSymbols: [],
      openEveryMs: { options: 10 },
      clock: { now: () => instant(Date.UTC(2024, 2, 8, 15, 0, 0)) },
      log: () => {},
    });
    return { feed, begin: async () => {}, option, close: async () => {} };
  });
});

describe('the Alpha Vantage feed', () => {
  test('asks for Greeks, and goes from connecting to live', async () => {
    const { url, asked } = vendor(() => Response.json(chain));
    const { states, until, inputs } = await listen(url);
    await until('chain', () => inputs.some(({ kind }) => kind === 'chain.seen'));
    expect(states().map(({ state }) => state)).toEqual(['connecting', 'live']);
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      function: 'REALTIME_OPTIONS',
      symbol: 'SPY',
      require_greeks: 'true',
      apikey: KEY,
    });
  });

  test('a sentence in place of data degrades it, is counted by kind, never tells the key, and passes', async () => {
    let limited = true;
    const { url } = vendor(() =>
      Response.json(
        limited
          ? {
              Information: `We have detected your API key as ${KEY} and our standard API rate limit is 25 requests per day.`,
            }
          : chain,
      ),
    );
    const { states, until, logged, inputs } = await listen(url);
    await until('degraded', () => states().some(({ state }) => state === 'degraded'));
    expect(inputs.some(({ kind }) => kind === 'chain.seen')).toBe(false);
    expect(JSON.stringify(states()) + logged.join()).not.toContain(KEY);
    expect(JSON.stringify(states())).toContain('***');
    limited = false;
    await until('live', () => states().at(-1)?.state === 'live');
    expect(states().at(-1)?.refused['information']).toBeGreaterThan(0);
  });

  test('a vendor that does not answer is down after three tries, each counted as a timeout', async () => {
    const { url } = vendor(() => new Promise<Response>(() => {}));
    const { states, until } = await listen(url, { timeoutMs: 30 });
    await until('down', () => states().some(({ state }) => state === 'down'));
    expect(states().map(({ state }) => state)).toEqual(['connecting', 'degraded', 'degraded', 'down']);
    expect(states().at(-1)?.refused).toEqual({ timeout: 3 });
  });

  test('statuses, broken connections, and answers that break off are counted apart', async () => {
    const answers = [
      () => new Response('no', { status: 503 }),
      () => new Response('{"data":[{"contr'),
      () => new Response('hello'),
      () => Response.redirect('http://127.0.0.1:1/'),
    ];
    let next = 0;
    const { url } = vendor(() => (answers[next++] ?? (() => Response.json(chain)))());
    const { states, until } = await listen(url);
    await until('live', () => states().at(-1)?.state === 'live');
    expect(states().at(-1)?.refused).toEqual({ 'http-503': 1, 'truncated-json': 1, 'not-json': 1, network: 1 });
  });

  test('a bar is told once, and only when its minute is over', async () => {
    let stamps = ['2024-03-08 09:58:00', '2024-03-08 10:00:00'];
    const { url, asked } = vendor(() => Response.json(bars(...stamps)));
    const { inputs, until } = await listen(url, { optionSymbols: [], barSymbols: ['SPY'] });
    await until('two polls', () => asked.length >= 3);
    stamps = ['2024-03-08 09:58:00', '2024-03-08 09:59:00', '2024-03-08 10:00:00'];
    await until('two more', () => asked.length >= 6);
    const opened = inputs.flatMap((input) =>
      input.kind === 'vendor-bar.seen' ? [new Date(input.openAt).toISOString()] : [],
    );
    expect(opened).toEqual(['2024-03-08T14:58:00.000Z', '2024-03-08T14:59:00.000Z']);
  });

  test('a slow answer holds back the next question of the same symbol, and others are asked meanwhile', async () => {
    let open = 0;
    let openMax = 0;
    const { url, asked } = vendor(async (query) => {
      if (query.get('symbol') !== 'SPY')
        return new Response(JSON.stringify(chain).replaceAll('SPY', query.get('symbol') ?? ''));
      open += 1;
      openMax = Math.max(openMax, open);
      await Bun.sleep(100);
      open -= 1;
      return Response.json(chain);
    });
    const { until } = await listen(url, { optionSymbols: ['SPY', 'QQQ'], openEveryMs: { options: 10 } });
    const times = (symbol: string) => asked.filter((query) => query.get('symbol') === symbol).length;
    await until('both symbols', () => times('QQQ') > 15 && times('SPY') > 1);
    expect(openMax).toBe(1);
    expect(times('QQQ')).toBeGreaterThan(times('SPY'));
  });
});
