import type { TradeSeen } from '../../../core/inputs.ts';
import { instant } from '../../../core/types.ts';
import type { Stream } from '../market-data/stream.ts';
import type { StreamBoardOptions } from '../market-data/stream-board.ts';
import type { Link } from '../wire/link.ts';
import { PastPrints } from './past-prints.ts';
import type { Print } from './print.ts';
import { PrintStreams } from './print-streams.ts';

export interface TradesOptions extends Omit<StreamBoardOptions, 'isMending'> {
  readonly nextRequestId: () => number;
  /** Wall milliseconds. */
  readonly now: () => number;
  readonly streamOf: (symbol: string) => Stream | undefined;
}

/** Prints of all symbols: each trade told once and in order, whatever the connection does. */
export class Trades {
  readonly #options: TradesOptions;
  readonly #streams: PrintStreams;
  readonly #past: PastPrints;
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
      onMending: (symbol, mending) => this.#onMending(symbol, mending),
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
    this.#streams.print(symbol, print);
  }

  volume(symbol: string, shares: number): void {
    this.#streams.volume(symbol, shares);
  }

  /** The stream is asked for (again), or a message of it could not be read. */
  interrupted(symbol: string): void {
    this.#streams.interrupted(symbol);
  }

  isMending(symbol: string): boolean {
    return this.#streams.isMending(symbol);
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

  /** Bars wait for what is being fetched: the core hears that the stream is not whole. */
  #onMending(symbol: string, mending: boolean): void {
    const stream = this.#options.streamOf(symbol);
    if (stream?.state !== 'live') return;
    this.#options.emit({
      kind: 'stream.reported',
      feed: 'ibkr.trades',
      symbol,
      state: mending ? 'silent' : 'live',
      reason: mending ? 'prints of a gap are being fetched' : null,
    });
  }
}
