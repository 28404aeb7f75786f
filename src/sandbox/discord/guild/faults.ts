/**
 * How the API misbehaves next, for so many requests. `accept-then-hang` does what was asked and never answers, `drop`
 * closes the connection with nothing done.
 */
export interface DiscordApiFault {
  readonly kind: 'rate-limit' | 'server-error' | 'drop' | 'accept-then-hang';
  readonly times: number;
  /** `PUT /guilds/{guild_id}/members/{user_id}`, or `POST /oauth2/token`; any when left out. */
  readonly operation?: string;
  readonly retryAfterSeconds?: number;
}

export class ApiFaults {
  #faults: { readonly fault: DiscordApiFault; left: number }[] = [];

  inject(fault: DiscordApiFault): void {
    if (fault.times > 0) this.#faults.push({ fault, left: fault.times });
  }

  clear(): void {
    this.#faults = [];
  }

  /** The oldest that is meant for the operation, used up by one. */
  take(operation: string): DiscordApiFault | null {
    const found = this.#faults.find(({ fault }) => (fault.operation ?? operation) === operation);
    if (!found) return null;
    found.left -= 1;
    if (found.left === 0) this.#faults.splice(this.#faults.indexOf(found), 1);
    return found.fault;
  }
}
