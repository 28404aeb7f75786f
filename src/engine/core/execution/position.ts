import type { Fill, Trading } from './trade.ts';

/** What the fills of one trade add up to. Whole contracts and whole USD micros, so that no order of arrival matters. */
export interface Position {
  bought: number;
  sold: number;
  /** bought - sold, contracts. */
  quantity: number;
  costMicros: number;
  proceedsMicros: number;
  commissionMicros: number;
  /** Contracts, bought or sold, whose commission has not been reported yet. */
  contractsWithoutCommission: number;
}

export const NO_POSITION: Readonly<Position> = {
  bought: 0,
  sold: 0,
  quantity: 0,
  costMicros: 0,
  proceedsMicros: 0,
  commissionMicros: 0,
  contractsWithoutCommission: 0,
};

export const positionOf = (
  fills: readonly Fill[],
  multiplier: number,
  commissions: Trading['commissions'],
): Position => {
  const position = { ...NO_POSITION };
  for (const fill of fills) {
    const valueMicros = fill.quantity * fill.priceMicros * multiplier;
    if (fill.side === 'BUY') {
      position.bought += fill.quantity;
      position.costMicros += valueMicros;
    } else {
      position.sold += fill.quantity;
      position.proceedsMicros += valueMicros;
    }
    const commission = commissions.get(fill.base);
    if (commission) position.commissionMicros += commission.micros;
    else if (fill.clientOrderId !== null) position.contractsWithoutCommission += fill.quantity;
  }
  position.quantity = position.bought - position.sold;
  return position;
};

/** Average premium paid, dollars per share; NaN before the first fill. */
export const averagePrice = (position: Position, multiplier: number): number =>
  position.bought === 0 ? Number.NaN : position.costMicros / position.bought / multiplier / 1e6;

/** Average premium received for `contracts` contracts, dollars per share; NaN for none. */
export const exitPrice = (position: Position, contracts: number, multiplier: number): number =>
  contracts === 0 ? Number.NaN : position.proceedsMicros / contracts / multiplier / 1e6;

/** Realised profit in USD micros: proceeds less the average cost of what was sold, less every commission paid so far. */
export const realisedMicros = (position: Position): number =>
  position.proceedsMicros -
  (position.bought === 0 ? 0 : Math.round((position.costMicros * position.sold) / position.bought)) -
  position.commissionMicros;
