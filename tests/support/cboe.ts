import { settlesAm } from '../../src/engine/core/market/calendar.ts';
import type { ChainColumns } from '../../src/engine/core/market/chain.ts';
import { parseContractId } from '../../src/engine/core/market/contract.ts';
import type { Instant } from '../../src/engine/core/types.ts';
import { chainOf, type TestContract } from '../../src/engine/testing/chain.ts';

/** A Cboe quotedata export as a chain: four header lines, then call and put of a strike per row. Zero volatility is absent. */
export const parseCboeQuotes = (text: string, receivedAt: Instant): { spot: number; chain: ChainColumns } => {
  const lines = text.trimEnd().split(/\r?\n/);
  const spot = Number(/Last: ([\d.]+)/.exec(lines[1] ?? '')?.[1]);
  const rows: TestContract[] = [];
  for (const line of lines.slice(4)) {
    const cells = line.split(',');
    for (const first of [1, 12]) {
      const contract = parseContractId(cells[first] ?? '');
      if (!contract) throw new Error(`Cboe quotes: expected an option symbol, got "${cells[first]}"`);
      const [bid, ask, volume, volatility, delta, gamma, openInterest] = cells
        .slice(first + 3, first + 10)
        .map(Number) as [number, number, number, number, number, number, number];
      rows.push({
        root: contract.tradingClass,
        expiry: contract.expiry,
        right: contract.right,
        strike: contract.strike,
        settlesAm: settlesAm(contract.tradingClass, contract.expiry),
        bid,
        ask,
        last: Number(cells[first + 1]),
        volume,
        openInterest,
        ...(volatility > 0 ? { impliedVolatility: volatility } : {}),
        delta,
        gamma,
      });
    }
  }
  return { spot, chain: chainOf('SPX', receivedAt, rows) };
};
