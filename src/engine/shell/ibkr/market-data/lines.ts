import { MarketDataType } from '@stoqey/ib';
import type { StreamState } from '../../../core/inputs.ts';
import type { OptionContract } from '../../../core/market/contract.ts';
import type { ContractId } from '../../../core/types.ts';
import type { Underlying } from '../contracts.ts';
import type { Link } from '../wire/link.ts';
import { type Entitlement, type Wish, withoutLine } from './allocation.ts';
import { Allotment } from './allotment.ts';
import { FORGIVEN_AFTER_MS, renewalWaitMs } from './renewal.ts';
import { cancel, laneOf, request } from './requests.ts';
import { beat, isJudged, phaseAt } from './silence.ts';
import {
  FEED_OF,
  forgetAuction,
  forgetQuote,
  keyOf,
  optionStreamOf,
  resetStream,
  type Stream,
  type StreamKind,
  streamOf,
} from './stream.ts';
import { StreamBoard, type StreamBoardOptions } from './stream-board.ts';
import { kindsOf, wishesOf } from './wishes.ts';

export interface MarketLinesOptions extends StreamBoardOptions {
  readonly underlyings: readonly Underlying[];
  readonly entitlement: Entitlement;
  readonly nextRequestId: () => number;
  /** Wall milliseconds. */
  readonly now: () => number;
  /** What IB is known to list; null while that is not known. */
  readonly isListed: (contract: OptionContract) => boolean | null;
  /** What was known of it is gone; with `asked`, it comes anew from here. */
  readonly onReset: (stream: Stream, asked: boolean) => void;
}

/** A machine that slept for longer has not heard a silence. */
const BEAT_MS_MAX = 5_000;

/** The market-data lines of one account: who has one, what is asked for under which number, and how each fares. */
export class MarketLines {
  readonly #options: MarketLinesOptions;
  readonly #board: StreamBoard;
  readonly #streams = new Map<string, Stream>();
  readonly #byId = new Map<number, Stream>();
  readonly #allotment: Allotment;
  #held: ReadonlySet<ContractId> = new Set();
  #link: Link | null = null;
  #open = false;
  #beatAt = Number.NaN;

  constructor(options: MarketLinesOptions) {
    this.#options = options;
    this.#board = new StreamBoard(options);
    this.#allotment = new Allotment(options.entitlement);
    for (const underlying of options.underlyings) {
      for (const kind of kindsOf(underlying))
        this.#streams.set(keyOf(kind, underlying.symbol), streamOf(kind, underlying));
    }
  }

  get(id: number): Stream | undefined {
    return this.#byId.get(id);
  }

  find(kind: StreamKind, symbol: string): Stream | undefined {
    return this.#streams.get(keyOf(kind, symbol));
  }

  attach(link: Link): void {
    this.#link = link;
  }

  /** Asks for everything; also after 1101, when TWS has forgotten the requests. */
  subscribeAll(): void {
    this.#byId.clear();
    this.#allotment.clear();
    this.#board.forgetFarms();
    for (const stream of this.#streams.values()) resetStream(stream);
    this.#beatAt = this.#options.now();
    this.#link?.send('routine', (api) => api.reqMarketDataType(MarketDataType.REALTIME));
    this.#open = true;
    this.#allot();
  }

  detach(reason: string): void {
    this.#link = null;
    this.#open = false;
    this.#byId.clear();
    this.#allotment.clear();
    for (const stream of this.#streams.values()) {
      this.#silence(stream);
      resetStream(stream);
      if (stream.state !== 'waiting') this.#board.set(stream, 'dead', 'not connected');
    }
    this.#board.down(reason);
  }

  /** TWS has lost IB: nothing of now comes, and subscriptions may or may not survive. */
  sever(reason: string): void {
    for (const stream of this.#byId.values())
      if (stream.state === 'live') this.trouble(stream, 'silent', reason, 'never');
  }

  cancelAll(): void {
    for (const stream of this.#streams.values()) this.#drop(stream);
    this.#open = false;
  }

  watch(contract: OptionContract): void {
    const key = keyOf('option', contract.id);
    if (this.#streams.has(key)) return;
    const stream = optionStreamOf(contract);
    this.#streams.set(key, stream);
    if (this.#options.isListed(contract) === false) {
      this.#allotment.bar(key);
      this.#board.set(stream, 'dead', 'IB lists no such contract');
      this.#options.health.refuse('ibkr.quotes', 'not-listed');
    }
    this.#allot();
  }

  unwatch(contract: OptionContract): void {
    const key = keyOf('option', contract.id);
    const stream = this.#streams.get(key);
    if (!stream) return;
    this.#drop(stream);
    this.#allotment.release(key);
    this.#streams.delete(key);
    this.#allot();
  }

  /** What the account holds goes before everything else. */
  hold(contracts: ReadonlySet<ContractId>): void {
    if (contracts.size === this.#held.size && [...contracts].every((id) => this.#held.has(id))) return;
    this.#held = contracts;
    this.#allot();
  }

  farm(name: string, broken: boolean): void {
    this.#board.farm(name, broken);
    this.#judge();
  }

  /** A message of it did not fit: its feed is degraded for a while. */
  spoil(stream: Stream, reason: string): void {
    this.#board.spoil(FEED_OF[stream.kind], `${stream.kind} ${stream.symbol}: ${reason}`, this.#options.now());
    this.#judge();
  }

  /** A message of it came. False when what it says is not of now. */
  alive(stream: Stream): boolean {
    if (stream.state === 'delayed' || stream.state === 'frozen') return false;
    stream.renewAt = Number.POSITIVE_INFINITY;
    stream.wellSince = this.#options.now();
    this.#set(stream, 'live', null);
    return true;
  }

  /** TWS says that what comes is of now, or is not (market data type 2 frozen, 3 delayed, 4 both). */
  dataType(stream: Stream, type: number): void {
    if (type === MarketDataType.REALTIME) {
      if (stream.state === 'delayed' || stream.state === 'frozen')
        this.#set(stream, 'silent', 'live data were promised');
      return;
    }
    this.#silence(stream);
    const frozen = type === MarketDataType.FROZEN;
    this.#set(stream, frozen ? 'frozen' : 'delayed', `market data type ${type}: not of now`);
  }

  /** It cannot be relied on: its figures are forgotten. `renew`: it is asked for again. */
  trouble(
    stream: Stream,
    state: Exclude<StreamState, 'live'>,
    reason: string,
    renew: 'soon' | 'later' | 'never',
  ): void {
    this.#silence(stream);
    stream.wellSince = Number.NaN;
    if (renew !== 'never') {
      stream.renewAt = Math.min(stream.renewAt, this.#options.now() + renewalWaitMs(stream.renewals, renew));
    }
    this.#set(stream, state, reason);
  }

  forgetAuctions(): void {
    for (const stream of this.#streams.values()) forgetAuction(stream);
  }

  /** Its figures are unknown from here. */
  forget(stream: Stream): void {
    if (forgetQuote(stream) && stream.quote) this.#options.emit(stream.quote);
  }

  /** Asking again is useless. With `full` there is less room than the account was said to have. */
  bar(stream: Stream, reason: string, full: boolean): void {
    const key = keyOf(stream.kind, stream.symbol);
    this.#byId.delete(stream.id);
    stream.id = 0;
    if (full) this.#allotment.full(key, stream.kind);
    else this.#allotment.bar(key);
    this.trouble(stream, 'dead', reason, 'never');
    this.#allot();
  }

  /** Cancels a stream and asks for it under a new number. */
  renew(stream: Stream): void {
    if (stream.id === 0) return;
    stream.renewals += 1;
    this.#drop(stream);
    this.#silence(stream);
    this.#ask(stream);
  }

  /** About once a second: who has fallen silent, who is to be asked for again, who gives up a line. */
  beat(): void {
    const now = this.#options.now();
    const beatMs = Math.min(BEAT_MS_MAX, now - this.#beatAt);
    this.#beatAt = now;
    if (!this.#open || !(beatMs > 0)) return;
    const phase = phaseAt(this.#options.clock.now());
    for (const stream of this.#byId.values()) {
      const silent = beat(stream.rate, stream.heard, phase, beatMs);
      stream.heard = false;
      if (silent && (stream.state === 'live' || stream.state === 'waiting'))
        this.trouble(stream, 'silent', `nothing came for ${Math.round(stream.rate.silentMs / 1000)} s`, 'soon');
      if (now - stream.wellSince > FORGIVEN_AFTER_MS) stream.renewals = 0;
    }
    for (const stream of [...this.#byId.values()]) {
      if (stream.renewAt > now || (stream.state === 'silent' && !isJudged(phase))) continue;
      this.renew(stream);
      // What stays silent is asked for again and again, ever more rarely.
      stream.renewAt = now + renewalWaitMs(stream.renewals, stream.state === 'dead' ? 'later' : 'soon');
    }
    this.#allot();
  }

  #set(stream: Stream, state: StreamState, reason: string | null): void {
    if (this.#board.set(stream, state, reason)) this.#judge();
  }

  #judge(): void {
    if (this.#link) this.#board.judge(this.#streams.values(), this.#options.now());
  }

  /** The book and the figures of a stream that is not well are nobody's to trade on. */
  #silence(stream: Stream): void {
    const { emit } = this.#options;
    this.forget(stream);
    this.#options.onReset(stream, false);
    if (stream.kind === 'depth' && stream.state !== 'waiting') emit({ kind: 'depth.reset', symbol: stream.symbol });
  }

  #drop(stream: Stream): void {
    const { id } = stream;
    if (id === 0) return;
    this.#byId.delete(id);
    stream.id = 0;
    this.#link?.send('routine', (api) => cancel(api, id, stream));
  }

  #ask(stream: Stream): void {
    const id = this.#options.nextRequestId();
    stream.id = id;
    stream.heard = false;
    stream.rate.silentMs = 0;
    this.#byId.set(id, stream);
    this.#options.onReset(stream, true);
    if (stream.kind === 'depth') this.#options.emit({ kind: 'depth.reset', symbol: stream.symbol });
    this.#link?.send(laneOf(stream), (api) => {
      // It may have been given up while it waited for the message rate.
      if (stream.id === id) request(api, id, stream);
    });
  }

  #allot(): void {
    if (!this.#open || !this.#link) return;
    const options = [...this.#streams.values()].filter(({ kind }) => kind === 'option');
    const wishes = wishesOf(this.#options.underlyings, options, this.#held);
    const { granted, denied } = this.#allotment.choose(wishes, this.#options.now());
    for (const wish of denied) this.#deny(wish);
    for (const { key } of granted) {
      const stream = this.#streams.get(key);
      if (stream?.id === 0) this.#ask(stream);
    }
    this.#judge();
  }

  #deny(wish: Wish): void {
    const stream = this.#streams.get(wish.key);
    if (!stream || (stream.id === 0 && stream.state === 'dead')) return;
    this.#drop(stream);
    this.#silence(stream);
    this.#options.health.refuse(FEED_OF[stream.kind], 'no-line');
    this.#set(stream, 'dead', withoutLine(wish, this.#allotment.room()));
  }
}
