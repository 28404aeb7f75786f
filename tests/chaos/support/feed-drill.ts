import { addVpinTrade, createVpin } from '../../../src/engine/core/analytics/vpin.ts';
import { BOOK_LEVELS, bestAsk, bestBid } from '../../../src/engine/core/market/book.ts';
import type { SymbolState } from '../../../src/engine/core/state.ts';
import { createRandom } from '../../../src/engine/testing/random.ts';
import type { Fault } from '../../../src/sandbox/tws/fault-types.ts';
import { startTwsSandbox } from '../../../src/sandbox/tws/server.ts';
import { type FeedDesk, startFeedDesk } from './feed-desk.ts';
import { LOUD_SYMBOLS, LoudMarket, type LoudSymbol } from './loud-market.ts';

/** Market and machine time in a wall second. */
const SPEED = 4;
const MOVE_MS = 10;
const LOOK_MS = 20;
const CALM_MS_MAX = 25_000;

export interface Drill {
  readonly name: string;
  readonly begin: readonly Fault[];
  readonly end: readonly Fault[];
  /** Wall milliseconds between the two. */
  readonly holdMs: number;
  /** Whom it concerns; new risk in others must stay possible throughout. Empty: it must not block anybody. */
  readonly concerns: readonly LoudSymbol[];
  /** Wall milliseconds in which it must have blocked whom it concerns. */
  readonly noticeMsMax: number;
  /** Whether the order channel is to be lost. */
  readonly losesBroker: boolean;
  /** Prints may come in another order than they were traded. */
  readonly shuffles?: boolean;
}

export interface DrillResult {
  readonly problems: readonly string[];
  /** Wall milliseconds: until the first symbol concerned was blocked, and from the end until none was. */
  readonly noticedMs: number | null;
  readonly recoveredMs: number | null;
  readonly messages: number;
  readonly prints: number;
}

const sumOf = (column: Float64Array, count: number): number =>
  column.slice(0, Math.min(count, column.length)).reduce((sum, value) => sum + value, 0);

/** Bars and VPIN against the market's own list of what was traded. */
const tapeProblems = (symbol: SymbolState, market: LoudMarket, shuffles: boolean): string[] => {
  const problems: string[] = [];
  const prints = market.funds.get(symbol.symbol)?.prints ?? [];
  const volume = prints.reduce((sum, { size }) => sum + size, 0);
  const { bars, vpin } = symbol;
  const kept = bars.closed + (Number.isNaN(bars.minuteAt) ? 0 : 1);
  const here = { volume: sumOf(bars.volume, kept), trades: sumOf(bars.trades, kept) };
  if (here.volume !== volume || here.trades !== prints.length)
    problems.push(
      `${symbol.symbol}: bars hold ${here.trades} trades of ${here.volume} shares (late ${bars.lateTrades}), the market made ${prints.length} of ${volume}`,
    );
  const truth = createVpin();
  for (const { price, size, sourceAt } of prints) addVpinTrade(truth, price, size, sourceAt);
  const shares = vpin.bucketCount * vpin.bucketShares + vpin.openTotal;
  if (shares !== volume) problems.push(`${symbol.symbol}: VPIN holds ${shares} shares of ${volume}`);
  if (!shuffles && JSON.stringify([...vpin.values]) !== JSON.stringify([...truth.values]))
    problems.push(`${symbol.symbol}: VPIN's buckets differ from those of the market's tape`);
  return problems;
};

const bookProblems = (symbol: SymbolState, market: LoudMarket): string[] => {
  const { book } = symbol;
  const sides = market.funds.get(symbol.symbol)?.sides;
  if (!sides) return [`${symbol.symbol}: no market`];
  const rows = (side: 0 | 1): string =>
    [...book.price.slice(side * BOOK_LEVELS, side * BOOK_LEVELS + (side === 0 ? book.askCount : book.bidCount))]
      .map((price, i) => `${price}x${book.size[side * BOOK_LEVELS + i]}`)
      .join(' ');
  const truth = (side: 0 | 1): string => sides[side].map(({ price, size }) => `${price}x${size}`).join(' ');
  return [0, 1].flatMap((side) =>
    rows(side as 0 | 1) === truth(side as 0 | 1)
      ? []
      : [
          `${symbol.symbol}: the book's side ${side} is ${rows(side as 0 | 1)}, the market's ${truth(side as 0 | 1)} (${bestBid(book)}/${bestAsk(book)})`,
        ],
  );
};

const until = async (holds: () => boolean, withinMs: number): Promise<number | null> => {
  const startedMs = performance.now();
  while (performance.now() - startedMs < withinMs) {
    if (holds()) return Math.round(performance.now() - startedMs);
    await Bun.sleep(LOOK_MS);
  }
  return null;
};

const blockedNow = (desk: FeedDesk, symbols: readonly LoudSymbol[]): readonly string[] =>
  symbols.flatMap((symbol) => desk.blocked(symbol).map((why) => `${symbol}: ${why}`));

/** One fault under load: calm, the fault, calm again; then everything is compared with what the market really did. */
export const runDrill = async (drill: Drill, seed: number): Promise<DrillResult> => {
  const problems: string[] = [];
  const market = new LoudMarket(createRandom(seed), SPEED);
  const tws = await startTwsSandbox({ market, tickMs: 20, limits: { requestsPerSecond: 400 } });
  let moving = true;
  const mover = (async () => {
    while (moving) {
      market.move();
      await Bun.sleep(MOVE_MS);
    }
  })();
  const desk = await startFeedDesk(tws, market, SPEED);
  const others = LOUD_SYMBOLS.filter((symbol) => !drill.concerns.includes(symbol));
  try {
    if ((await until(() => blockedNow(desk, LOUD_SYMBOLS).length === 0, CALM_MS_MAX)) === null)
      return {
        problems: [`never calm at the start: ${blockedNow(desk, LOUD_SYMBOLS).join('; ')}`],
        noticedMs: null,
        recoveredMs: null,
        messages: market.messages,
        prints: 0,
      };
    market.trading = true;
    await Bun.sleep(1_000);
    const lossesBefore = desk.losses();
    const startedMs = performance.now();
    for (const fault of drill.begin) tws.faults.inject(fault);
    let noticedMs: number | null = null;
    const disturbed = new Set<string>();
    while (performance.now() - startedMs < drill.holdMs) {
      if (noticedMs === null && blockedNow(desk, drill.concerns).length > 0)
        noticedMs = Math.round(performance.now() - startedMs);
      for (const why of blockedNow(desk, others)) disturbed.add(why);
      await Bun.sleep(LOOK_MS);
    }
    for (const fault of drill.end) tws.faults.inject(fault);
    const recoveredMs = await until(() => blockedNow(desk, LOUD_SYMBOLS).length === 0, CALM_MS_MAX);
    if (recoveredMs === null) problems.push(`never calm again: ${blockedNow(desk, LOUD_SYMBOLS).join('; ')}`);
    if (drill.concerns.length > 0 && (noticedMs === null || noticedMs > drill.noticeMsMax))
      problems.push(`noticed after ${noticedMs} ms, expected ${drill.noticeMsMax}`);
    if (disturbed.size > 0) problems.push(`blocked whom it does not concern: ${[...disturbed].slice(0, 3).join('; ')}`);
    const lost = desk.losses() > lossesBefore;
    if (lost !== drill.losesBroker)
      problems.push(drill.losesBroker ? 'the breaker did not trip' : 'the order channel was lost');
    await Bun.sleep(1_500);
    moving = false;
    await mover;
    const mending = (): boolean => blockedNow(desk, LOUD_SYMBOLS).some((why) => why.includes('prints of a gap'));
    await Bun.sleep(600);
    if ((await until(() => !mending(), CALM_MS_MAX)) === null) problems.push('gaps in the prints were not mended');
    for (const name of LOUD_SYMBOLS) {
      const symbol = desk.state.symbols.get(name);
      if (symbol)
        problems.push(...tapeProblems(symbol, market, drill.shuffles ?? false), ...bookProblems(symbol, market));
    }
    for (const figure of desk.strange().slice(0, 5)) problems.push(`the market never said: ${figure}`);
    const prints = [...market.funds.values()].reduce((sum, fund) => sum + fund.prints.length, 0);
    if (problems.length > 0) problems.push(...desk.logged.filter((line) => !line.includes('past')).slice(-12));
    return { problems, noticedMs, recoveredMs, messages: market.messages, prints };
  } finally {
    moving = false;
    await mover;
    await desk.stop();
    tws.stop();
  }
};
