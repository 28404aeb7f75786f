import { addTrade, type Bars, barAt, closeDueBar, createBars } from '../../core/analytics/bars.ts';
import { instant } from '../../core/types.ts';
import type { MinuteBar } from '../../ports/bars.ts';
import type { TapeItem } from '../../ports/tape.ts';

/** As long as the engine's own bars wait for trades that are on their way (`core/analytics/bars-set.ts`). */
const GRACE_MS = 2_000;
const MISSED_MS_MAX = 2_000;

interface Folded {
  readonly bars: Bars;
  /** Bars that opened before this were not heard from their beginning. */
  heardSince: number;
}

/**
 * Our own minute bars out of tapes, run after run in order: a minute that one run began and the next ended is one bar.
 * Bars are whole unless a run began, ended or had a gap inside them.
 */
export const createTapeFold = () => {
  const symbols = new Map<string, Folded>();
  let runId = '';
  let at = instant(0);
  let heardSince = Number.NaN;

  const foldedOf = (symbol: string): Folded => {
    let folded = symbols.get(symbol);
    if (!folded) {
      folded = { bars: createBars(4), heardSince };
      symbols.set(symbol, folded);
    }
    return folded;
  };
  const barOf = (symbol: string, { bars, heardSince: since }: Folded, back: 0 | 1): MinuteBar | null => {
    const bar = barAt(bars, back);
    if (!bar) return null;
    const complete = back === 1 && bar.openAt >= since - MISSED_MS_MAX;
    return { ...bar, symbol, source: 'own', complete, knownAt: at, runId };
  };
  /** From here on only bars that open later can be whole. */
  const interrupted = (): void => {
    heardSince = Number.NaN;
    for (const folded of symbols.values()) folded.heardSince = Number.POSITIVE_INFINITY;
  };
  const heard = (): void => {
    if (!Number.isNaN(heardSince)) return;
    heardSince = at;
    for (const folded of symbols.values()) folded.heardSince = at;
  };

  return {
    begin: (next: string): void => {
      runId = next;
      interrupted();
    },
    /** Bars that this item closed. */
    take: (item: TapeItem): readonly MinuteBar[] => {
      if (item.kind === 'gap') interrupted();
      if (item.kind !== 'entry') return [];
      at = item.entry.at;
      heard();
      const { input } = item.entry;
      if (input.kind === 'trade.seen') {
        const folded = foldedOf(input.symbol);
        if (!addTrade(folded.bars, input.price, input.size, input.sourceAt, at)) return [];
        const bar = barOf(input.symbol, folded, 1);
        return bar ? [bar] : [];
      }
      if (input.kind !== 'timer.fired') return [];
      const closed: MinuteBar[] = [];
      for (const [symbol, folded] of symbols) {
        if (!closeDueBar(folded.bars, at, GRACE_MS)) continue;
        const bar = barOf(symbol, folded, 1);
        if (bar) closed.push(bar);
      }
      return closed;
    },
    /** Minutes that are still open, unfinished as they are, by symbol. */
    parts: (): ReadonlyMap<string, MinuteBar> => {
      const parts = new Map<string, MinuteBar>();
      for (const [symbol, folded] of symbols) {
        const bar = barOf(symbol, folded, 0);
        if (bar) parts.set(symbol, bar);
      }
      return parts;
    },
  };
};
