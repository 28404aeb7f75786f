import type { SignalOutcome, TradingMode } from '../engine/index.ts';
import type { BasicView, FreeView, PremiumView, View } from './redact.ts';

const OUTCOMES: Readonly<Record<SignalOutcome, string>> = {
  stopped: 'stopped out',
  'closed-by-operator': 'closed by the desk',
  'closed-at-session-end': 'closed at the session end',
  'not-filled': 'never filled',
  'refused-by-broker': 'refused by the broker',
};

const dollars = (price: number): string => price.toFixed(2);
const signedPercent = (percent: number): string => `${percent < 0 ? '' : '+'}${percent.toFixed(1)}%`;

const premiumWording = (view: PremiumView): string => {
  const option = `${view.symbol} ${view.option}`;
  const guards = `Stop @ ${dollars(view.stopPrice)}, Target ${dollars(view.targetPrice)}`;
  if (view.change === 'new') return `BUY ${option} @ ${dollars(view.entryPrice)}, ${guards}`;
  if (view.change === 'updated') {
    if (view.update === 'filled') return `FILLED ${option} @ ${dollars(view.entryPrice)}, ${guards}`;
    return `${view.update === 'stop-raised' ? 'STOP RAISED' : 'UPDATED'} ${option}, ${guards}`;
  }
  const exit = view.exitPrice === null ? '' : ` @ ${dollars(view.exitPrice)}`;
  const result = view.returnPercent === null ? '' : `, return ${signedPercent(view.returnPercent)}`;
  return `CLOSED ${option}${exit}${result}${view.outcome === null ? '' : `, ${OUTCOMES[view.outcome]}`}`;
};

const RESULTS = {
  gain: ' with a gain',
  loss: ' with a loss',
  flat: ' about even',
  'not-entered': '',
  unknown: '',
} as const;

const basicWording = (view: BasicView): string => {
  const option = `${view.symbol} ${view.right === 'C' ? 'Calls' : 'Puts'} around ${view.strikeAround} strike`;
  if (view.change === 'new') return `BUY ${option}, trailing stop active`;
  if (view.change === 'updated') {
    if (view.update === 'filled') return `FILLED ${option}, trailing stop active`;
    return `${option}, trailing stop ${view.update === 'stop-raised' ? 'raised' : 'active'}`;
  }
  const outcome = view.outcome === null ? 'closed' : OUTCOMES[view.outcome];
  return `CLOSED ${option}, ${outcome}${view.result === null ? '' : RESULTS[view.result]}`;
};

const freeWording = (view: FreeView): string => {
  if (view.change === 'closed') return `${view.symbol} setup ${view.entered ? 'closed' : 'ended without an entry'}`;
  const bias = view.direction === 'bullish' ? 'Bullish' : 'Bearish';
  return `${bias} ${view.symbol} setup triggered, premium members entered ${view.right === 'C' ? 'calls' : 'puts'}`;
};

/** One line for people: the same words on pages, streams and channels. Plain text; every renderer escapes it. */
export const wording = (view: View): string => {
  if (view.tier === 'premium') return premiumWording(view);
  return view.tier === 'basic' ? basicWording(view) : freeWording(view);
};

const MODES: Readonly<Record<TradingMode, string>> = {
  simulated: 'Simulated trading',
  paper: 'Paper trading',
  live: 'Live trading',
};

/** What the trade is: shown beside every wording. */
export const modeWording = (view: View): string => MODES[view.mode];
