import type { Directory } from '../directory.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { message, since, UNSET_DOUBLE_TEXT } from '../wire/fields.ts';
import { SINCE } from '../wire/versions.ts';

interface Watch {
  /** Null is the whole account. */
  readonly conId: number | null;
  told: string;
}

const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

/** Profit and loss of the account or of one position: at once, then whenever it has changed. */
export class PnlFeeds {
  readonly #exchange: Exchange;
  readonly #directory: Directory;
  readonly #bySession = new Map<Session, Map<number, Watch>>();

  constructor(exchange: Exchange, directory: Directory) {
    this.#exchange = exchange;
    this.#directory = directory;
  }

  watch(session: Session, requestId: number, conId: number | null): void {
    const own = this.#bySession.get(session) ?? new Map<number, Watch>();
    const watch: Watch = { conId, told: '' };
    own.set(requestId, watch);
    this.#bySession.set(session, own);
    this.#tell(session, requestId, watch);
  }

  cancel(session: Session, requestId: number): boolean {
    return this.#bySession.get(session)?.delete(requestId) ?? false;
  }

  forget(session: Session): void {
    this.#bySession.delete(session);
  }

  publish(): void {
    for (const [session, own] of this.#bySession) {
      for (const [requestId, watch] of own) this.#tell(session, requestId, watch);
    }
  }

  #tell(session: Session, requestId: number, watch: Watch): void {
    const { version } = session;
    const text =
      watch.conId === null ? this.#ofAccount(version, requestId) : this.#ofPosition(version, requestId, watch.conId);
    if (text === watch.told) return;
    watch.told = text;
    session.send(text);
  }

  /** The sandbox marks nothing at midnight: the day's P&L is that of what is held and of what was closed. */
  #ofAccount(version: number, requestId: number): string {
    const values = this.#exchange.account.values();
    const unrealized = cents(values['UnrealizedPnL'] ?? 0);
    const realized = cents(values['RealizedPnL'] ?? 0);
    return (
      message(ANSWER.pnl, requestId, cents(unrealized + realized)) +
      since(version, SINCE.unrealizedPnl, unrealized) +
      since(version, SINCE.realizedPnl, realized)
    );
  }

  #ofPosition(version: number, requestId: number, conId: number): string {
    const position = this.#exchange.account.position(conId);
    const listing = this.#directory.byConId(conId);
    const quantity = position?.quantity ?? 0;
    const realized = cents(position?.realizedPnl ?? 0);
    const value =
      position && listing ? quantity * this.#exchange.account.markPrice(listing) * listing.multiplier : null;
    const unrealized = value === null || !position ? 0 : cents(value - quantity * position.averageCost);
    return (
      message(ANSWER.pnlSingle, requestId, quantity, cents(unrealized + realized)) +
      since(version, SINCE.unrealizedPnl, unrealized) +
      since(version, SINCE.realizedPnl, realized) +
      message(value === null ? UNSET_DOUBLE_TEXT : cents(value))
    );
  }
}
