import type { NewsItem, SandboxMarket } from '../market/types.ts';

const LABELS: readonly (readonly [number, string])[] = [
  [-0.35, 'Bearish'],
  [-0.15, 'Somewhat-Bearish'],
  [0.15, 'Neutral'],
  [0.35, 'Somewhat-Bullish'],
];
const labelOf = (score: number): string => LABELS.find(([below]) => score <= below)?.[1] ?? 'Bullish';

/** `20260410T013000`, UTC. */
const stampOf = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' }).replace(/[-:Z]/g, '');

const articleOf = (symbol: string, item: NewsItem) => ({
  title: item.title,
  url: item.url,
  time_published: stampOf(item.publishedAt),
  authors: [],
  summary: item.title,
  banner_image: '',
  source: item.source,
  category_within_source: 'n/a',
  source_domain: URL.canParse(item.url) ? new URL(item.url).hostname : '',
  topics: [{ topic: 'Financial Markets', relevance_score: '0.5' }],
  overall_sentiment_score: Number(item.sentiment.toFixed(6)),
  overall_sentiment_label: labelOf(item.sentiment),
  ticker_sentiment: [
    {
      ticker: symbol,
      relevance_score: item.relevance.toFixed(6),
      ticker_sentiment_score: item.sentiment.toFixed(6),
      ticker_sentiment_label: labelOf(item.sentiment),
    },
  ],
});

/** `NEWS_SENTIMENT` of one ticker, newest first; empty where the market has no news. */
export const newsAnswer = (market: SandboxMarket, query: URLSearchParams): unknown => {
  const symbol = query.get('tickers') ?? '';
  const limit = Math.min(1_000, Math.max(1, Number(query.get('limit') ?? 50) || 50));
  const feed = (market.news?.(symbol, limit) ?? []).map((item) => articleOf(symbol, item));
  return {
    items: String(feed.length),
    sentiment_score_definition:
      'x <= -0.35: Bearish; -0.35 < x <= -0.15: Somewhat-Bearish; -0.15 < x < 0.15: Neutral; 0.15 <= x < 0.35: Somewhat_Bullish; x >= 0.35: Bullish',
    relevance_score_definition: '0 < x <= 1, with a higher score indicating higher relevance.',
    feed,
  };
};
