import type { Instant } from '../../engine/core/types.ts';
import type { CboeRecording } from '../recordings/types.ts';
import { createLobsterPlayer, type LobsterPlayer } from './recorded/lobster-player.ts';
import type { RecordedSession } from './recorded/recorded-session.ts';
import { profileOf } from './seeded/instruments/profiles.ts';
import type { SessionClock } from './session-clock.ts';
import type { ChainRow, Instrument, MarketEvent, MarketQuote, OptionMarketQuote, SandboxMarket } from './types.ts';

/** Wall milliseconds between batches of events. */
const PUMP_EVERY_MS = 40;
/** Cboe's files tell no sizes: contracts that the sandbox's exchange takes as shown. */
const ASSUMED_OPTION_SIZE = 10;
const INDICES: ReadonlySet<string> = new Set(['SPX', 'XSP', 'NDX', 'XND', 'RUT', 'MRUT', 'VIX', 'DJX', 'OEX', 'XEO']);

export interface RecordedMarketOptions {
  readonly recorded: RecordedSession;
  readonly clock: SessionClock;
}

export interface RecordedMarket extends SandboxMarket {
  /** Plays everything up to this market time. `start` does it by the wall clock. */
  advanceTo(at: Instant): void;
}

/** `AMZN_2012-06-21 (LOBSTER) + SPX 2022-03-23 (Cboe)`. */
export const describeRecordings = ({ lobsters, chains }: RecordedSession): string =>
  [
    ...lobsters.map(({ symbol, date }) => `${symbol}_${date} (LOBSTER)`),
    ...chains.map(({ underlying, sessionDate }) => `${underlying} ${sessionDate} (Cboe)`),
  ].join(' + ');

const instrumentOf = (
  symbol: string,
  player: LobsterPlayer | undefined,
  chain: CboeRecording | undefined,
): Instrument => {
  const isIndex = INDICES.has(symbol) || (!player && /index/i.test(chain?.name ?? ''));
  return {
    symbol,
    kind: isIndex ? 'index' : 'stock',
    name: chain?.name ?? symbol,
    primaryExchange: isIndex ? 'CBOE' : 'NASDAQ',
    hasDepth: player !== undefined,
    hasTrades: player !== undefined,
    hasOptions: chain !== undefined,
    conId: profileOf(symbol).conId,
  };
};

const quoteOfFile = (chain: CboeRecording): MarketQuote => ({
  bidPrice: chain.bid,
  bidSize: 0,
  askPrice: chain.ask,
  askSize: 0,
  lastPrice: chain.last,
  lastSize: 0,
  volume: 0,
});

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

const optionQuoteOf = (row: ChainRow): OptionMarketQuote => {
  const bidPrice = positive(row.bid);
  const askPrice = positive(row.ask);
  return {
    bidPrice,
    bidSize: bidPrice === null ? 0 : ASSUMED_OPTION_SIZE,
    askPrice,
    askSize: askPrice === null ? 0 : ASSUMED_OPTION_SIZE,
    lastPrice: positive(row.last),
  };
};

/** Real files played once, in their own order, on the day that they describe. */
export const createRecordedMarket = ({ recorded, clock }: RecordedMarketOptions): RecordedMarket => {
  const { session } = recorded;
  const players = new Map(recorded.lobsters.map((lobster) => [lobster.symbol, createLobsterPlayer(lobster, session)]));
  const chains = new Map(recorded.chains.map((chain) => [chain.underlying, chain]));
  const rows = new Map(recorded.chains.flatMap(({ chain }) => chain.map((row) => [row.contract.id, row])));
  const contracts = new Map([...chains].map(([name, { chain }]) => [name, chain.map(({ contract }) => contract)]));
  const symbols = [...new Set([...players.keys(), ...chains.keys()])];
  const instruments = symbols.map((symbol) => instrumentOf(symbol, players.get(symbol), chains.get(symbol)));
  const listeners = new Set<(event: MarketEvent) => void>();
  let timer: ReturnType<typeof setInterval> | null = null;

  const tell = (event: MarketEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const advanceTo = (at: Instant): void => {
    if (players.size === 1) {
      for (const player of players.values()) player.playUntil(at, tell);
      return;
    }
    // Several tickers: whoever's next row is oldest goes first.
    for (;;) {
      let next: LobsterPlayer | null = null;
      for (const player of players.values()) {
        const due = player.nextAt();
        if (due !== null && (next === null || due < (next.nextAt() ?? Infinity))) next = player;
      }
      const due = next?.nextAt() ?? null;
      if (next === null || due === null || due > at || due > session.closeAt) return;
      next.playUntil(due, tell);
    }
  };
  const startAt = clock.now();
  for (const player of players.values()) player.playUntil(startAt, null);

  const quoteOf = (symbol: string): MarketQuote | null => {
    const player = players.get(symbol);
    if (player) return player.quote();
    const chain = chains.get(symbol);
    return chain ? quoteOfFile(chain) : null;
  };

  return {
    now: () => clock.now(),
    speed: clock.anchor.speed,
    source: 'recorded',
    description: describeRecordings(recorded),
    sessionOpen: () => clock.now() >= session.openAt && clock.now() < session.closeAt,
    instruments: () => instruments,
    quote: quoteOf,
    optionQuote(id) {
      const row = rows.get(id);
      return row ? optionQuoteOf(row) : null;
    },
    option: (id) => rows.get(id)?.contract ?? null,
    optionsOf: (symbol) => contracts.get(symbol) ?? [],
    chain: (symbol) => chains.get(symbol)?.chain ?? null,
    book: (symbol) => players.get(symbol)?.book() ?? null,
    minuteBars: (symbol, count) => players.get(symbol)?.bars.latest(count) ?? [],
    halted: (symbol) => players.get(symbol)?.halted() ?? false,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (timer !== null) return;
      for (const chain of chains.keys()) tell({ kind: 'chain', symbol: chain, at: clock.now() });
      timer = setInterval(() => advanceTo(clock.now()), PUMP_EVERY_MS);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
    advanceTo,
  };
};
