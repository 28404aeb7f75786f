import { OrderAction, OrderType, SecType, TimeInForce } from '@stoqey/ib';
import type { Random } from '../../../src/engine/testing/random.ts';
import { ALPHA_VANTAGE_FAULTS } from '../../../src/sandbox/alphavantage/faults.ts';
import type { AlphaVantageSandbox } from '../../../src/sandbox/alphavantage/server.ts';
import type { TwsSandbox } from '../../../src/sandbox/tws/server.ts';
import { RecordingClient } from '../../contract/tws-client.ts';

/** The outside world that is told to misbehave, and what of it must be undone later. */
export interface Victims {
  readonly tws: TwsSandbox;
  readonly alphaVantage: AlphaVantageSandbox;
  readonly random: Random;
  /** Runs `work` after so many wall milliseconds; all of it is run at once when the run calms down. */
  readonly later: (ms: number, work: () => void) => void;
}

type Mischief = (victims: Victims) => void;

const briefly =
  (begin: (victims: Victims) => void, end: (victims: Victims) => void, longestMs: number): Mischief =>
  (victims) => {
    begin(victims);
    victims.later(victims.random.whole(50, longestMs), () => end(victims));
  };
const once =
  (...faults: Parameters<TwsSandbox['faults']['inject']>[0][]): Mischief =>
  ({ tws, random }) =>
    tws.faults.inject(random.pick(faults));

const correctLast: Mischief = ({ tws, random }) => {
  const { executions } = tws.exchange.state;
  const last = executions.at(-1 - random.whole(0, Math.max(0, Math.min(2, executions.length - 1))));
  if (last && last.orderRef !== '')
    tws.faults.inject({
      kind: 'correct-execution',
      execId: last.execId,
      price: Number((last.price + 0.01).toFixed(2)),
    });
};

/** Somebody trades in TWS itself. */
const tradeByHand = (tws: TwsSandbox, conId: number, action: OrderAction, totalQuantity: number): RecordingClient => {
  const hand = new RecordingClient(tws.port, 99);
  const trade = async (): Promise<void> => {
    const id = await hand.connect();
    const contract = { conId, symbol: 'SPY', secType: SecType.OPT, exchange: 'SMART', currency: 'USD' };
    const order = { action, orderType: OrderType.MKT, totalQuantity, tif: TimeInForce.DAY, transmit: true };
    hand.api.placeOrder(id, contract, order);
  };
  trade().catch(() => {});
  return hand;
};

const sellByHand: Mischief = ({ tws, later }) => {
  const held = tws.exchange.state.positions.find(({ quantity }) => quantity > 1);
  if (!held) return;
  const hand = tradeByHand(tws, held.conId, OrderAction.SELL, 1);
  later(400, () => hand.api.disconnect());
};

/** A sale by hand that our stop overtook is nobody's but the hand's to buy back. */
export const buyBackByHand = async (tws: TwsSandbox): Promise<void> => {
  const short = tws.exchange.state.positions.find(({ quantity }) => quantity < 0);
  if (!short) return;
  const hand = tradeByHand(tws, short.conId, OrderAction.BUY, -short.quantity);
  await Bun.sleep(400);
  hand.api.disconnect();
};

/** By name, so that a failure can say what was done. */
export const MISCHIEF: Readonly<Record<string, Mischief>> = {
  'drop-connection': once({ kind: 'drop-connection' }),
  'truncate-frame': once({ kind: 'truncate-frame' }),
  'unknown-message': once({ kind: 'unknown-message' }),
  'garble-next-price': once({ kind: 'garble-next-price' }),
  'reset-depth': once({ kind: 'reset-depth' }),
  'swallow-next-order': once({ kind: 'swallow-next-order' }),
  'reject-next-order': once(
    { kind: 'reject-next-order', code: 201, text: 'Order rejected - reason:a drill' },
    { kind: 'reject-next-order', code: 201, text: 'Order rejected - reason:another drill' },
    { kind: 'reject-next-order', code: 10_349, text: 'a code that is in no table' },
  ),
  'split-next-fill': once({ kind: 'split-next-fill', parts: 2 }, { kind: 'split-next-fill', parts: 3 }),
  'roll-back-next-valid-id': once({ kind: 'roll-back-next-valid-id', by: 5 }),
  'correct-execution': correctLast,
  'sell-by-hand': sellByHand,
  freeze: briefly(
    ({ tws }) => tws.faults.inject({ kind: 'freeze' }),
    ({ tws }) => tws.faults.inject({ kind: 'thaw' }),
    1_200,
  ),
  'delay-acks': briefly(
    ({ tws, random }) => tws.faults.inject({ kind: 'delay-acks', delayMs: random.whole(20, 600) }),
    ({ tws }) => tws.faults.inject({ kind: 'delay-acks', delayMs: 0 }),
    1_500,
  ),
  'duplicate-executions': briefly(
    ({ tws }) => tws.faults.inject({ kind: 'duplicate-executions', enabled: true }),
    ({ tws }) => tws.faults.inject({ kind: 'duplicate-executions', enabled: false }),
    3_000,
  ),
  'lose-connectivity': briefly(
    ({ tws }) => tws.faults.inject({ kind: 'lose-connectivity' }),
    ({ tws, random }) => tws.faults.inject({ kind: 'restore-connectivity', dataKept: random.chance(0.5) }),
    1_500,
  ),
  'farm-broken': briefly(
    ({ tws }) => tws.faults.inject({ kind: 'farm-notice', code: 2103 }),
    ({ tws }) => tws.faults.inject({ kind: 'farm-notice', code: 2104 }),
    1_000,
  ),
  'silence-quotes': briefly(
    ({ tws }) => tws.faults.inject({ kind: 'silence-feed', feed: 'quotes', silent: true }),
    ({ tws }) => tws.faults.inject({ kind: 'silence-feed', feed: 'quotes', silent: false }),
    1_000,
  ),
  'alpha-vantage': ({ alphaVantage, random }) =>
    alphaVantage.faults.set(random.pick(ALPHA_VANTAGE_FAULTS), { remaining: random.whole(1, 3), delayMs: 400 }),
};
