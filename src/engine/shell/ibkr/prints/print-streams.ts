import { type Instant, instant } from '../../../core/types.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { GapMender } from './mend-gap.ts';
import type { PastAnswer, Print } from './print.ts';
import { RepeatSettler } from './settle-repeats.ts';

export interface PrintStreamsOptions {
  /** Each trade once, in order. */
  readonly tell: (symbol: string, print: Print) => void;
  /** All prints from `from` to the end of the second `through`, oldest first. */
  readonly askPast: (symbol: string, from: Instant, through: Instant, answer: (prints: PastAnswer) => void) => void;
  /** What is not whole: prints are held back until the past is known, or a stretch of it stays unknown. */
  readonly onMending: (symbol: string, mending: boolean) => void;
  readonly onLost: (symbol: string, reason: string) => void;
  readonly clock: Clock;
  /** Wall milliseconds. */
  readonly now: () => number;
  readonly log: Log;
}

/** Market milliseconds after which the vendor's past knows of a print, as a rule. */
const SETTLED_MS = 2_000;
/** Wall milliseconds. */
const QUIET_MS = 200;
const REPEAT_WAIT_MS = 2_000;
/** A stream without a print for so long after it was asked for is quiet, not late. */
const NOTHING_HELD_MS = 5_000;
const AGAIN_MS = 1_000;
const MEND_MS_MAX = 60_000;
/** Wall milliseconds that a question waits for each break before, and without any of which they are forgotten. */
const ASK_WAIT_MS = 1_000;
const ASK_WAIT_MS_MAX = 10_000;
const FORGIVEN_MS = 60_000;
const VAIN_SEARCHES_MAX = 3;
/** Answers that lack what we hold before they are believed. */
const LACKING_MAX = 3;

interface Stream {
  readonly symbol: string;
  readonly repeats: RepeatSettler;
  readonly gaps: GapMender;
  /** When the gap was noticed, and when its past may be asked for (again). */
  since: number;
  askAt: number;
  /** Number of the question that is open; 0 while none is. */
  asking: number;
  /** Breaks of late, and when the last was. */
  breaks: number;
  brokenAt: number;
  lacking: number;
  from: Instant;
  /** Stamp of the newest print when sum and total last agreed. */
  soundAt: number;
  newestAt: number;
  /** Times in a row that nothing was found of what the total said to be missing. */
  vainSearches: number;
  /** This gap is there because the total says so. */
  byTotal: boolean;
}

/** The prints of each symbol over all connections: gaps are mended from the vendor's past, repeats are dropped. */
export class PrintStreams {
  readonly #options: PrintStreamsOptions;
  readonly #streams = new Map<string, Stream>();
  #questions = 0;

  constructor(options: PrintStreamsOptions) {
    this.#options = options;
  }

  print(symbol: string, print: Print): void {
    const stream = this.#of(symbol);
    stream.newestAt = print.sourceAt;
    this.#settled(stream, stream.repeats.print(print, this.#options.now()));
  }

  /** The day's volume so far in shares, as the vendor counts it. */
  volume(symbol: string, shares: number): void {
    const stream = this.#of(symbol);
    this.#settled(stream, stream.repeats.total(shares, this.#options.now()));
    this.#compare(stream);
  }

  /** The stream is asked for anew, or a print of it could not be read: what was missed is to be found. */
  interrupted(symbol: string): void {
    const stream = this.#of(symbol);
    stream.byTotal = false;
    // What went missing before that is found on the same way.
    this.#interrupt(stream, Number.isNaN(stream.soundAt) ? Number.POSITIVE_INFINITY : stream.soundAt);
  }

  #interrupt(stream: Stream, since: number): void {
    const { symbol } = stream;
    this.#settled(stream, stream.repeats.reset());
    const mending = stream.gaps.mending;
    const from = stream.gaps.interrupted(since);
    if (from === null) return;
    const now = this.#options.now();
    // A gap within a gap reaches back to the first.
    if (!mending) {
      stream.from = from;
      this.#options.onMending(symbol, true);
    }
    stream.since = now;
    if (now - stream.brokenAt > FORGIVEN_MS) stream.breaks = 0;
    stream.brokenAt = now;
    // Each question counts against the vendor's patience: a stream that breaks all the time is asked about when it rests.
    stream.askAt = now + Math.min(ASK_WAIT_MS_MAX, ASK_WAIT_MS * stream.breaks);
    stream.breaks += 1;
    stream.asking = 0;
    stream.lacking = 0;
  }

  isMending(symbol: string): boolean {
    return this.#streams.get(symbol)?.gaps.mending ?? false;
  }

  /** A few times a second. `connected`: the past can be asked for. */
  beat(connected: boolean): void {
    const now = this.#options.now();
    for (const stream of this.#streams.values()) {
      this.#settled(stream, stream.repeats.expire(now));
      if (!stream.gaps.mending || !connected) continue;
      if (now - stream.since > MEND_MS_MAX) this.#giveUp(stream, 'the past did not come in time');
      else if (stream.asking === 0 && now >= stream.askAt) this.#ask(stream, now);
    }
  }

  /** Prints that never came are found by the day's volume. */
  #compare(stream: Stream): void {
    const { repeats, gaps, symbol } = stream;
    // A total that counts what is never sent proves no loss.
    if (gaps.mending || stream.vainSearches >= VAIN_SEARCHES_MAX) return;
    const missing = repeats.missing();
    if (missing === 0) {
      if (repeats.agrees()) stream.soundAt = stream.newestAt;
      return;
    }
    this.#options.log('warn', 'prints are missing', { symbol, shares: missing });
    stream.byTotal = true;
    this.#interrupt(stream, stream.soundAt);
  }

  #of(symbol: string): Stream {
    const known = this.#streams.get(symbol);
    if (known) return known;
    const stream: Stream = {
      symbol,
      repeats: new RepeatSettler({ waitMs: REPEAT_WAIT_MS, quietMs: QUIET_MS }),
      gaps: new GapMender(),
      since: 0,
      askAt: 0,
      asking: 0,
      breaks: 0,
      brokenAt: Number.NEGATIVE_INFINITY,
      lacking: 0,
      from: instant(0),
      soundAt: Number.NaN,
      newestAt: Number.NaN,
      vainSearches: 0,
      byTotal: false,
    };
    this.#streams.set(symbol, stream);
    return stream;
  }

  #settled(stream: Stream, prints: readonly Print[]): void {
    for (const print of prints) this.#tell(stream, stream.gaps.live(print));
    // Too much was held: the mender has given up by itself.
    if (stream.since > 0 && !stream.gaps.mending && prints.length > 0) this.#mended(stream);
  }

  #tell({ symbol }: Stream, prints: readonly Print[]): void {
    for (const print of prints) this.#options.tell(symbol, print);
  }

  #mended(stream: Stream): void {
    stream.since = 0;
    stream.asking = 0;
    this.#options.onMending(stream.symbol, false);
  }

  /** Once the stream flows again and the vendor has had time to write down its first second. */
  #ask(stream: Stream, now: number): void {
    const { clock, askPast } = this.#options;
    const { heldFrom } = stream.gaps;
    const through = instant(Math.floor((clock.now() - SETTLED_MS) / 1_000) * 1_000);
    if (heldFrom === null ? now - stream.since < NOTHING_HELD_MS : through < heldFrom) return;
    if (through < stream.from) return;
    this.#questions += 1;
    const asking = this.#questions;
    stream.asking = asking;
    askPast(stream.symbol, stream.from, through, (prints) => {
      if (stream.asking !== asking) return;
      stream.asking = 0;
      if (prints === 'later') stream.askAt = this.#options.now() + AGAIN_MS;
      else if (prints === 'never') this.#giveUp(stream, 'the vendor does not have them');
      else this.#onPast(stream, prints, through);
    });
  }

  #onPast(stream: Stream, prints: readonly Print[], through: Instant): void {
    const lacks = stream.gaps.lackedBy(prints, through);
    if (lacks > 0 && stream.lacking < LACKING_MAX) {
      stream.lacking += 1;
      stream.askAt = this.#options.now() + AGAIN_MS;
      return;
    }
    const heldBefore = stream.gaps.held;
    const told = stream.gaps.past(prints, through);
    if (stream.byTotal) stream.vainSearches = told.length > heldBefore ? 0 : stream.vainSearches + 1;
    this.#options.log('info', 'a gap in the prints is mended', { symbol: stream.symbol, prints: told.length, lacks });
    this.#tell(stream, told);
    this.#mended(stream);
  }

  #giveUp(stream: Stream, why: string): void {
    const { log, onLost } = this.#options;
    const from = new Date(stream.from).toISOString();
    log('error', 'prints are lost', { symbol: stream.symbol, from, why });
    onLost(stream.symbol, `prints from ${from} on are lost: ${why}`);
    this.#tell(stream, stream.gaps.giveUp());
    this.#mended(stream);
  }
}
