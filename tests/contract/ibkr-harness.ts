import type { BrokerReport, MarketInput } from '../../src/engine/core/inputs.ts';
import { parseContractId } from '../../src/engine/core/market/contract.ts';
import type { OrderTicket } from '../../src/engine/core/outputs.ts';
import type { ClientOrderId, SignalId } from '../../src/engine/core/types.ts';
import { createIbkr, type IbkrOptions } from '../../src/engine/shell/ibkr/ibkr.ts';
import { CALL_ID, TEN_O_CLOCK } from '../support/tiny-market.ts';

export type ReportOf<K extends BrokerReport['kind']> = Extract<BrokerReport, { kind: K }>;

export const call = (() => {
  const contract = parseContractId(CALL_ID);
  if (!contract) throw new Error(`not an option: ${CALL_ID}`);
  return contract;
})();

export const ticket = (name: string, more: Partial<OrderTicket> = {}): OrderTicket => ({
  clientOrderId: name as ClientOrderId,
  signalId: 'signal' as SignalId,
  purpose: 'entry',
  contract: call,
  side: 'BUY',
  type: 'LMT',
  quantity: 2,
  limitPrice: 5,
  stopPrice: null,
  ocaGroup: null,
  timeInForce: 'DAY',
  ...more,
});

const WAIT_MS = 5_000;

/** Our client with both sinks recorded. */
export class AdapterUnderTest {
  readonly reports: BrokerReport[] = [];
  readonly inputs: MarketInput[] = [];
  readonly logged: string[] = [];
  readonly ibkr: ReturnType<typeof createIbkr>;

  constructor(port: number, more: Partial<IbkrOptions> = {}) {
    this.ibkr = createIbkr({
      host: '127.0.0.1',
      port,
      clientId: 7,
      symbols: [
        { symbol: 'AMZN', kind: 'stock', exchange: 'SMART', depth: true, trades: true, options: false },
        { symbol: 'SPX', kind: 'index', exchange: 'SMART', depth: false, trades: false, options: true },
      ],
      clock: { now: () => TEN_O_CLOCK },
      log: (level, message, facts) => this.logged.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`),
      reconnectMs: [20],
      ...more,
    });
  }
  async start(known: ReadonlyMap<ClientOrderId, number> = new Map()): Promise<this> {
    await this.ibkr.feed.start((input) => this.inputs.push(structuredClone(input)));
    await this.ibkr.broker.start((report) => this.reports.push(report), known);
    return this;
  }
  of<K extends BrokerReport['kind']>(kind: K): ReportOf<K>[] {
    return this.reports.filter((report): report is ReportOf<K> => report.kind === kind);
  }
  inputsOf<K extends MarketInput['kind']>(kind: K): Extract<MarketInput, { kind: K }>[] {
    return this.inputs.filter((input): input is Extract<MarketInput, { kind: K }> => input.kind === kind);
  }
  async until(what: string, holds: () => boolean, waitMs = WAIT_MS): Promise<void> {
    const deadline = Date.now() + waitMs;
    while (!holds()) {
      if (Date.now() > deadline)
        throw new Error(
          `${what}: not within ${waitMs} ms. ${JSON.stringify(this.reports.slice(-12))} ${this.logged.slice(-8).join('\n')}`,
        );
      await Bun.sleep(5);
    }
  }
  async synced(times = 1): Promise<ReportOf<'synced'>> {
    await this.until(`synced ${times}`, () => this.of('synced').length >= times);
    const found = this.of('synced').at(-1);
    if (!found) throw new Error('no synced report');
    return found;
  }
  feedState(feed: string): string | null {
    return this.inputsOf('feed.reported').findLast((input) => input.feed === feed)?.state ?? null;
  }
  refused(feed: string): Readonly<Record<string, number>> {
    return this.inputsOf('feed.reported').findLast((input) => input.feed === feed)?.refused ?? {};
  }
  stop(): Promise<void> {
    return this.ibkr.stop();
  }
}
