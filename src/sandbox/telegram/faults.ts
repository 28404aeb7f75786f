/**
 * How Telegram misbehaves next, for so many calls. `accept-then-hang` does what was asked and never answers, `drop` closes
 * the connection with nothing done, `refuse` says that the bot is not in the room. Without `method` any call but
 * `getUpdates`, whose long polls would use faults up unseen.
 */
export interface TelegramFault {
  readonly kind: 'rate-limit' | 'server-error' | 'drop' | 'accept-then-hang' | 'refuse';
  readonly times: number;
  readonly method?: string;
  readonly retryAfterSeconds?: number;
}

export class Faults {
  #faults: { readonly fault: TelegramFault; left: number }[] = [];

  inject(fault: TelegramFault): void {
    if (fault.times > 0) this.#faults.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#faults = [];
  }

  /** The oldest fault that is meant for the method, used up by one. */
  take(method: string): TelegramFault | null {
    const found = this.#faults.find(({ fault }) =>
      fault.method === undefined ? method !== 'getUpdates' : fault.method === method,
    );
    if (!found) return null;
    found.left -= 1;
    if (found.left === 0) this.#faults.splice(this.#faults.indexOf(found), 1);
    return found.fault;
  }
}
