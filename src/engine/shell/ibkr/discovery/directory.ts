import { type ContractDetails, EventName } from '@stoqey/ib';
import { dateInNewYork } from '../../../core/market/calendar.ts';
import type { OptionContract } from '../../../core/market/contract.ts';
import type { SessionDate } from '../../../core/types.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { toUnderlying, type Underlying } from '../contracts.ts';
import type { Health } from '../health.ts';
import type { Link } from '../wire/link.ts';
import { addClass, createListing, isListed, type Listing } from './listings.ts';

export interface DirectoryOptions {
  readonly underlyings: readonly Underlying[];
  readonly health: Health;
  readonly clock: Clock;
  readonly log: Log;
  readonly nextRequestId: () => number;
  /** Wall milliseconds. */
  readonly now: () => number;
}

interface Asked {
  readonly underlying: Underlying;
  readonly date: SessionDate;
  readonly sentAt: number;
  /** Null while the underlying itself is looked up. */
  listing: Listing | null;
  conIds: Set<number>;
}

/** A chain of SPX takes IB many seconds. */
const ANSWER_MS_MAX = 60_000;
const RETRY_MS = 30_000;
const ATTEMPTS_MAX = 5;

/**
 * Which options IB lists on each underlying: asked for once a session day, kept over reconnections, and gone with the
 * day. At most one listing of each underlying.
 */
export class ContractDirectory {
  readonly #options: DirectoryOptions;
  readonly #listings = new Map<string, Listing>();
  readonly #asked = new Map<number, Asked>();
  readonly #attempts = new Map<string, { date: SessionDate; count: number; notBefore: number }>();
  #link: Link | null = null;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  attach(link: Link): void {
    this.#link = link;
    link.on(EventName.contractDetails, (id: number, details: ContractDetails) => this.#onDetails(id, details));
    link.on(EventName.contractDetailsEnd, (id: number) => this.#onDetailsEnd(id));
    link.on(
      EventName.securityDefinitionOptionParameter,
      (
        id: number,
        _exchange: string,
        _conId: number,
        name: string,
        multiplier: string,
        expiries: string[],
        strikes: number[],
      ) => this.#onClass(id, name, Number(multiplier), expiries, strikes),
    );
    link.on(EventName.securityDefinitionOptionParameterEnd, (id: number) => this.#onEnd(id));
    this.beat();
  }

  detach(): void {
    this.#link = null;
    this.#asked.clear();
    this.#attempts.clear();
  }

  /** Null while it is not known what is listed today. */
  isListed(contract: OptionContract): boolean | null {
    const listing = this.#listings.get(contract.underlying);
    if (!listing || listing.date !== dateInNewYork(this.#options.clock.now())) return null;
    return isListed(listing, contract);
  }

  /** About once a second: a new day, and answers that never came. */
  beat(): void {
    const { underlyings, clock, now } = this.#options;
    if (!this.#link) return;
    const date = dateInNewYork(clock.now());
    for (const [id, { underlying, sentAt }] of [...this.#asked])
      if (now() - sentAt > ANSWER_MS_MAX) this.#giveUp(id, `${underlying.symbol}: no answer`);
    for (const underlying of underlyings) {
      if (!underlying.options) continue;
      const { symbol } = underlying;
      const listing = this.#listings.get(symbol);
      if (listing && listing.date !== date) this.#listings.delete(symbol);
      else if (listing) continue;
      if ([...this.#asked.values()].some((asked) => asked.underlying.symbol === symbol)) continue;
      const before = this.#attempts.get(symbol);
      const attempt = before?.date === date ? before : { date, count: 0, notBefore: 0 };
      if (attempt.count >= ATTEMPTS_MAX || now() < attempt.notBefore) continue;
      this.#attempts.set(symbol, { date, count: attempt.count + 1, notBefore: now() + RETRY_MS });
      this.#ask({ underlying, date, sentAt: now(), listing: null, conIds: new Set() });
    }
  }

  /** An error about one of our questions. False when the id is not ours. */
  onError(id: number, code: number, message: string): boolean {
    const asked = this.#asked.get(id);
    if (!asked) return false;
    this.#giveUp(id, `${asked.underlying.symbol}: ${code}: ${message}`);
    return true;
  }

  #ask(asked: Asked): void {
    const id = this.#options.nextRequestId();
    this.#asked.set(id, asked);
    this.#link?.send('routine', (api) => api.reqContractDetails(id, toUnderlying(asked.underlying)));
  }

  #onDetails(id: number, { contract }: ContractDetails): void {
    const asked = this.#asked.get(id);
    const { conId, symbol } = contract;
    if (asked && symbol === asked.underlying.symbol && conId !== undefined && conId > 0) asked.conIds.add(conId);
  }

  #onDetailsEnd(id: number): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    const [conId] = asked.conIds;
    if (conId === undefined || asked.conIds.size > 1) {
      this.#giveUp(id, `${asked.underlying.symbol}: ${asked.conIds.size} contracts of that name`);
      return;
    }
    this.#asked.delete(id);
    const next = this.#options.nextRequestId();
    const { symbol } = asked.underlying;
    const secType = toUnderlying(asked.underlying).secType ?? 'STK';
    this.#asked.set(next, { ...asked, sentAt: this.#options.now(), listing: createListing(asked.date, conId) });
    this.#link?.send('routine', (api) => api.reqSecDefOptParams(next, symbol, '', secType, conId));
  }

  #onClass(
    id: number,
    name: string,
    multiplier: number,
    expiries: readonly string[],
    strikes: readonly number[],
  ): void {
    const asked = this.#asked.get(id);
    if (!asked?.listing) return;
    if (addClass(asked.listing, name, multiplier, expiries, strikes)) return;
    // Less than everything would make listed contracts look as if they were not.
    asked.listing.overflowed = true;
    this.#options.health.refuse('ibkr.session', 'listing-undecodable');
  }

  #onEnd(id: number): void {
    const asked = this.#asked.get(id);
    if (!asked?.listing) return;
    this.#asked.delete(id);
    if (asked.listing.classes.size === 0) {
      this.#giveUp(id, `${asked.underlying.symbol}: no options listed`);
      return;
    }
    asked.listing.complete = true;
    this.#listings.set(asked.underlying.symbol, asked.listing);
    const classes = [...asked.listing.classes.keys()];
    this.#options.log('info', 'options listed', { symbol: asked.underlying.symbol, date: asked.date, classes });
  }

  #giveUp(id: number, reason: string): void {
    this.#asked.delete(id);
    this.#options.health.refuse('ibkr.session', 'listing-unknown');
    this.#options.log('warn', 'what is listed is not known', { reason });
  }
}
