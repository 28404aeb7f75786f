import { calendarCovers, dateInNewYork, newYorkInstant, previousSession } from '../../engine/core/market/calendar.ts';
import type { SessionDate } from '../../engine/core/types.ts';
import { createRandom } from '../market/random.ts';
import type { ChainRow, SandboxMarket } from '../market/types.ts';
import { burstBody, errorBody, NO_KEY_BODY } from './bodies.ts';
import { answerFaultRequest, createFaults, type Faults } from './faults.ts';
import { indicatorAnswer } from './indicators.ts';
import { INTERVAL_MINUTES, intradaySeries } from './intraday.ts';
import { createMacro } from './macro.ts';
import { newsAnswer } from './news.ts';
import { createRateLimit } from './rate-limit.ts';
import { historicalOptions, type RowFaults, realtimeOptions } from './realtime-options.ts';
import { createSpoiler, spoiltAnswer, takeRowFaults } from './spoil.ts';

export interface AlphaVantageSandboxOptions {
  readonly market: SandboxMarket;
  /** 0: any free port. Listens on loopback only. */
  readonly port: number;
  readonly faults?: Faults;
  /** Calls that a key may make in a minute of the wall. */
  readonly callsPerMinute?: number;
  readonly seed?: number;
}

export interface AlphaVantageSandbox {
  /** Base address without a path: the vendor's is `https://www.alphavantage.co`. */
  readonly url: string;
  readonly faults: Faults;
  stop(): Promise<void>;
}

/** The plan that the product asks for. */
const CALLS_PER_MINUTE = 600;
const MACRO: ReadonlySet<string> = new Set(['REAL_GDP', 'CPI', 'FEDERAL_FUNDS_RATE']);

/** The chain of a recording never changes: its text is made once. */
const createChainText = () => {
  const texts = new WeakMap<readonly ChainRow[], Map<boolean, string>>();
  return (chain: readonly ChainRow[], withGreeks: boolean, faults: RowFaults): string => {
    if (Object.values(faults).some(Boolean)) return JSON.stringify(realtimeOptions(chain, withGreeks, faults));
    const known = texts.get(chain) ?? new Map<boolean, string>();
    texts.set(chain, known);
    const text = known.get(withGreeks) ?? JSON.stringify(realtimeOptions(chain, withGreeks, faults));
    known.set(withGreeks, text);
    return text;
  };
};

const answerIntraday = (market: SandboxMarket, query: URLSearchParams): string => {
  const symbol = query.get('symbol') ?? '';
  const interval = query.get('interval') ?? '';
  const minutes = INTERVAL_MINUTES[interval];
  const instrument = market.instruments().find((known) => known.symbol === symbol && known.hasTrades);
  if (minutes === undefined || !instrument) return JSON.stringify(errorBody('TIME_SERIES_INTRADAY'));
  const compact = query.get('outputsize') !== 'full';
  return JSON.stringify(intradaySeries(symbol, interval, minutes, market, compact));
};

const asJson = (text: string): Response => new Response(text, { headers: { 'content-type': 'application/json' } });

/** Alpha Vantage's `/query` over HTTP on loopback, served from the sandbox's market; faults at `/__sandbox/faults`. */
export const startAlphaVantageSandbox = async (options: AlphaVantageSandboxOptions): Promise<AlphaVantageSandbox> => {
  const { market } = options;
  const faults = options.faults ?? createFaults();
  const callsPerMinute = options.callsPerMinute ?? CALLS_PER_MINUTE;
  const mayCall = createRateLimit(callsPerMinute, Date.now);
  const { next: random } = createRandom(options.seed ?? 1);
  const chainText = createChainText();
  const spoiler = createSpoiler(faults);
  const macro = createMacro();

  const answerOptions = (query: URLSearchParams): string => {
    const chain = market.chain(query.get('symbol') ?? '') ?? [];
    const contract = query.get('contract');
    const rows = contract === null ? chain : chain.filter((row) => row.contract.id === contract);
    return chainText(rows, query.get('require_greeks') === 'true', takeRowFaults(faults, 'REALTIME_OPTIONS'));
  };

  const answerHistory = (query: URLSearchParams): string => {
    const date = query.get('date') ?? previousSession(dateInNewYork(market.now())).date;
    const isDay = calendarCovers(date) && newYorkInstant(date as SessionDate, '00:00') <= market.now();
    if (!isDay) return JSON.stringify(errorBody('HISTORICAL_OPTIONS'));
    const rows = market.pastChain?.(query.get('symbol') ?? '', date as SessionDate) ?? [];
    return JSON.stringify(historicalOptions(rows, takeRowFaults(faults, 'HISTORICAL_OPTIONS')));
  };

  const answerOf = (name: string, query: URLSearchParams): string => {
    if (name === 'REALTIME_OPTIONS') return answerOptions(query);
    if (name === 'HISTORICAL_OPTIONS') return answerHistory(query);
    if (name === 'TIME_SERIES_INTRADAY') return answerIntraday(market, query);
    if (name === 'NEWS_SENTIMENT') return JSON.stringify(newsAnswer(market, query));
    if (MACRO.has(name)) return JSON.stringify(macro(name, query, market.now()));
    return JSON.stringify(indicatorAnswer(market, name, query));
  };

  const answerQuery = async (query: URLSearchParams): Promise<Response> => {
    const apiKey = query.get('apikey');
    const name = query.get('function') ?? '';
    if (!apiKey) return Response.json(NO_KEY_BODY);
    if (!mayCall(apiKey)) return Response.json(burstBody(callsPerMinute));
    const spoilt = await spoiltAnswer(faults, random, apiKey, name);
    if (spoilt) return spoilt;
    if ((query.get('datatype') ?? 'json') !== 'json') return Response.json(errorBody(name));
    query.delete('apikey');
    const symbol = query.get('symbol') ?? query.get('tickers') ?? '';
    return asJson(spoiler(name, query.toString(), symbol, answerOf(name, query)));
  };

  const listen = (port: number) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port,
      // A broken answer is what was asked for, and no news for the log.
      error: () => new Response(null, { status: 500 }),
      fetch: (request) => {
        const url = new URL(request.url);
        if (url.pathname === '/query') return answerQuery(url.searchParams);
        if (url.pathname === '/__sandbox/faults') return answerFaultRequest(faults, request);
        return new Response('Not Found', { status: 404 });
      },
    });
  let server: ReturnType<typeof listen> | null = listen(options.port);
  const port = server.port ?? 0;
  let returning: ReturnType<typeof setTimeout> | null = null;
  faults.listen(({ name, delayMs }) => {
    if (name !== 'outage' || server === null) return;
    const leaving = server;
    server = null;
    // Nobody listens: connections are refused, those open are cut; the one that told us so is answered first.
    setTimeout(() => void leaving.stop(true), 5);
    returning = setTimeout(() => {
      faults.clear('outage');
      server = listen(port);
    }, delayMs + 20);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    stop: async () => {
      if (returning) clearTimeout(returning);
      await server?.stop(true);
      server = null;
    },
  };
};
