import { errorBody, informationBody, NOTE_BODY, PREMIUM_PLACEHOLDER_BODY } from './bodies.ts';
import type { Faults } from './faults.ts';
import type { RowFaults } from './realtime-options.ts';

const NO_ROW_FAULTS: RowFaults = {
  allGammaZero: false,
  greeksDropout: false,
  missingOpenInterest: false,
  crossedQuotes: false,
};

export const takeRowFaults = (faults: Faults, name: string): RowFaults =>
  faults.list().length === 0
    ? NO_ROW_FAULTS
    : {
        allGammaZero: faults.take('all-gamma-zero', name) !== null,
        greeksDropout: faults.take('greeks-dropout', name) !== null,
        missingOpenInterest: faults.take('missing-oi', name) !== null,
        crossedQuotes: faults.take('crossed-quotes', name) !== null,
      };

const failing = (): ReadableStream =>
  new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"'));
      controller.error(new Error('sandbox: reset'));
    },
  });

const never = (): Promise<Response> => new Promise(() => {});

/** What comes in place of an answer, after the wait it was told to make; null: the answer. */
export const spoiltAnswer = async (
  faults: Faults,
  random: () => number,
  apiKey: string,
  name: string,
): Promise<Response | null> => {
  if (faults.list().length === 0) return null;
  const delay = faults.take('delay', name);
  if (delay) await Bun.sleep(delay.delayMs);
  const latency = faults.take('latency', name);
  // Mostly short, at times long.
  if (latency) await Bun.sleep(latency.delayMs * random() ** 3);
  if (faults.take('hang', name)) return never();
  if (faults.take('reset', name)) return new Response(failing());
  for (const [fault, status] of [
    ['http-500', 500],
    ['http-503', 503],
    ['http-429', 429],
  ] as const)
    if (faults.take(fault, name)) return new Response(`status ${status}`, { status });
  if (faults.take('not-json', name)) return new Response('<html><body>503 Service Unavailable</body></html>');
  if (faults.take('note', name)) return Response.json(NOTE_BODY);
  if (faults.take('information', name)) return Response.json(informationBody(apiKey));
  if (faults.take('error-message', name)) return Response.json(errorBody(name));
  if (faults.take('premium-placeholder', name)) return Response.json(PREMIUM_PLACEHOLDER_BODY);
  return null;
};

/** A field of each function's answers that the vendor might rename, drop, or write otherwise. */
const FIELD_OF: Readonly<Record<string, string>> = {
  REALTIME_OPTIONS: 'open_interest',
  HISTORICAL_OPTIONS: 'open_interest',
  TIME_SERIES_INTRADAY: '4. close',
  RSI: 'RSI',
  MACD: 'MACD_Signal',
  BBANDS: 'Real Middle Band',
  REAL_GDP: 'unit',
  CPI: 'unit',
  FEDERAL_FUNDS_RATE: 'unit',
  NEWS_SENTIMENT: 'ticker_sentiment',
};

const isData = (key: string): boolean => key === 'data' || key === 'feed' || /^Time Series|^Technical/.test(key);

/** The text of an answer as the set faults leave it. */
export const createSpoiler = (faults: Faults) => {
  const lastTexts = new Map<string, string>();
  return (name: string, question: string, symbol: string, sound: string): string => {
    if (faults.list().length === 0) {
      lastTexts.set(question, sound);
      return sound;
    }
    let text = faults.take('stale', name) ? (lastTexts.get(question) ?? sound) : sound;
    lastTexts.set(question, text);
    const field = FIELD_OF[name] ?? 'data';
    if (faults.take('renamed-field', name)) text = text.replaceAll(`"${field}":`, `"${field}_v2":`);
    if (faults.take('missing-field', name))
      text = JSON.stringify(JSON.parse(text, (key, value) => (key === field ? undefined : value)));
    if (faults.take('extra-field', name)) text = text.replaceAll(`"${field}":`, `"novelty":{"a":["b"]},"${field}":`);
    if (faults.take('numbers', name)) text = text.replace(/"(-?(?:0|[1-9]\d*)(?:\.\d+)?)"(?!:)/g, '$1');
    if (faults.take('empty-data', name))
      text = JSON.stringify(
        Object.fromEntries(
          Object.entries(JSON.parse(text)).map(([key, value]) =>
            isData(key) ? [key, Array.isArray(value) ? [] : {}] : [key, value],
          ),
        ),
      );
    if (faults.take('wrong-symbol', name) && symbol !== '') text = text.replaceAll(symbol, 'ZZZ');
    return faults.take('truncated', name) ? text.slice(0, Math.floor(text.length * 0.6)) : text;
  };
};
