import { parseContractId } from '../core/market/contract.ts';
import type { SignalEvent } from '../core/signal.ts';
import { instant, type SignalId } from '../core/types.ts';

type Overrides = Partial<Omit<SignalEvent, 'signalId'>> & { readonly signalId?: string };

/** The brief's own example: BUY SPY 440C @ 2.50, Stop @ 2.10, Target 5.00. */
export const signalEvent = (overrides: Overrides = {}): SignalEvent => {
  const contract = parseContractId('SPY261120C00440000');
  if (!contract) throw new Error('signalEvent: the example contract does not parse');
  const { signalId = 'SIG001', ...rest } = overrides;
  return {
    signalId: signalId as SignalId,
    version: 1,
    change: 'new',
    strategy: '0dte-gamma',
    mode: 'simulated',
    direction: 'bullish',
    contract,
    quantity: 4,
    entryPrice: 2.5,
    stopPrice: 2.1,
    targetPrice: 5,
    update: null,
    outcome: null,
    exitPrice: null,
    returnPercent: null,
    marketAt: instant(Date.UTC(2026, 10, 20, 15, 0)),
    triggeredBy: ['gamma-concentration'],
    riskFactors: [],
    ...rest,
  };
};
