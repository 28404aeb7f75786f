import type { Denial, DenialCode } from '../outputs.ts';
import { chainAgeMsMaxUnder } from '../pricing-source.ts';
import type { Rule } from './rule.ts';

/** Never seen counts as too old. Ages in market milliseconds. */
export const freshData: Rule = ({ state, symbol, intent, at }) => {
  const { limits } = state;
  const denials: Denial[] = [];
  const check = (code: DenialCode, seenAt: number, ageMsMax: number): void => {
    const ageMs = at - seenAt;
    if (ageMs <= ageMsMax) return;
    denials.push({ code, facts: Number.isNaN(ageMs) ? { seen: 'never', ageMsMax } : { ageMs, ageMsMax } });
  };
  // A quote without both sides is none.
  const quoted = Number.isFinite(symbol.bidPrice + symbol.askPrice);
  check('stale-quote', quoted ? symbol.quoteAt : Number.NaN, limits.quoteAgeMsMax);
  check('stale-book', symbol.book.broken ? Number.NaN : symbol.bookAt, limits.bookAgeMsMax);
  check('stale-chain', symbol.chain?.receivedAt ?? Number.NaN, chainAgeMsMaxUnder(state.pricing.primary, limits));
  check('stale-option-quote', state.options.get(intent.contract.id)?.quoteAt ?? Number.NaN, limits.quoteAgeMsMax);
  return denials;
};
