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
import type { TapeItem, TapeMark } from '../../ports/tape.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readChain, writeChain } from './chain-codec.ts';

/** First byte of an item. Numbers are part of the format: add, never reuse. */
const QUOTE = 1;
const OPTION_QUOTE = 2;
const TRADE = 3;
const DEPTH = 4;
const DEPTH_RESET = 5;
const CHAIN = 6;
const FEED = 7;
const BAR = 8;
const TIMER = 9;
const MARK = 10;

/** What the deltas of one block count from. */
export interface Origin {
  seq: number;
  at: number;
}

export const writeMark = (out: ByteWriter, mark: TapeMark): void => {
  out.byte(MARK);
  out.varint(mark.seq);
  out.text(mark.stateHash);
};

const begin = (out: ByteWriter, kind: number, entry: Entry, origin: Origin): void => {
  out.byte(kind);
  out.varint(entry.seq - origin.seq);
  out.varint(entry.at - origin.at);
  origin.seq = entry.seq;
  origin.at = entry.at;
};

const writeQuote = (out: ByteWriter, input: QuoteSeen): void => {
  out.name(input.symbol);
  out.float(input.bidPrice);
  out.float(input.bidSize);
  out.float(input.askPrice);
  out.float(input.askSize);
  out.float(input.lastPrice);
};
const writeOptionQuote = (out: ByteWriter, input: OptionQuoteSeen): void => {
  out.name(input.contractId);
  out.float(input.bidPrice);
  out.float(input.bidSize);
  out.float(input.askPrice);
  out.float(input.askSize);
};
const writeTrade = (out: ByteWriter, input: TradeSeen): void => {
  out.name(input.symbol);
  out.name(input.venue);
  out.float(input.price);
  out.float(input.size);
  out.float(input.sourceAt);
};
const writeDepth = (out: ByteWriter, input: DepthSeen): void => {
  out.name(input.symbol);
  out.name(input.venue);
  out.byte(input.operation | (input.side << 2));
  out.varint(input.level);
  out.float(input.price);
  out.float(input.size);
};
const writeBar = (out: ByteWriter, input: VendorBarSeen): void => {
  out.name(input.symbol);
  out.float(input.openAt);
  out.float(input.open);
  out.float(input.high);
  out.float(input.low);
  out.float(input.close);
  out.float(input.volume);
};
const writeFeed = (out: ByteWriter, input: FeedReported): void => {
  out.text(JSON.stringify({ feed: input.feed, state: input.state, reason: input.reason, refused: input.refused }));
};

/** Deltas are unsigned: sequence and time never go back within a run. */
export const writeEntry = (out: ByteWriter, entry: Entry, origin: Origin): void => {
  const { input } = entry;
  switch (input.kind) {
    case 'quote.seen':
      begin(out, QUOTE, entry, origin);
      writeQuote(out, input);
      break;
    case 'option-quote.seen':
      begin(out, OPTION_QUOTE, entry, origin);
      writeOptionQuote(out, input);
      break;
    case 'trade.seen':
      begin(out, TRADE, entry, origin);
      writeTrade(out, input);
      break;
    case 'depth.seen':
      begin(out, DEPTH, entry, origin);
      writeDepth(out, input);
      break;
    case 'depth.reset':
      begin(out, DEPTH_RESET, entry, origin);
      out.name(input.symbol);
      break;
    case 'chain.seen':
      begin(out, CHAIN, entry, origin);
      writeChain(out, input.chain);
      break;
    case 'feed.reported':
      begin(out, FEED, entry, origin);
      writeFeed(out, input);
      break;
    case 'vendor-bar.seen':
      begin(out, BAR, entry, origin);
      writeBar(out, input);
      break;
    case 'timer.fired':
      begin(out, TIMER, entry, origin);
      break;
    default:
      throw new Error(`tape: ${input.kind} belongs to the ledger`);
  }
};

/** Objects that are filled anew for each item. */
export const createItemReader = (): ((source: ByteReader, origin: Origin) => TapeItem) => {
  const entry: Entry = { seq: 0, at: instant(0), input: { kind: 'timer.fired' } };
  const item: TapeItem = { kind: 'entry', entry };
  const nan = Number.NaN;
  const quote: QuoteSeen = {
    kind: 'quote.seen',
    symbol: '',
    bidPrice: nan,
    bidSize: nan,
    askPrice: nan,
    askSize: nan,
    lastPrice: nan,
  };
  const option: OptionQuoteSeen = {
    kind: 'option-quote.seen',
    contractId: '' as ContractId,
    bidPrice: nan,
    bidSize: nan,
    askPrice: nan,
    askSize: nan,
  };
  const trade: TradeSeen = { kind: 'trade.seen', symbol: '', price: nan, size: nan, venue: '', sourceAt: instant(0) };
  const depth: DepthSeen = {
    kind: 'depth.seen',
    symbol: '',
    operation: 0,
    side: 0,
    level: 0,
    price: nan,
    size: nan,
    venue: '',
  };
  const bar: VendorBarSeen = {
    kind: 'vendor-bar.seen',
    symbol: '',
    openAt: instant(0),
    open: nan,
    high: nan,
    low: nan,
    close: nan,
    volume: nan,
  };
  const timer = { kind: 'timer.fired' } as const;

  const readQuote = (source: ByteReader): QuoteSeen => {
    quote.symbol = source.name();
    quote.bidPrice = source.float();
    quote.bidSize = source.float();
    quote.askPrice = source.float();
    quote.askSize = source.float();
    quote.lastPrice = source.float();
    return quote;
  };
  const readOptionQuote = (source: ByteReader): OptionQuoteSeen => {
    option.contractId = source.name() as ContractId;
    option.bidPrice = source.float();
    option.bidSize = source.float();
    option.askPrice = source.float();
    option.askSize = source.float();
    return option;
  };
  const readTrade = (source: ByteReader): TradeSeen => {
    trade.symbol = source.name();
    trade.venue = source.name();
    trade.price = source.float();
    trade.size = source.float();
    trade.sourceAt = source.float() as Instant;
    return trade;
  };
  const readDepth = (source: ByteReader): DepthSeen => {
    depth.symbol = source.name();
    depth.venue = source.name();
    const flags = source.byte();
    depth.operation = (flags & 3) as 0 | 1 | 2;
    depth.side = (flags >> 2) as 0 | 1;
    depth.level = source.varint();
    depth.price = source.float();
    depth.size = source.float();
    return depth;
  };
  const readBar = (source: ByteReader): VendorBarSeen => {
    bar.symbol = source.name();
    bar.openAt = source.float() as Instant;
    bar.open = source.float();
    bar.high = source.float();
    bar.low = source.float();
    bar.close = source.float();
    bar.volume = source.float();
    return bar;
  };
  const readInput = (kind: number, source: ByteReader): Entry['input'] => {
    switch (kind) {
      case QUOTE:
        return readQuote(source);
      case OPTION_QUOTE:
        return readOptionQuote(source);
      case TRADE:
        return readTrade(source);
      case DEPTH:
        return readDepth(source);
      case DEPTH_RESET:
        return { kind: 'depth.reset', symbol: source.name() };
      case CHAIN:
        return { kind: 'chain.seen', chain: readChain(source) };
      case FEED:
        return { kind: 'feed.reported', ...(JSON.parse(source.text()) as Omit<FeedReported, 'kind'>) };
      case BAR:
        return readBar(source);
      case TIMER:
        return timer;
      default:
        throw new Error(`tape: an item of kind ${kind} is not known to this build`);
    }
  };

  return (source, origin) => {
    const kind = source.byte();
    if (kind === MARK) return { kind: 'mark', mark: { seq: source.varint(), stateHash: source.text() } };
    origin.seq += source.varint();
    origin.at += source.varint();
    entry.seq = origin.seq;
    entry.at = instant(origin.at);
    entry.input = readInput(kind, source);
    return item;
  };
};
