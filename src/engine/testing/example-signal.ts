import { contractId } from '../core/market/contract.ts';
import type { SignalEvent } from '../core/signal.ts';
import { instant, type SessionDate, type SignalId } from '../core/types.ts';

/** The brief's own example: BUY SPY 440C @ 2.50, Stop @ 2.10, Target 5.00. */
export const exampleSignal = (changes: Partial<SignalEvent> = {}): SignalEvent => ({
  signalId: 'signal-1' as SignalId,
  version: 1,
  change: 'new',
  strategy: '0dte-gamma',
  mode: 'simulated',
  direction: 'bullish',
  contract: {
    id: contractId('SPY', '2026-11-20' as SessionDate, 'C', 440),
    underlying: 'SPY',
    tradingClass: 'SPY',
    expiry: '2026-11-20' as SessionDate,
    strike: 440,
    right: 'C',
    multiplier: 100,
  },
  quantity: 5,
  entryPrice: 2.5,
  stopPrice: 2.1,
  targetPrice: 5,
  update: null,
  outcome: null,
  exitPrice: null,
  returnPercent: null,
  marketAt: instant(1_795_190_400_000),
  triggeredBy: ['spot near the gamma flip'],
  riskFactors: ['closes today'],
  ...changes,
});
