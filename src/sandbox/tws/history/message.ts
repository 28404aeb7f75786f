import type { Instant } from '../../../engine/core/types.ts';
import { compactDate, stampAt } from '../market-clock.ts';
import { ANSWER } from '../wire/codes.ts';
import { message, since } from '../wire/fields.ts';
import { ROUND_LOT, SINCE } from '../wire/versions.ts';
import { averagePrice, type HistoryBar, tradeCount } from './read-bars.ts';

const stampOf = (version: number, bar: HistoryBar, epochSeconds: boolean): string =>
  bar.at === null ? compactDate(bar.date) : epochSeconds ? String(Math.floor(bar.at / 1000)) : stampAt(version, bar.at);

/** Before 175 volumes of stocks are told in round lots. */
const volumeOf = (version: number, bar: HistoryBar, inLots: boolean): number =>
  inLots && version < SINCE.hmdsMarketDataInShares && bar.volume > 0 ? bar.volume / ROUND_LOT : bar.volume;

export interface HistoryAnswer {
  readonly requestId: number;
  readonly bars: readonly HistoryBar[];
  readonly from: Instant;
  readonly to: Instant;
  readonly epochSeconds: boolean;
  readonly inLots: boolean;
}

/** historicalData, and from 196 on the message with its ends. */
export const historyMessages = (version: number, answer: HistoryAnswer): string[] => {
  const { requestId, bars, from, to, epochSeconds, inLots } = answer;
  const old = version < SINCE.syntheticRealTimeBars;
  const ends = message(stampAt(version, from), stampAt(version, to));
  const rows = bars.map(
    (bar) =>
      message(stampOf(version, bar, epochSeconds), bar.open, bar.high, bar.low, bar.close) +
      message(volumeOf(version, bar, inLots), averagePrice(bar), ...(old ? ['false'] : []), tradeCount(bar)),
  );
  const head =
    message(ANSWER.historicalData, ...(old ? [3] : []), requestId) +
    (version < SINCE.historicalDataEnd ? ends : '') +
    message(bars.length);
  const whole = head + rows.join('');
  const end = since(version, SINCE.historicalDataEnd, ANSWER.historicalDataEnd, requestId);
  return end === '' ? [whole] : [whole, end + ends];
};

/** The newest bar of a request that is kept up to date. */
export const historyUpdate = (version: number, answer: HistoryAnswer): string => {
  const bar = answer.bars.at(-1);
  if (!bar) return '';
  const { requestId, epochSeconds, inLots } = answer;
  return (
    message(ANSWER.historicalDataUpdate, requestId, tradeCount(bar), stampOf(version, bar, epochSeconds)) +
    message(bar.open, bar.close, bar.high, bar.low, averagePrice(bar), volumeOf(version, bar, inLots))
  );
};
