import type { AuctionSeen } from '../../../core/inputs.ts';
import { dateInNewYork } from '../../../core/market/calendar.ts';
import type { SessionDate } from '../../../core/types.ts';
import type { Stream } from './stream.ts';
import type { StreamBoardOptions } from './stream-board.ts';

export type AuctionFigure = Extract<
  keyof AuctionSeen,
  'pairedShares' | 'imbalanceShares' | 'referencePrice' | 'regulatoryImbalanceShares'
>;

type AuctionsOptions = Pick<StreamBoardOptions, 'emit' | 'health' | 'clock'>;

/** Closing-auction figures, which come one by one beside a quote and are told together once a read is over. */
export class Auctions {
  readonly #options: AuctionsOptions;
  readonly #forgetAll: () => void;
  readonly #changed = new Set<Stream>();
  #date: SessionDate | null = null;

  constructor(options: AuctionsOptions, forgetAll: () => void) {
    this.#options = options;
    this.#forgetAll = forgetAll;
  }

  set(stream: Stream, figure: AuctionFigure, value: number): void {
    const { auction } = stream;
    if (!auction) return;
    const date = dateInNewYork(this.#options.clock.now());
    // Yesterday's figures are not the beginning of today's.
    if (date !== this.#date) this.#forgetAll();
    this.#date = date;
    if (Object.is(auction[figure], value)) return;
    auction[figure] = value;
    this.#changed.add(stream);
    this.#options.health.set('ibkr.auction', 'live', null);
  }

  flush(): void {
    if (this.#changed.size === 0) return;
    for (const { auction } of this.#changed) if (auction) this.#options.emit(auction);
    this.#changed.clear();
  }

  clear(): void {
    this.#changed.clear();
  }
}
