import type { Context } from '../context.ts';
import { countAnomaly, tellAnomaly } from '../context.ts';
import type { BrokerPosition } from '../inputs.ts';
import { answerWithinMs } from '../limits.ts';
import { dateInNewYork } from '../market/calendar.ts';
import { parseContractId } from '../market/contract.ts';
import type { State } from '../state.ts';
import type { ContractId, Instant } from '../types.ts';
import { openQuantity } from './trade.ts';

/** The broker's complete answer about options; shares and other holdings are not ours to judge. */
export const positionsByContract = (positions: readonly BrokerPosition[]): Map<ContractId, number> => {
  const held = new Map<ContractId, number>();
  for (const { contractId, quantity } of positions) {
    if (contractId !== null) held.set(contractId, (held.get(contractId) ?? 0) + quantity);
  }
  return held;
};

/** Whether a contract that only the broker holds concerns us: alive, and on an underlying that we trade. */
const concernsUs = (state: State, contractId: ContractId, at: Instant): boolean => {
  const contract = parseContractId(contractId);
  return contract !== null && state.symbols.has(contract.underlying) && contract.expiry >= dateInNewYork(at);
};

/** Over the union of both sides' contracts, `contract ours/broker's` for each that differs; empty while they agree. */
const differences = (state: State, at: Instant): string => {
  const theirs = state.broker.positions;
  if (theirs === null) return '';
  const ours = new Map<ContractId, number>();
  for (const trade of state.trading.trades.values()) {
    const quantity = openQuantity(trade);
    if (quantity !== 0) ours.set(trade.contract.id, (ours.get(trade.contract.id) ?? 0) + quantity);
  }
  const differing: string[] = [];
  for (const contractId of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [our, their] = [ours.get(contractId) ?? 0, theirs.get(contractId) ?? 0];
    if (our !== their && (our !== 0 || concernsUs(state, contractId, at))) {
      differing.push(`${contractId} ${our}/${their}`);
    }
  }
  return differing.join(', ');
};

/**
 * Compares after every report and on timers. Disagreement blocks new risk at once; it is told when it comes with a
 * complete sync or outlasts the usual delay between an execution and the position that follows it.
 */
export const reconcile = (context: Context, atSync: boolean): void => {
  const { state, at } = context;
  const { broker } = state;
  const differing = differences(state, at);
  if (differing === '') {
    broker.mismatchSince = Number.NaN;
    broker.mismatchTold = '';
    return;
  }
  if (Number.isNaN(broker.mismatchSince)) broker.mismatchSince = at;
  const lasting = at - broker.mismatchSince >= answerWithinMs(state.limits);
  if ((!atSync && !lasting) || broker.mismatchTold === differing) return;
  broker.mismatchTold = differing;
  countAnomaly(state, 'position-mismatch', differing);
  tellAnomaly(context, 'position-mismatch', { differing });
};
