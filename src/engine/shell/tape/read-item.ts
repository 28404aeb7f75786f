import type {
  DepthSeen,
  Entry,
  FeedReported,
  OptionQuoteSeen,
  QuoteSeen,
  TradeSeen,
  VendorBarSeen,
} from '../../core/inputs.ts';
import { type ContractId, type Instant, instant } from '../../core/types.ts';
import type { TapeItem } from '../../ports/tape.ts';
import type { ByteReader } from './bytes.ts';
import { readChain } from './chain-codec.ts';
import { ITEM, type Origin } from './format.ts';
import { readText } from './text-codec.ts';

const NAN = Number.NaN;

/** Decodes items into objects that are filled anew for each. */
export class ItemReader {
  readonly #afterSeq: number;
  readonly #entry: Entry = { seq: 0, at: instant(0), input: { kind: 'timer.fired' } };
  readonly #item: TapeItem = { kind: 'entry', entry: this.#entry };
  readonly #timer = { kind: 'timer.fired' } as const;
  readonly #quote: QuoteSeen = {
    kind: 'quote.seen',
    symbol: '',
    bidPrice: NAN,
    bidSize: NAN,
    askPrice: NAN,
    askSize: NAN,
    lastPrice: NAN,
  };
  readonly #option: OptionQuoteSeen = {
    kind: 'option-quote.seen',
    contractId: '' as ContractId,
    bidPrice: NAN,
    bidSize: NAN,
    askPrice: NAN,
    askSize: NAN,
  };
  readonly #trade: TradeSeen = {
    kind: 'trade.seen',
    symbol: '',
    price: NAN,
    size: NAN,
    venue: '',
    sourceAt: instant(0),
  };
  readonly #depth: DepthSeen = {
    kind: 'depth.seen',
    symbol: '',
    operation: 0,
    side: 0,
    level: 0,
    price: NAN,
    size: NAN,
    venue: '',
  };
  readonly #bar: VendorBarSeen = {
    kind: 'vendor-bar.seen',
    symbol: '',
    openAt: instant(0),
    open: NAN,
    high: NAN,
    low: NAN,
    close: NAN,
    volume: NAN,
  };

  /** `afterSeq`: last sequence of the block before, for a gap that is told before any entry. */
  constructor(afterSeq: number) {
    this.#afterSeq = afterSeq;
  }

  read(source: ByteReader, origin: Origin): TapeItem {
    const kind = source.byte();
    if (kind === ITEM.GAP)
      return { kind: 'gap', afterSeq: origin.seq === 0 ? this.#afterSeq : origin.seq, problem: source.text() };
    if (kind === ITEM.MARK) return { kind: 'mark', mark: { seq: source.varint(), stateHash: source.text() } };
    origin.seq += source.varint();
    origin.at += source.varint();
    this.#entry.seq = origin.seq;
    this.#entry.at = instant(origin.at);
    this.#entry.input = this.#input(kind, source);
    return this.#item;
  }

  #input(kind: number, source: ByteReader): Entry['input'] {
    switch (kind) {
      case ITEM.QUOTE:
        return this.#readQuote(source);
      case ITEM.OPTION_QUOTE:
        return this.#readOptionQuote(source);
      case ITEM.TRADE:
        return this.#readTrade(source);
      case ITEM.DEPTH:
        return this.#readDepth(source);
      case ITEM.DEPTH_RESET:
        return { kind: 'depth.reset', symbol: source.name() };
      case ITEM.CHAIN:
        return { kind: 'chain.seen', chain: readChain(source) };
      case ITEM.FEED:
        return { kind: 'feed.reported', ...(JSON.parse(source.text()) as Omit<FeedReported, 'kind'>) };
      case ITEM.BAR:
        return this.#readBar(source);
      case ITEM.TEXT:
        return readText(source.text());
      case ITEM.TIMER:
        return this.#timer;
      default:
        throw new Error(`tape: an item of kind ${kind} is not known to this build`);
    }
  }

  #readQuote(source: ByteReader): QuoteSeen {
    const quote = this.#quote;
    quote.symbol = source.name();
    quote.bidPrice = source.float();
    quote.bidSize = source.float();
    quote.askPrice = source.float();
    quote.askSize = source.float();
    quote.lastPrice = source.float();
    return quote;
  }

  #readOptionQuote(source: ByteReader): OptionQuoteSeen {
    const option = this.#option;
    option.contractId = source.name() as ContractId;
    option.bidPrice = source.float();
    option.bidSize = source.float();
    option.askPrice = source.float();
    option.askSize = source.float();
    return option;
  }

  #readTrade(source: ByteReader): TradeSeen {
    const trade = this.#trade;
    trade.symbol = source.name();
    trade.venue = source.name();
    trade.price = source.float();
    trade.size = source.float();
    trade.sourceAt = source.float() as Instant;
    return trade;
  }

  #readDepth(source: ByteReader): DepthSeen {
    const depth = this.#depth;
    depth.symbol = source.name();
    depth.venue = source.name();
    const flags = source.byte();
    depth.operation = (flags & 3) as 0 | 1 | 2;
    depth.side = (flags >> 2) as 0 | 1;
    depth.level = source.varint();
    depth.price = source.float();
    depth.size = source.float();
    return depth;
  }

  #readBar(source: ByteReader): VendorBarSeen {
    const bar = this.#bar;
    bar.symbol = source.name();
    bar.openAt = source.float() as Instant;
    bar.open = source.float();
    bar.high = source.float();
    bar.low = source.float();
    bar.close = source.float();
    bar.volume = source.float();
    return bar;
  }
}
