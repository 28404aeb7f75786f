import type { State } from '../../core/state.ts';
import type { BarKeeper, MinuteBar } from '../../ports/bars.ts';
import type { Log } from '../../ports/log.ts';
import { type BarCollector, joinParts } from './bar-collector.ts';

const WRITE_EVERY_MS = 2_000;
const BATCH = 500;
/** Several days of ten underlyings. What is dropped beyond is found on the tape at the next start. */
const PENDING_MAX = 50_000;

export interface BarWriter {
  pulse(state: State): void;
  /** Parts of minutes that runs before left unfinished, by symbol. Until it is called our own minutes wait: what is written of them is always all up to some minute. */
  refilled(parts: ReadonlyMap<string, MinuteBar>): void;
  /** Writes what there is, if it can. */
  close(): Promise<void>;
}

const keyOf = ({ symbol, source, openAt }: MinuteBar): string => `${source} ${symbol} ${openAt}`;

/** The first versions of distinct bars, at most a batch of them; the rest, in order. */
const nextBatch = (pending: readonly MinuteBar[]): readonly [MinuteBar[], MinuteBar[]] => {
  const keys = new Set<string>();
  const batch: MinuteBar[] = [];
  const rest: MinuteBar[] = [];
  for (const bar of pending) {
    const key = keyOf(bar);
    if (batch.length < BATCH && !keys.has(key)) batch.push(bar);
    else rest.push(bar);
    keys.add(key);
  }
  return [batch, rest];
};

/** Writes collected bars in batches, off the engine's path: a database that is slow or away delays bars alone. */
export const createBarWriter = (options: {
  readonly collector: BarCollector;
  readonly keeper: BarKeeper;
  readonly wallNow: () => number;
  readonly log: Log;
}): BarWriter => {
  const { collector, keeper, wallNow, log } = options;
  let pending: MinuteBar[] = [];
  let parts: ReadonlyMap<string, MinuteBar> | null = null;
  let held: MinuteBar[] = [];
  let writing: Promise<void> | null = null;
  let dueAt = Number.NEGATIVE_INFINITY;
  let troubled = false;

  /** A minute of ours whose beginning an earlier run heard is joined to that. */
  const whole = (bar: MinuteBar): MinuteBar => {
    const part = bar.source === 'own' && !bar.complete ? parts?.get(bar.symbol) : undefined;
    return part && part.openAt === bar.openAt ? joinParts(part, bar) : bar;
  };
  const gather = (): void => {
    for (const bar of collector.take()) {
      if (parts === null && bar.source === 'own') held.push(bar);
      else pending.push(whole(bar));
    }
    if (pending.length <= PENDING_MAX) return;
    log('warn', 'bars could not be written for long; the oldest are left to the next start', {
      dropped: pending.length - PENDING_MAX,
    });
    pending = pending.slice(-PENDING_MAX);
  };
  const write = async (): Promise<void> => {
    while (pending.length > 0) {
      const [batch, rest] = nextBatch(pending);
      pending = rest;
      try {
        await keeper.keep(batch);
        troubled = false;
      } catch (error) {
        pending = [...batch, ...pending];
        if (!troubled) log('warn', 'bars could not be written; they wait', { error, waiting: pending.length });
        troubled = true;
        return;
      }
    }
  };
  const start = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };
  return {
    pulse: (state) => {
      collector.pulse(state);
      const now = wallNow();
      if (now < dueAt) return;
      dueAt = now + WRITE_EVERY_MS;
      gather();
      void start();
    },
    refilled: (given) => {
      parts = given;
      pending.push(...held.map(whole));
      held = [];
    },
    close: async () => {
      if (parts === null) parts = new Map();
      pending.push(...held);
      held = [];
      gather();
      await start();
    },
  };
};
