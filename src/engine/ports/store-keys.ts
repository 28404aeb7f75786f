import type { StoreKind } from './store.ts';

/** One family of keys: the table that writer, reader and `docs/state-store.md` share. */
export interface KeyRule {
  /** `{name}` stands for one part without a colon; `{name…}` for the rest of the key. */
  readonly pattern: string;
  readonly kind: StoreKind;
  /** Wall seconds after the last write; null is kept until it is replaced. */
  readonly ttlSeconds: number | null;
  /** Readers get an absence once the facts are older than this, wall milliseconds at the market's speed of now. */
  readonly ageMsMax: number;
  /** Entries kept of a window or stream. */
  readonly entriesMax?: number;
  /** Entries of a window older than this are left out. Wall milliseconds. */
  readonly windowMs?: number;
  readonly writer: 'payload tap' | 'mirror';
  readonly about: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const rule = (
  pattern: string,
  kind: StoreKind,
  ttlSeconds: number | null,
  ageMsMax: number,
  about: string,
  more: Partial<Pick<KeyRule, 'entriesMax' | 'windowMs' | 'writer'>> = {},
): KeyRule => ({ pattern, kind, ttlSeconds, ageMsMax, about, writer: 'mirror', ...more });

const TAPPED = { writer: 'payload tap' } as const;

/** Pricing inputs go stale after 3 s, books after 5 s, chains after 15 s: the engine's own limits (`core/limits.ts`). */
export const STORE_KEYS: readonly KeyRule[] = [
  rule('raw:av:options:{symbol}', 'raw', 900, 15 * SECOND, 'Option chain as Alpha Vantage sent it', TAPPED),
  rule('raw:av:bars:{symbol}', 'raw', 3_600, 5 * MINUTE, 'Intraday bars as Alpha Vantage sent them', TAPPED),
  rule('raw:av:{stream}:{rest…}', 'raw', 86_400, DAY, 'Any other answer of Alpha Vantage, as sent', TAPPED),
  rule('raw:ibkr:depth:{symbol}', 'json', 180, 5 * SECOND, 'Newest snapshot of the book, ten levels a side'),
  rule(
    'raw:ibkr:depth:{symbol}:window',
    'window',
    180,
    5 * SECOND,
    'Snapshots of the book every 2 s over the last 60 s, newest first',
    { entriesMax: 30, windowMs: MINUTE },
  ),
  rule('raw:ibkr:{symbol}', 'json', 60, 3 * SECOND, 'Quote and last price from IBKR'),
  rule(
    'orderflow:ibkr:L2:{symbol}',
    'stream',
    180,
    5 * SECOND,
    'Rows of the book that changed between two pulses; an entry a pulse',
    { entriesMax: 500 },
  ),
  rule(
    'market:{symbol}:book',
    'hash',
    60,
    5 * SECOND,
    'The book, a field per level: `bid:1` … `ask:10` as [price, size, venue]',
  ),
  rule(
    'market:{symbol}:bars:1min',
    'json',
    3_600,
    2 * MINUTE,
    'Minute bars of our own from trades: the last 60 closed, and the open one',
  ),
  rule(
    'options:{symbol}:chain',
    'hash',
    900,
    15 * SECOND,
    'Option chain, a field per expiry: rows of contract, side, strike, quote, interest, volatility and Greeks',
  ),
  rule('analytics:STATUS', 'hash', 300, 30 * SECOND, 'Heartbeat of every module, a field per `module:symbol`'),
  rule('analytics:alerts', 'json', 300, 30 * SECOND, 'Anomalies of the last five minutes'),
  rule('analytics:regime', 'json', 300, 5 * MINUTE, 'Market state by symbol'),
  rule(
    'analytics:{symbol}:gex',
    'hash',
    300,
    MINUTE,
    'Dealer gamma: `total`, `own`, `flip`, walls; naive-dealer convention',
  ),
  rule('analytics:{symbol}:vpin', 'hash', 300, 5 * MINUTE, 'Order-flow toxicity: `value`, `buckets`'),
  rule(
    'analytics:{module}:{symbol}',
    'json',
    300,
    5 * MINUTE,
    'Figures of one module (`greeks`, `vpin`, `positioning`, `flow_clusters`, …), each with its basis or its absence',
  ),
  rule(
    'heartbeat:{part}',
    'text',
    90,
    60 * SECOND,
    'Wall milliseconds of the newest sign of life of `ibkr_ingestion`, `alpha_vantage`, `engine`',
  ),
  rule('ibkr:connected', 'text', 60, 10 * SECOND, '1 while the broker’s session is up, else 0'),
  rule(
    'monitoring:alpha_vantage:metrics',
    'json',
    60,
    30 * SECOND,
    'State of Alpha Vantage’s feeds and request budget',
  ),
  rule('monitoring:data:stale', 'json', 60, 10 * SECOND, 'Symbols whose quote is older than 10 s, with its age'),
  rule('positions:open:{account}', 'hash', null, 30 * SECOND, 'Open positions, a field per contract'),
  rule('orders:pending', 'hash', 86_400, 30 * SECOND, 'Working orders, a field per client order id'),
  rule('risk:limits', 'json', 86_400, MINUTE, 'Limits in force'),
  rule('risk:exposure', 'json', 86_400, 30 * SECOND, 'Net Greeks of what is held, and today’s realised result'),
  rule('risk:kill', 'json', 86_400, 30 * SECOND, 'The kill switch'),
  rule('risk:breaches', 'json', 86_400, MINUTE, 'Refusals of the last hour: their count and the newest'),
  rule('execution:mode', 'text', 86_400, 30 * SECOND, 'automatic or manual; a copy: commands go through Postgres'),
  rule(
    'signals:execution:{symbol}',
    'list',
    3_600,
    30 * SECOND,
    'Open signals, untimed and unredacted: operators only',
  ),
  rule('engine:run', 'json', 300, 30 * SECOND, 'Run, sequence, market and wall time, speed of the market’s clock'),
];

const compiled = STORE_KEYS.map((one) => ({
  rule: one,
  test: new RegExp(`^${one.pattern.replace(/\{\w+…\}/g, '.{1,200}').replace(/\{\w+\}/g, '[^:]{1,60}')}$`),
}));

const known = new Map<string, KeyRule>();
const KNOWN_MAX = 10_000;

/** The first rule of the table that fits; null when the key is in no family. */
export const ruleOf = (key: string): KeyRule | null => {
  const found = known.get(key);
  if (found) return found;
  const match = compiled.find(({ test }) => test.test(key))?.rule ?? null;
  if (match && known.size < KNOWN_MAX) known.set(key, match);
  return match;
};
