import type { Order } from '../../../src/sandbox/tws/exchange/types.ts';
import type { TwsSandbox } from '../../../src/sandbox/tws/server.ts';

/** Of the engine at the exchange. */
export const OUR_CLIENT_ID = 7;
const LOOK_EVERY_MS = 5;
/** Wall milliseconds in which a calm, connected engine must have put its stop: an ask, an answer, an order, an answer. */
const UNPROTECTED_MS_MAX = 4_000;

export interface ExchangeWatch {
  problems(): readonly string[];
  isProtected(): boolean;
  isFlat(): boolean;
  describe(): string;
  calmFrom(atMs: number): void;
  stop(): void;
}

const left = ({ terms, filled }: Order): number => terms.totalQuantity - filled;

/** Most that resting sells could sell together: members of one group cancel one another. */
const sellable = (orders: readonly Order[]): number => {
  const byGroup = new Map<string, number>();
  for (const order of orders) {
    const group = order.terms.ocaGroup || String(order.permId);
    byGroup.set(group, Math.max(byGroup.get(group) ?? 0, left(order)));
  }
  return [...byGroup.values()].reduce((sum, quantity) => sum + quantity, 0);
};

/** Who sells by hand what a stop rests for may over-close it before we hear of the sale. */
export const soldByOthers = (tws: TwsSandbox, conId: number): boolean =>
  tws.exchange.state.executions.some(
    (execution) => execution.conId === conId && execution.clientId !== OUR_CLIENT_ID && execution.orderId !== 0,
  );

/** Looks into the exchange's own books, many times a second. */
export const watchExchange = (tws: TwsSandbox, engineIsUp: () => boolean): ExchangeWatch => {
  const { exchange } = tws;
  const problems = new Set<string>();
  const overSellSince = new Map<number, number>();
  let calmSince = Number.POSITIVE_INFINITY;
  let unprotectedSince = Number.POSITIVE_INFINITY;

  const heldOf = (conId: number): number => exchange.account.position(conId)?.quantity ?? 0;
  const sellsOf = (conId: number): Order[] =>
    exchange.orders.working().filter((order) => order.conId === conId && order.terms.action === 'SELL');
  const unprotected = (): string[] =>
    exchange.state.positions.flatMap(({ conId, quantity }) => {
      const covered = sellsOf(conId).reduce((sum, order) => sum + left(order), 0);
      return quantity > 0 && covered < quantity ? [`${conId}: held ${quantity}, resting sells ${covered}`] : [];
    });
  const look = (): void => {
    const now = performance.now();
    for (const { conId, quantity } of exchange.state.positions) {
      if (quantity < 0 && !soldByOthers(tws, conId)) problems.add(`sold more than held: ${conId} ${quantity}`);
      const excess = sellable(sellsOf(conId)) - Math.max(0, heldOf(conId));
      if (excess <= 0) overSellSince.delete(conId);
      else if (!overSellSince.has(conId)) overSellSince.set(conId, now);
    }
    const naked = unprotected();
    if (naked.length === 0 || !engineIsUp()) unprotectedSince = Number.POSITIVE_INFINITY;
    else unprotectedSince = Math.min(unprotectedSince, now);
    if (now - Math.max(unprotectedSince, calmSince) > UNPROTECTED_MS_MAX)
      problems.add(`unprotected for over ${UNPROTECTED_MS_MAX} ms of calm: ${naked.join('; ')}`);
    for (const [conId, since] of overSellSince)
      if (now - Math.max(since, calmSince) > UNPROTECTED_MS_MAX)
        problems.add(`resting sells could over-close for over ${UNPROTECTED_MS_MAX} ms of calm: ${conId}`);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);

  return {
    problems: () => [...problems],
    isProtected: () => unprotected().length === 0,
    isFlat: () =>
      exchange.state.positions.every(({ quantity }) => quantity === 0) && exchange.orders.working().length === 0,
    describe: () =>
      JSON.stringify({
        positions: exchange.state.positions.filter(({ quantity }) => quantity !== 0),
        working: exchange.orders
          .working()
          .map(({ orderId, terms, filled, status }) => ({ orderId, status, filled, ...terms })),
      }),
    calmFrom: (atMs) => {
      calmSince = atMs;
    },
    stop: () => clearInterval(timer),
  };
};
