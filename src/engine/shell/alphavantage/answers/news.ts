import type { NewsSentimentSeen } from '../../../core/inputs.ts';
import { type Instant, instant } from '../../../core/types.ts';
import { type Refusal, refusal } from '../body.ts';
import { type Count, figure, isObject, type JsonObject } from '../fields.ts';

const TITLE_MAX = 300;
const PUBLISHED = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?$/;

/** `20260410T013000`, in UTC. */
const publishedAt = (text: unknown): Instant | null => {
  const match = typeof text === 'string' ? PUBLISHED.exec(text) : null;
  if (!match) return null;
  const [, year, month, day, hour, minute, second = '00'] = match;
  try {
    return instant(Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).epochMilliseconds);
  } catch {
    return null;
  }
};

const webAddress = (text: unknown): string | null => {
  if (typeof text !== 'string' || !URL.canParse(text)) return null;
  return /^https?:$/.test(new URL(text).protocol) ? text : null;
};

/** The article about this symbol; null when it cannot be true, undefined when it is about others. */
const articleOf = (item: unknown, symbol: string, count: Count): NewsSentimentSeen | null | undefined => {
  if (!isObject(item)) return null;
  const tickers = item['ticker_sentiment'];
  if (!Array.isArray(tickers)) return null;
  const about = tickers.find((one): one is JsonObject => isObject(one) && one['ticker'] === symbol);
  if (!about) return undefined;
  const at = publishedAt(item['time_published']);
  const url = webAddress(item['url']);
  const { title, source } = item;
  const relevance = figure(about['relevance_score'], count);
  const sentiment = figure(about['ticker_sentiment_score'], count);
  const inRange = relevance >= 0 && relevance <= 1 && Math.abs(sentiment) <= 1;
  if (at === null || url === null || typeof title !== 'string' || typeof source !== 'string' || !inRange) return null;
  return {
    kind: 'news-sentiment.seen',
    symbol,
    publishedAt: at,
    title: title.slice(0, TITLE_MAX),
    source: source.slice(0, TITLE_MAX),
    url,
    relevance,
    sentiment,
  };
};

export type ReadNews =
  | {
      readonly ok: true;
      readonly seen: readonly NewsSentimentSeen[];
      readonly rejected: Readonly<Record<string, number>>;
    }
  | Refusal;

/** An answer of NEWS_SENTIMENT: what it says about one symbol, oldest first. Articles that cannot be true are left out and counted. */
export const readNews = (body: JsonObject, symbol: string): ReadNews => {
  const { feed } = body;
  if (!Array.isArray(feed)) return refusal('unexpected-shape', 'expected an array under "feed"');
  const rejected: Record<string, number> = {};
  const count: Count = (reason) => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const seen: NewsSentimentSeen[] = [];
  for (const item of feed) {
    const article = articleOf(item, symbol, count);
    if (article) seen.push(article);
    else if (article === null) count('bad-article');
  }
  if (feed.length > 0 && rejected['bad-article'] === feed.length)
    return refusal('unexpected-shape', `none of ${feed.length} articles could be taken: ${JSON.stringify(rejected)}`);
  return { ok: true, seen: seen.sort((a, b) => a.publishedAt - b.publishedAt), rejected };
};
