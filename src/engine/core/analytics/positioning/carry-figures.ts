import type { PricedChain } from '../exposure-sums.ts';
import { CARRY_BASES, type CarryBasis } from '../forward-carry.ts';
import { absent, type Measured, measured, measuredNumber } from '../measured.ts';
import type { CarryFigures, PricingFigures } from './figures.ts';

const basisOf = ({ terms }: PricedChain, slot: number): CarryBasis =>
  CARRY_BASES[terms.carry.basis[slot] as number] ?? 'rate-and-dividends';

export const carryFigures = (priced: PricedChain, slot: number, refusal: string | null): CarryFigures => {
  const { chain, spot, terms, years } = priced;
  const { carry } = terms;
  const basis = basisOf(priced, slot);
  const rests = basis === 'rate-and-dividends' ? 'settings' : 'chain-quotes';
  const rate = carry.rate[slot] as number;
  const dividendYield = carry.dividendYield[slot] as number;
  const forward = spot * Math.exp((rate - dividendYield) * (years[slot] as number));
  const confidence = carry.confidence[slot] as number;
  const tell = (value: number): Measured =>
    refusal === null ? measuredNumber(value, chain.receivedAt, rests, 'no-carry', confidence) : absent(refusal, rests);
  return {
    basis,
    forward: tell(forward),
    rate,
    dividendYield: tell(dividendYield),
    pairs: carry.pairs[slot] as number,
  };
};

export const pricingFigures = (
  priced: PricedChain,
  slots: readonly number[],
  refusal: string | null,
): PricingFigures => {
  const { terms, chain } = priced;
  const counts: Record<CarryBasis, number> = {
    'rate-and-dividends': 0,
    'put-call-parity': 0,
    'neighbouring-parity': 0,
  };
  for (const slot of slots) counts[basisOf(priced, slot)]++;
  return {
    style: terms.style,
    carry: counts,
    dividendsFrom: terms.dividendsFrom,
    spotShift:
      refusal === null
        ? measured(Math.expm1(terms.spotShift), chain.receivedAt, 'chain-quotes')
        : absent(refusal, 'chain-quotes'),
  };
};
