import type { Denial } from '../outputs.ts';
import type { Rule } from './rule.ts';

/**
 * A connection that is back proves nothing about data: what we trade on must have come since the last loss, however
 * young it is. Where the broker is not back at all, that is said by its own rule.
 */
export const dataSinceReconnect: Rule = ({ state, symbol, intent }) => {
  const { connected, synced, lostAt } = state.broker;
  const denials: Denial[] = [];
  if (!connected || !synced) return denials;
  const check = (stream: string, seenAt: number): void => {
    if (seenAt <= lostAt) denials.push({ code: 'no-data-since-reconnect', facts: { stream, seenAt, lostAt } });
  };
  check('quote', symbol.quoteAt);
  check('book', symbol.bookAt);
  check('option-quote', state.options.get(intent.contract.id)?.quoteAt ?? Number.NaN);
  return denials;
};
