import { EventName } from '@stoqey/ib';
import type { HistoryBarSeen, MarketInput, VolatilityDaySeen } from '../../../core/inputs.ts';
import { sessionOn } from '../../../core/market/calendar.ts';
import { type Instant, instant } from '../../../core/types.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Sink } from '../../../ports/feed.ts';
import type { Log } from '../../../ports/log.ts';
import type { Quarantine } from '../../../ports/payloads.ts';
import { toUnderlying, type Underlying } from '../contracts.ts';
import type { Health } from '../health.ts';
import { effectsOf, historyEffect } from '../wire/code-table.ts';
import type { Link } from '../wire/link.ts';
import { type HistoryRow, readRow } from './answer.ts';
import { keyOf, type Question, questionsAt, SERIES, weightOf } from './questions.ts';

export interface HistoryOptions {
  readonly underlyings: readonly Underlying[];
  readonly emit: Sink<MarketInput>;
  readonly health: Health;
  readonly clock: Clock;
  readonly log: Log;
  readonly quarantine: Quarantine;
  readonly nextRequestId: () => number;
  /** Wall milliseconds. */
  readonly now: () => number;
}

const endOf = (fact: HistoryBarSeen | VolatilityDaySeen): number =>
  fact.kind === 'history-bar.seen' ? fact.endAt : (sessionOn(fact.date)?.closeAt ?? Number.NaN);

interface Open {
  readonly question: Question;
  readonly rows: HistoryRow[];
  /** Wall milliseconds; NaN while it waits for the pacing. */
  sentAt: number;
}

/** IB allows fifty; more than a few only make each one slower. */
const OPEN_MAX = 3;
const ANSWER_MS_MAX = 60_000;
/** After a pacing violation: the longest of IB's windows that are shorter than minutes, and some. */
const TOO_SOON_MS = 20_000;
const ATTEMPTS_MAX = 3;
const FINISHED = /^finished/;

/** Asks for the past at the start, after gaps, and when a session is over; tells it oldest first. */
export class History {
  readonly #options: HistoryOptions;
  /** Up to where each series is known. */
  readonly #known = new Map<string, Instant>();
  readonly #waiting: { readonly question: Question; readonly notBefore: number }[] = [];
  readonly #open = new Map<number, Open>();
  readonly #attempts = new Map<string, number>();
  readonly #failed = new Map<string, string>();
  readonly #brokenFarms = new Set<string>();
  #link: Link | null = null;
  /** Up to here nobody may have listened. */
  #gapUntil: Instant = instant(0);

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  attach(link: Link): void {
    this.#link = link;
    this.#gapUntil = this.#options.clock.now();
    this.#attempts.clear();
    this.#failed.clear();
    this.#brokenFarms.clear();
    link.on(
      EventName.historicalData,
      (id: number, date: string, open?: number, high?: number, low?: number, close?: number, volume?: number) =>
        this.#onRow(id, { date, open, high, low, close, volume }),
    );
    this.#plan();
  }

  detach(reason: string): void {
    this.#link = null;
    this.#waiting.length = 0;
    this.#open.clear();
    this.#options.health.set('ibkr.history', 'down', reason);
  }

  farm(name: string, broken: boolean): void {
    if (broken) this.#brokenFarms.add(name);
    else this.#brokenFarms.delete(name);
    this.#judge();
    this.#askNext();
  }

  /** About once a second: what was never answered, and what has ended since it was last asked. */
  beat(): void {
    if (!this.#link) return;
    const now = this.#options.now();
    for (const [id, { question, sentAt }] of [...this.#open]) {
      if (!(now - sentAt > ANSWER_MS_MAX)) continue;
      this.#open.delete(id);
      this.#link.send('routine', (api) => api.cancelHistoricalData(id));
      this.#again(question, 'no answer', 0);
    }
    if (this.#open.size === 0 && this.#waiting.length === 0) this.#plan();
    this.#askNext();
  }

  /** An error about one of our questions. False when the id is not ours. */
  onError(id: number, code: number, message: string): boolean {
    const open = this.#open.get(id);
    if (!open) return false;
    const effect = historyEffect(code, message);
    if (effect === 'notice') return true;
    this.#open.delete(id);
    if (effectsOf(code) === null) this.#options.health.refuse('ibkr.history', `code-${code}`);
    const reason = `${code}: ${message}`.slice(0, 200);
    if (effect === 'too-soon' || effect === 'lost') this.#again(open.question, reason, TOO_SOON_MS);
    else this.#fail(open.question, reason);
    this.#askNext();
    return true;
  }

  /**
   * From here live streams say what happens within a day: only bars that began before they did are asked for. The daily
   * series is told by nobody else when a session ends.
   */
  #plan(): void {
    const { clock, underlyings } = this.#options;
    for (const question of questionsAt(clock.now(), underlyings, this.#known)) {
      const key = keyOf(question);
      if (this.#failed.has(key)) continue;
      const until = this.#known.get(key);
      const daily = SERIES[question.series].interval === '1d';
      if (until !== undefined && !daily && until > this.#gapUntil) continue;
      this.#waiting.push({ question, notBefore: 0 });
    }
    this.#judge();
    this.#askNext();
  }

  #askNext(): void {
    const { now, nextRequestId } = this.#options;
    const link = this.#link;
    if (!link || this.#brokenFarms.size > 0) return;
    while (this.#open.size < OPEN_MAX) {
      const place = this.#waiting.findIndex(({ notBefore }) => notBefore <= now());
      const [next] = place < 0 ? [] : this.#waiting.splice(place, 1);
      if (!next) return;
      const { question } = next;
      const { barSize, show } = SERIES[question.series];
      const id = nextRequestId();
      const open: Open = { question, rows: [], sentAt: Number.NaN };
      this.#open.set(id, open);
      link.send({ lane: 'history', history: weightOf(question) }, (api) => {
        open.sentAt = now();
        api.reqHistoricalData(
          id,
          toUnderlying(question.underlying),
          '',
          question.duration,
          barSize,
          show,
          true,
          2,
          false,
        );
      });
    }
  }

  #onRow(id: number, row: HistoryRow): void {
    const open = this.#open.get(id);
    if (!open) return;
    if (!FINISHED.test(row.date)) {
      open.rows.push(row);
      return;
    }
    this.#open.delete(id);
    this.#tell(open);
    this.#judge();
    this.#askNext();
  }

  #tell({ question, rows }: Open): void {
    const { clock, emit, health, quarantine } = this.#options;
    const now = clock.now();
    const facts: { readonly endAt: number; readonly fact: HistoryBarSeen | VolatilityDaySeen }[] = [];
    for (const row of rows) {
      const fact = readRow(question, row, now);
      if (fact === null) continue;
      if (typeof fact === 'string') {
        health.refuse('ibkr.history', fact);
        quarantine.keep('ibkr.history', fact, JSON.stringify({ question, row }));
      } else facts.push({ endAt: endOf(fact), fact });
    }
    facts.sort((a, b) => a.endAt - b.endAt);
    const key = keyOf(question);
    const until = this.#known.get(key) ?? Number.NEGATIVE_INFINITY;
    const news = facts.filter(({ endAt }) => endAt > until);
    for (const { fact } of news) emit(fact);
    const last = news.at(-1);
    if (last) this.#known.set(key, instant(last.endAt));
    else this.#fail(question, 'an answer without new bars');
  }

  #again(question: Question, reason: string, waitMs: number): void {
    const key = keyOf(question);
    const attempts = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempts);
    if (attempts >= ATTEMPTS_MAX) this.#fail(question, reason);
    else this.#waiting.push({ question, notBefore: this.#options.now() + waitMs });
  }

  #fail(question: Question, reason: string): void {
    const { health, log } = this.#options;
    health.refuse('ibkr.history', 'no-data');
    log('warn', 'a part of the past is not known', { series: keyOf(question), reason });
    this.#failed.set(keyOf(question), reason);
    this.#judge();
  }

  #judge(): void {
    if (!this.#link) return;
    const { health } = this.#options;
    const [failed] = this.#failed;
    if (this.#brokenFarms.size > 0)
      health.set('ibkr.history', 'degraded', `history farm broken: ${[...this.#brokenFarms].join(', ')}`);
    else if (failed) health.set('ibkr.history', 'degraded', `${failed[0]}: ${failed[1]}`);
    else if (this.#open.size > 0 || this.#waiting.length > 0)
      health.set('ibkr.history', 'connecting', 'asking for the past');
    else health.set('ibkr.history', 'live', null);
  }
}
