import type { ChainRow, SandboxMarket } from '../market/types.ts';
import { errorBody, informationBody, NO_KEY_BODY, NOTE_BODY, PREMIUM_PLACEHOLDER_BODY } from './bodies.ts';
import { answerFaultRequest, createFaults, type Faults } from './faults.ts';
import { INTERVAL_MINUTES, intradaySeries } from './intraday.ts';
import { type RowFaults, realtimeOptions } from './realtime-options.ts';

export interface AlphaVantageSandboxOptions {
  readonly market: SandboxMarket;
  /** 0: any free port. Listens on loopback only. */
  readonly port: number;
  readonly faults?: Faults;
}

export interface AlphaVantageSandbox {
  /** Base address without a path: the vendor's is `https://www.alphavantage.co`. */
  readonly url: string;
  readonly faults: Faults;
  stop(): Promise<void>;
}

const NO_ROW_FAULTS: RowFaults = { allGammaZero: false, missingOpenInterest: false, crossedQuotes: false };

const takeRowFaults = (faults: Faults): RowFaults =>
  faults.list().length === 0
    ? NO_ROW_FAULTS
    : {
        allGammaZero: faults.take('all-gamma-zero') !== null,
        missingOpenInterest: faults.take('missing-oi') !== null,
        crossedQuotes: faults.take('crossed-quotes') !== null,
      };

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
  const bars = market.minuteBars(symbol, Number.POSITIVE_INFINITY);
  return JSON.stringify(intradaySeries(symbol, interval, minutes, bars, market.now(), compact));
};

const spoiltAnswer = async (faults: Faults, apiKey: string, functionName: string): Promise<Response | null> => {
  if (faults.list().length === 0) return null;
  const delay = faults.take('delay');
  if (delay) await Bun.sleep(delay.delayMs);
  if (faults.take('http-500')) return new Response('Internal Server Error', { status: 500 });
  if (faults.take('not-json')) return new Response('<html><body>503 Service Unavailable</body></html>');
  if (faults.take('note')) return Response.json(NOTE_BODY);
  if (faults.take('information')) return Response.json(informationBody(apiKey));
  if (faults.take('error-message')) return Response.json(errorBody(functionName));
  if (faults.take('premium-placeholder')) return Response.json(PREMIUM_PLACEHOLDER_BODY);
  return null;
};

const asJson = (text: string): Response => new Response(text, { headers: { 'content-type': 'application/json' } });

/** Alpha Vantage's `/query` over HTTP on loopback, served from the sandbox's market; faults at `/__sandbox/faults`. */
export const startAlphaVantageSandbox = async (options: AlphaVantageSandboxOptions): Promise<AlphaVantageSandbox> => {
  const { market } = options;
  const faults = options.faults ?? createFaults();
  const chainText = createChainText();

  const answerOptions = (query: URLSearchParams): string => {
    const chain = market.chain(query.get('symbol') ?? '') ?? [];
    const contract = query.get('contract');
    const rows = contract === null ? chain : chain.filter((row) => row.contract.id === contract);
    return chainText(rows, query.get('require_greeks') === 'true', takeRowFaults(faults));
  };

  const answerQuery = async (query: URLSearchParams): Promise<Response> => {
    const apiKey = query.get('apikey');
    const functionName = query.get('function') ?? '';
    if (!apiKey) return Response.json(NO_KEY_BODY);
    const spoilt = await spoiltAnswer(faults, apiKey, functionName);
    if (spoilt) return spoilt;
    const answers: Readonly<Record<string, () => string>> = {
      REALTIME_OPTIONS: () => answerOptions(query),
      TIME_SERIES_INTRADAY: () => answerIntraday(market, query),
    };
    const answer = answers[functionName];
    if (!answer || (query.get('datatype') ?? 'json') !== 'json') return Response.json(errorBody(functionName));
    const text = answer();
    return asJson(faults.take('truncated') ? text.slice(0, Math.floor(text.length * 0.6)) : text);
  };

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: options.port,
    fetch: (request) => {
      const url = new URL(request.url);
      if (url.pathname === '/query') return answerQuery(url.searchParams);
      if (url.pathname === '/__sandbox/faults') return answerFaultRequest(faults, request);
      return new Response('Not Found', { status: 404 });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    faults,
    stop: () => server.stop(true),
  };
};
