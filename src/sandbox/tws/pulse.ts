import type { Desk } from './desk.ts';
import { accountRefresher } from './reports.ts';
import type { Restarter } from './restart.ts';

export interface Pulse {
  /** Looks at everything that goes on by itself. */
  beat(): void;
  /** A beat if market time has gone on by one since the last: before each event and request, so that what they find does not depend on the machine's clock. */
  catchUp(): void;
}

const EXTRAS_EVERY_MS = 1_000;

/** `everyMs` of market time between beats. */
export const createPulse = (desk: Desk, restarter: Restarter, everyMs: number): Pulse => {
  const refreshAccounts = accountRefresher(desk);
  let beatAt = desk.market.now();
  let extrasAt = beatAt;
  const beat = (): void => {
    const now = desk.market.now();
    const extrasDue = now - extrasAt >= EXTRAS_EVERY_MS || now < extrasAt;
    beatAt = now;
    desk.exchange.tick();
    desk.bars.tick();
    refreshAccounts();
    for (const instrument of desk.market.instruments()) {
      if (instrument.hasOptions) desk.quotes.touch(instrument.symbol);
      if (extrasDue) desk.quotes.publishExtras(instrument.symbol);
    }
    if (extrasDue) {
      extrasAt = now;
      desk.history.publish();
      desk.pnl.publish();
    }
    restarter.pulse();
  };
  return {
    beat,
    catchUp: () => {
      const now = desk.market.now();
      if (now - beatAt >= everyMs || now < beatAt) beat();
    },
  };
};
