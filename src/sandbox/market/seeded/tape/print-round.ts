import { instant } from '../../../../engine/core/types.ts';
import type { MarketEvent } from '../../types.ts';
import { VENUE_CODES } from './venues.ts';

interface Print {
  symbol: string;
  at: number;
  price: number;
  size: number;
  venue: number;
}

/** The prints of one step over all symbols, told in the order of their times. */
export interface PrintRound {
  add(symbol: string, at: number, price: number, size: number, venue: number): void;
  tell(tell: (event: MarketEvent) => void): void;
}

export const createPrintRound = (): PrintRound => {
  const prints: Print[] = [];
  return {
    add(symbol, at, price, size, venue) {
      prints.push({ symbol, at, price, size, venue });
    },
    tell(tell) {
      // Stable: prints of one millisecond keep their order.
      prints.sort((a, b) => a.at - b.at);
      for (const { symbol, at, price, size, venue } of prints)
        tell({ kind: 'trade', symbol, at: instant(at), price, size, venue: VENUE_CODES[venue] as string });
      prints.length = 0;
    },
  };
};
