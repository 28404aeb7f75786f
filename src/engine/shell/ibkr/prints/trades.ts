import type { TradeSeen } from '../../../core/inputs.ts';
import { type Instant, instant } from '../../../core/types.ts';
import type { Stream } from '../market-data/stream.ts';
import type { StreamBoardOptions } from '../market-data/stream-board.ts';
import type { Link } from '../wire/link.ts';
import { LagWatch } from './lag-watch.ts';
import { PastPrints } from './past-prints.ts';
import type { Print } from './print.ts';
import { PrintStreams } from './print-streams.ts';

export interface TradesOptions extends Omit<StreamBoardOptions, 'behind'> {
  readonly nextRequestId: () => number;
  /** Wall milliseconds. */
  readonly now: () => number;
  /** Market milliseconds after its stamp from which a print is late. */
  readonly lagMsMax: number;
  readonly streamOf: (symbol: string) => Stream | undefined;
}

/** Prints of all symbols: each trade told once and in order, whatever the connection does. */
export class Trades {
  readonly #options: TradesOptions;
  readonly #streams: PrintStreams;
  readonly #past: PastPrints;
  readonly #lags = new Map<string, LagWatch>();
  #connected = false;
  // Told and reused: whoever hears it copies what it keeps.
  readonly #trade: TradeSeen = { kind: 'trade.seen', symbol: '', price: 0, size: 0, venue: '', sourceAt: instant(0) };

  constructor(options: TradesOptions) {
    this.#options = options;
    this.#past = new PastPrints(options);
    this.#streams = new PrintStreams({
      tell: (symbol, print) => this.#tell(symbol, print),
      askPast: (symbol, from, through, answer) => {
        const stream = options.streamOf(symbol);
        if (stream) this.#past.ask(symbol, stream.contract, from, through, answer);
        else answer('never');
      },
      onMending: (symbol) => this.#report(symbol),
      onLost: () => options.health.refuse('ibkr.trades', 'gap-not-mended'),
      clock: options.clock,
      now: options.now,
      log: options.log,
    });
  }

  attach(link: Link): void {
    this.#connected = true;
    this.#past.attach(link);
  }

  detach(): void {
    this.#connected = false;
    this.#past.detach();
  }

  beat(): void {
    this.#past.beat();
    this.#streams.beat(this.#connected);
  }

  onError(id: number, code: number, message: string): boolean {
    return this.#past.onError(id, code, message);
  }

  print(symbol: string, print: Print): void {
    const lag = this.#lagOf(symbol);
    if (lag.heard(this.#options.clock.now() - print.sourceAt)) this.#report(symbol);
    this.#streams.print(symbol, print);
  }

  /** The first print of a stream that was not live says by itself whether it speaks of now. */
  resuming(stream: Stream | undefined, sourceAt: Instant): void {
    if (stream?.kind !== 'trades' || stream.state === 'live') return;
    this.#lagOf(stream.symbol).begin(this.#options.clock.now() - sourceAt);
    // It flows again by itself: what it did not say meanwhile is missing.
    if (stream.state !== 'waiting' && !this.#streams.isMending(stream.symbol)) this.interrupted(stream.symbol);
  }

  volume(symbol: string, shares: number): void {
    this.#streams.volume(symbol, shares);
  }

  /** The stream is asked for (again), or a message of it could not be read. */
  interrupted(symbol: string): void {
    this.#streams.interrupted(symbol);
  }

  /** Why the prints of a symbol are not those of now, all of them; null when they are. */
  behind(symbol: string): string | null {
    if (this.#streams.isMending(symbol)) return 'prints of a gap are being fetched';
    const lag = this.#lags.get(symbol);
    return lag?.lagging ? `prints come ${(lag.lagMs / 1_000).toFixed(1)} s late` : null;
  }

  #lagOf(symbol: string): LagWatch {
    const known = this.#lags.get(symbol);
    if (known) return known;
    const lag = new LagWatch(this.#options.lagMsMax);
    this.#lags.set(symbol, lag);
    return lag;
  }

  #tell(symbol: string, { price, size, venue, sourceAt }: Print): void {
    const trade = this.#trade;
    trade.symbol = symbol;
    trade.price = price;
    trade.size = size;
    trade.venue = venue;
    trade.sourceAt = sourceAt;
    this.#options.emit(trade);
  }

  /** Bars wait for what is being fetched, and nothing new is risked on what lags: the core hears of both. */
  #report(symbol: string): void {
    const stream = this.#options.streamOf(symbol);
    if (stream?.state !== 'live') return;
    const reason = this.behind(symbol);
    const state = reason === null ? 'live' : 'silent';
    this.#options.emit({ kind: 'stream.reported', feed: 'ibkr.trades', symbol, state, reason });
  }
}
