import type { MarketInput } from '../core/inputs.ts';
import type { OptionContract } from '../core/market/contract.ts';

/** Takes an input; the object may be reused by the caller after the call returns. */
export type Sink<T> = (input: T) => void;

/** A source of market data. It reconnects by itself and reports its health as `feed.reported` inputs. */
export interface Feed {
  start(sink: Sink<MarketInput>): Promise<void>;
  /** Option quotes on demand; feeds without them ignore it. */
  watch(contract: OptionContract): void;
  unwatch(contract: OptionContract): void;
  stop(): Promise<void>;
}
