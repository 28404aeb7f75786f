import { EventName, IBApi, type IBApiCreationOptions } from '@stoqey/ib';

export interface Told {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The pinned vendor client with everything it hears written down in order. */
export class RecordingClient {
  readonly api: IBApi;
  readonly told: Told[] = [];
  /** Everything received, as text. */
  raw = '';

  /** `maxReqPerSec` is the client's own pace, 40 a second by default. */
  constructor(port: number, clientId = 7, more: Partial<IBApiCreationOptions> = {}) {
    this.api = new IBApi({ host: '127.0.0.1', port, clientId, ...more });
    this.api.on(EventName.all, (name: string, args: readonly unknown[]) => {
      if (name === EventName.received) this.raw += String(args[1]);
      if (name !== EventName.received && name !== EventName.sent) this.told.push({ name, args });
    });
    // An unheard 'error' event would be thrown by the emitter.
    this.api.on(EventName.error, () => {});
  }

  async connect(): Promise<number> {
    this.api.connect();
    const [next] = (await this.until('nextValidId')).args;
    return Number(next);
  }

  all(name: string): (readonly unknown[])[] {
    return this.told.filter((entry) => entry.name === name).map(({ args }) => args);
  }

  /** Waits for the first event of that name (past `from`) that fits. */
  async until(
    name: string,
    fits: (...args: never[]) => boolean = () => true,
    from = 0,
    timeoutMs = 3_000,
  ): Promise<Told> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.told.slice(from).find((entry) => entry.name === name && fits(...(entry.args as never[])));
      if (found) return found;
      if (performance.now() > deadline) {
        const heard = this.told.slice(from).map((entry) => `${entry.name} ${JSON.stringify(entry.args).slice(0, 160)}`);
        throw new Error(`no ${name} within ${timeoutMs} ms; heard:\n${heard.join('\n')}`);
      }
      await Bun.sleep(5);
    }
  }

  status(orderId: number, status: string, from = 0): Promise<Told> {
    return this.until('orderStatus', (id: number, told: string) => id === orderId && told === status, from);
  }

  error(code: number, from = 0): Promise<Told> {
    return this.until('error', (_error: unknown, told: number) => told === code, from);
  }
}
