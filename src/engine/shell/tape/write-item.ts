import type {
  DepthSeen,
  Entry,
  FeedReported,
  OptionQuoteSeen,
  QuoteSeen,
  TradeSeen,
  VendorBarSeen,
} from '../../core/inputs.ts';
import type { TapeMark } from '../../ports/tape.ts';
import type { ByteWriter } from './bytes.ts';
import { writeChain } from './chain-codec.ts';
import { ITEM, type Origin } from './format.ts';
import { writeText } from './text-codec.ts';

export const writeMark = (out: ByteWriter, mark: TapeMark): void => {
  out.byte(ITEM.MARK);
  out.varint(mark.seq);
  out.text(mark.stateHash);
};

export const writeGap = (out: ByteWriter, problem: string): void => {
  out.byte(ITEM.GAP);
  out.text(problem);
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
      begin(out, ITEM.QUOTE, entry, origin);
      writeQuote(out, input);
      break;
    case 'option-quote.seen':
      begin(out, ITEM.OPTION_QUOTE, entry, origin);
      writeOptionQuote(out, input);
      break;
    case 'trade.seen':
      begin(out, ITEM.TRADE, entry, origin);
      writeTrade(out, input);
      break;
    case 'depth.seen':
      begin(out, ITEM.DEPTH, entry, origin);
      writeDepth(out, input);
      break;
    case 'depth.reset':
      begin(out, ITEM.DEPTH_RESET, entry, origin);
      out.name(input.symbol);
      break;
    case 'chain.seen':
      begin(out, ITEM.CHAIN, entry, origin);
      writeChain(out, input.chain);
      break;
    case 'feed.reported':
      begin(out, ITEM.FEED, entry, origin);
      writeFeed(out, input);
      break;
    case 'vendor-bar.seen':
      begin(out, ITEM.BAR, entry, origin);
      writeBar(out, input);
      break;
    case 'timer.fired':
      begin(out, ITEM.TIMER, entry, origin);
      break;
    case 'stream.reported':
    case 'auction.seen':
    case 'five-second-bar.seen':
    case 'history-bar.seen':
    case 'volatility-day.seen':
    case 'vendor-indicator.seen':
    case 'macro.seen':
    case 'news-sentiment.seen':
    case 'budget.reported':
      begin(out, ITEM.TEXT, entry, origin);
      out.text(writeText(input));
      break;
    default:
      throw new Error(`tape: ${input.kind} belongs to the ledger`);
  }
};
