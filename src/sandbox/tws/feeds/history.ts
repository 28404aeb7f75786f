import type { SandboxMarket } from '../../market/types.ts';
import type { Faults } from '../faults.ts';
import { historyUpdate } from '../history/message.ts';
import type { HistoryQuery } from '../history/query.ts';
import { readBars } from '../history/read-bars.ts';
import type { Session } from '../session.ts';

interface Kept {
  readonly query: HistoryQuery;
  readonly epochSeconds: boolean;
  told: string;
}

/** Historical requests that are kept up to date: their newest bar is told again whenever it has changed. */
export class HistoryFeeds {
  readonly #market: SandboxMarket;
  readonly #faults: Faults;
  readonly #bySession = new Map<Session, Map<number, Kept>>();

  constructor(market: SandboxMarket, faults: Faults) {
    this.#market = market;
    this.#faults = faults;
  }

  requestIds(session: Session, symbols: readonly string[] | null): number[] {
    return [...(this.#bySession.get(session) ?? [])]
      .filter(([, { query }]) => symbols === null || symbols.includes(query.listing.symbol))
      .map(([requestId]) => requestId);
  }

  has(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.has(requestId) ?? false;
  }

  keep(session: Session, requestId: number, query: HistoryQuery, epochSeconds: boolean): void {
    const own = this.#bySession.get(session) ?? new Map<number, Kept>();
    own.set(requestId, { query, epochSeconds, told: this.#newest(session, requestId, query, epochSeconds) });
    this.#bySession.set(session, own);
  }

  cancel(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.delete(requestId) ?? false;
  }

  forget(session: Session): void {
    this.#bySession.delete(session);
  }

  /** To be called about once a second of market time. */
  publish(): void {
    for (const [session, own] of this.#bySession) {
      for (const [requestId, kept] of own) {
        if (this.#faults.silent('bars', kept.query.listing.symbol)) continue;
        const text = this.#newest(session, requestId, kept.query, kept.epochSeconds);
        if (text === '' || text === kept.told) continue;
        kept.told = text;
        session.sendData(text);
      }
    }
  }

  #newest(session: Session, requestId: number, query: HistoryQuery, epochSeconds: boolean): string {
    const now = this.#market.now();
    const bars = readBars(this.#market, { ...query, sessions: null, barCount: 1, endAt: now });
    const inLots = query.listing.kind === 'STK';
    return historyUpdate(session.version, { requestId, bars, from: now, to: now, epochSeconds, inLots });
  }
}
