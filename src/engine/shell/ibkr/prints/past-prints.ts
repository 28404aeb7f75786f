import type { Contract } from '@stoqey/ib';
import { EventName, type HistoricalTickLast, WhatToShow } from '@stoqey/ib';
import { type Instant, instant } from '../../../core/types.ts';
import { historyEffect } from '../wire/code-table.ts';
import type { Link } from '../wire/link.ts';
import type { PastAnswer, Print } from './print.ts';

/** IB gives a thousand at most, and all of the last one's second. */
const PAGE = 1_000;
/** More than the busiest minute of a fund. */
const PAGES_MAX = 60;
const ANSWER_MS_MAX = 15_000;

type Answer = (prints: PastAnswer) => void;

interface Open {
  readonly symbol: string;
  readonly contract: Contract;
  readonly through: Instant;
  readonly answer: Answer;
  /** Of pages before. */
  readonly prints: Print[];
  readonly page: Print[];
  pages: number;
  /** Wall milliseconds; NaN while it waits for the pacing. */
  sentAt: number;
}

export interface PastPrintsOptions {
  readonly nextRequestId: () => number;
  /** Wall milliseconds. */
  readonly now: () => number;
}

/** `20220323-14:11:00`: UTC, to the second. */
const stampOf = (at: Instant): string => new Date(at).toISOString().slice(0, 19).replaceAll('-', '').replace('T', '-');

/** What cannot be read makes a page unfit to mend anything with. */
const printOf = ({ time, price, size, exchange }: HistoricalTickLast): Print | null => {
  const whole = typeof time === 'number' && Number.isInteger(time) && time > 0;
  if (!whole || !(Number(price) > 0) || !(Number(size) > 0)) return null;
  return { sourceAt: instant(time * 1_000), price: Number(price), size: Number(size), venue: exchange ?? '' };
};

/** Asks IB for the prints of a stretch of time (`reqHistoricalTicks`, TRADES), page by page. */
export class PastPrints {
  readonly #options: PastPrintsOptions;
  readonly #open = new Map<number, Open>();
  #link: Link | null = null;

  constructor(options: PastPrintsOptions) {
    this.#options = options;
  }

  attach(link: Link): void {
    this.#link = link;
    link.on(EventName.historicalTicksLast, (id: number, ticks: HistoricalTickLast[], done: boolean) =>
      this.#onTicks(id, ticks, done),
    );
  }

  detach(): void {
    this.#link = null;
    for (const { answer } of [...this.#open.values()]) answer('later');
    this.#open.clear();
  }

  ask(symbol: string, contract: Contract, from: Instant, through: Instant, answer: Answer): void {
    this.#send({ symbol, contract, through, answer, prints: [], page: [], pages: 0, sentAt: Number.NaN }, from);
  }

  beat(): void {
    for (const [id, { sentAt }] of [...this.#open])
      if (this.#options.now() - sentAt > ANSWER_MS_MAX) this.#end(id, 'later');
  }

  /** An error about one of our questions. False when the id is not ours. */
  onError(id: number, code: number, message: string): boolean {
    if (!this.#open.has(id)) return false;
    const effect = historyEffect(code, message);
    if (effect === 'too-soon' || effect === 'lost') this.#end(id, 'later');
    else if (effect !== 'notice') this.#end(id, 'never');
    return true;
  }

  #end(id: number, prints: PastAnswer): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.answer(prints);
  }

  #send(open: Open, from: Instant): void {
    const link = this.#link;
    if (!link) {
      open.answer('later');
      return;
    }
    const id = this.#options.nextRequestId();
    const start = stampOf(from);
    const history = { identity: `prints ${open.symbol} ${start}`, series: `${open.symbol} SMART TRADES`, cost: 1 };
    open.pages += 1;
    open.page.length = 0;
    open.sentAt = Number.NaN;
    this.#open.set(id, open);
    link.send({ lane: 'history', history }, (api) => {
      open.sentAt = this.#options.now();
      api.reqHistoricalTicks(id, open.contract, start, '', PAGE, WhatToShow.TRADES, false, true);
    });
  }

  #onTicks(id: number, ticks: readonly HistoricalTickLast[], done: boolean): void {
    const open = this.#open.get(id);
    if (!open) return;
    for (const tick of ticks) {
      const print = printOf(tick);
      if (print === null) {
        this.#end(id, 'later');
        return;
      }
      open.page.push(print);
    }
    if (!done) return;
    this.#open.delete(id);
    this.#turn(open);
  }

  /** The last second of a full page is asked for again, whole. */
  #turn(open: Open): void {
    const { page, prints, through, answer } = open;
    const last = page.at(-1)?.sourceAt ?? through;
    if (page.length < PAGE || last > through) {
      prints.push(...page);
      answer(prints.filter(({ sourceAt }) => sourceAt <= through));
      return;
    }
    const whole = page.filter(({ sourceAt }) => sourceAt < last);
    if (whole.length === 0 || open.pages >= PAGES_MAX) {
      // A second with more than a page holds in full: IB sends all of it.
      if (whole.length === 0 && open.pages < PAGES_MAX) {
        prints.push(...page);
        this.#send(open, instant(last + 1_000));
      } else answer('never');
      return;
    }
    prints.push(...whole);
    this.#send(open, last);
  }
}
