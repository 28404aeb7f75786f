import type { SandboxMarket } from '../../market/types.ts';
import type { Listing } from '../directory.ts';
import { TICK } from '../wire/codes.ts';
import { priceTick, sizeTick, stringTick, type Tick } from './ticks.ts';

const DELAY_MS = 15 * 60_000;
const MINUTE_MS = 60_000;
const SESSION_MINUTES = 390;

/** What someone without a subscription sees: the last completed minute that is fifteen minutes old. Options have none. */
export const delayedTicks = (market: SandboxMarket, listing: Listing): Tick[] => {
  if (listing.option) return [];
  const until = market.now() - DELAY_MS;
  const bars = market.minuteBars(listing.symbol, SESSION_MINUTES).filter(({ openAt }) => openAt + MINUTE_MS <= until);
  const bar = bars.at(-1);
  if (!bar) return [];
  const volume = bars.reduce((sum, { volume }) => sum + volume, 0);
  return [
    priceTick(TICK.delayedLast, bar.close, 0, 0, false),
    sizeTick(TICK.delayedVolume, volume),
    stringTick(TICK.delayedLastTimestamp, Math.floor((bar.openAt + MINUTE_MS) / 1000)),
  ];
};
