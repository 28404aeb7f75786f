import { gatewayClosureAt } from '../market/gateway-gate.ts';
import { deny, PASSES, type Rule } from './rule.ts';

/** An order on its way when the gateway restarts may arrive, or not, or be answered under another number. */
export const gatewayOpen: Rule = ({ state, at }) => {
  const closure = state.gateway && gatewayClosureAt(at, state.gateway);
  return closure ? deny('gateway-restart', { cause: closure.cause, opensAt: closure.until }) : PASSES;
};
