import type { Tier } from '../billing/plans.ts';
import type { Db } from '../db/client.ts';
import type { View } from './redact.ts';
import { releasedBetween } from './release.ts';
import { wording } from './wording.ts';

type Result = 'gain' | 'loss' | 'flat' | 'not-entered' | 'unknown';

/** Like Basic's view: within 1 % is flat. */
const premiumResult = (view: Extract<View, { tier: 'premium' }>): Result => {
  if (view.outcome === 'not-filled' || view.outcome === 'refused-by-broker') return 'not-entered';
  if (view.returnPercent === null) return 'unknown';
  return Math.abs(view.returnPercent) < 1 ? 'flat' : view.returnPercent > 0 ? 'gain' : 'loss';
};

const resultOf = (view: View): Result | null => {
  if (view.change !== 'closed') return null;
  if (view.tier === 'premium') return premiumResult(view);
  return view.tier === 'basic' ? view.result : null;
};

/** What a report of this tier may tell of a period: released and redacted, in the tier's words. */
export const reportSignals = async (db: Db, tier: Tier, period: { readonly fromMs: number; readonly toMs: number }) => {
  const releases = await releasedBetween(db, tier, period);
  return releases.map(({ signalRef, view }) => ({
    signalRef,
    change: view.change,
    words: wording(view),
    result: resultOf(view),
    returnPercent: view.tier === 'premium' ? view.returnPercent : null,
  }));
};
