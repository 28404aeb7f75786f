import { EventName } from '@stoqey/ib';
import type { BrokerReport } from '../../../core/inputs.ts';
import type { UsdMicros } from '../../../core/types.ts';
import type { Sink } from '../../../ports/feed.ts';
import type { Health } from '../health.ts';
import type { Link } from '../wire/link.ts';

const TAGS = ['NetLiquidation', 'BuyingPower'] as const;
type Tag = (typeof TAGS)[number];
const isTag = (text: string): text is Tag => (TAGS as readonly string[]).includes(text);
const FIGURE = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

export const toMicros = (dollars: number): UsdMicros => Math.round(dollars * 1_000_000) as UsdMicros;

/** Ours among the user's accounts, `DU1,DU2`: the named one, or else the first. Null when there is none. */
export const accountIn = (list: string, named: string | undefined): string | null => {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (named !== undefined) return names.includes(named) ? named : null;
  return names[0] ?? null;
};

/** Net liquidation and buying power of one account, in dollars; reported when both are known and either has changed. */
export const createAccountWatch = (options: {
  readonly emit: Sink<BrokerReport>;
  readonly health: Health;
  readonly nextRequestId: () => number;
}) => {
  const { health } = options;
  const known = new Map<Tag, UsdMicros>();
  let told = '';
  let account = '';

  const take = (of: string, tag: string, value: string, currency: string): void => {
    if (of !== account || !isTag(tag)) return;
    if (currency !== 'USD') {
      health.refuse('ibkr.account', 'other-currency');
      return;
    }
    if (!FIGURE.test(value)) {
      health.refuse('ibkr.account', 'undecodable');
      return;
    }
    known.set(tag, toMicros(Number(value)));
    health.set('ibkr.account', 'live', null);
  };
  return {
    attach: (link: Link, ownAccount: string): void => {
      account = ownAccount;
      link.on(EventName.accountSummary, (_id: number, of: string, tag: string, value: string, currency: string) =>
        take(of, tag, value, currency),
      );
      link.on(EventName.updateAccountValue, (tag: string, value: string, currency: string, of: string) =>
        take(of, tag, value, currency),
      );
      // The summary comes every three minutes; the updates follow positions at once.
      link.send('routine', (api) => api.reqAccountSummary(options.nextRequestId(), 'All', TAGS.join(',')));
      link.send('routine', (api) => api.reqAccountUpdates(true, ownAccount));
    },
    /** Tells what the last message changed. */
    flush: (): void => {
      const netLiquidation = known.get('NetLiquidation');
      const buyingPower = known.get('BuyingPower');
      if (netLiquidation === undefined || buyingPower === undefined) return;
      const now = `${netLiquidation} ${buyingPower}`;
      if (now === told) return;
      told = now;
      options.emit({ kind: 'account', netLiquidation, buyingPower });
    },
    /** Told anew after a reconnection, even when nothing has changed. */
    detach: (reason: string): void => {
      known.clear();
      told = '';
      health.set('ibkr.account', 'down', reason);
    },
  };
};
export type AccountWatch = ReturnType<typeof createAccountWatch>;
