import { settlesAm } from '../../engine/core/market/calendar.ts';
import type { ChainColumns } from '../../engine/core/market/chain.ts';
import type { ContractId, Instant, SessionDate } from '../../engine/core/types.ts';
import { readCboe } from '../../sandbox/recordings/cboe.ts';
import type { CboeRecording } from '../../sandbox/recordings/types.ts';
import type { ChainFile, ChainOptions } from './chain-file.ts';
import { sourceOf, UnreadableFile } from './open-file.ts';
import { forwardsOf } from './parity.ts';

const columnsOf = (recording: CboeRecording): ChainColumns => {
  const rejected: Record<string, number> = {};
  if (recording.skipped.length > 0) rejected['unreadable-row'] = recording.skipped.length;
  if (recording.strangers > 0) rejected['other-underlying'] = recording.strangers;
  const count = (reason: string): void => {
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  };
  const seen = new Set<ContractId>();
  const rows = recording.chain.filter(({ contract }) => {
    if (seen.has(contract.id)) {
      count('duplicate');
      return false;
    }
    seen.add(contract.id);
    return true;
  });
  const expiries: SessionDate[] = [...new Set(rows.map(({ contract }) => contract.expiry))].sort();
  const indexOf = new Map(expiries.map((expiry, index) => [expiry, index]));
  const nonNegative = (value: number | null): number => {
    if (value !== null && value >= 0) return value;
    if (value !== null) count('negative-value');
    return Number.NaN;
  };
  const column = (pick: (row: (typeof rows)[number]) => number): Float64Array => Float64Array.from(rows, pick);
  const bid = column((row) => nonNegative(row.bid));
  const ask = column((row) => nonNegative(row.ask));
  rows.forEach((_, i) => {
    if (!((bid[i] ?? 0) > (ask[i] ?? 0))) return;
    count('crossed-quote');
    bid[i] = Number.NaN;
    ask[i] = Number.NaN;
  });
  return {
    underlying: recording.underlying,
    receivedAt: recording.takenAt,
    vendor: 'cboe',
    rowCount: rows.length,
    contractIds: rows.map(({ contract }) => contract.id),
    expiries,
    expiryIndex: Uint16Array.from(rows, ({ contract }) => indexOf.get(contract.expiry) ?? 0),
    settlesAm: Uint8Array.from(rows, ({ contract }) => (settlesAm(contract.tradingClass, contract.expiry) ? 1 : 0)),
    isCall: Uint8Array.from(rows, ({ contract }) => (contract.right === 'C' ? 1 : 0)),
    strike: column(({ contract }) => contract.strike),
    bid,
    ask,
    last: column((row) => nonNegative(row.last)),
    volume: column((row) => nonNegative(row.volume)),
    openInterest: column((row) => nonNegative(row.openInterest)),
    impliedVolatility: column((row) => {
      const volatility = nonNegative(row.impliedVolatility);
      // The export writes 0 where it could work out none.
      if (volatility !== 0) return volatility;
      count('implied-volatility-zero');
      return Number.NaN;
    }),
    delta: column((row) => row.delta ?? Number.NaN),
    gamma: column((row) => nonNegative(row.gamma)),
    thetaPerDay: column(() => Number.NaN),
    vegaPerPoint: column(() => Number.NaN),
    rejected,
  };
};

/** Of the nearest expiry whose calls and puts agree on a forward: a price of the underlying, but for a few days' carry. */
const SPOT_PAIRS_MIN = 3;

const spotOf = (
  recording: CboeRecording,
  chain: ChainColumns,
  at: Instant,
  options: ChainOptions,
  path: string,
): readonly [number, string] => {
  if (options.spot !== null) return [options.spot, 'given'];
  if (recording.last !== null) return [recording.last, 'last price in the file'];
  const { bid, ask } = recording;
  if (bid !== null && ask !== null && ask >= bid) return [(bid + ask) / 2, 'middle of bid and ask in the file'];
  const nearest = forwardsOf(chain, at).find(({ pairs }) => pairs >= SPOT_PAIRS_MIN);
  if (nearest !== undefined) return [nearest.forward, `put-call parity of ${nearest.expiry}`];
  throw new UnreadableFile(
    recording.unread[0] ?? `${path}: expected the underlying's last price in its second line; say --spot PRICE`,
  );
};

const SHOWN = 5;
const notesOf = ({ skipped, unread }: CboeRecording): readonly string[] => [
  ...[...unread, ...skipped.slice(0, SHOWN)].map((problem) => `left out: ${problem}`),
  ...(skipped.length > SHOWN ? [`left out: ${skipped.length - SHOWN} more rows that could not be read`] : []),
];

export const readCboeChain = (path: string, bytes: Uint8Array, options: ChainOptions): ChainFile => {
  const parsed = readCboe(sourceOf(path, bytes), options.at, true);
  if (!parsed.ok) throw new UnreadableFile(parsed.problem);
  const recording = parsed.value;
  const at = options.at ?? recording.takenAt;
  const chain = { ...columnsOf(recording), receivedAt: at };
  const [spot, spotFrom] = spotOf(recording, chain, at, options, path);
  return {
    format: 'cboe-quotedata',
    file: path,
    chain,
    at,
    atFrom: options.at === null ? 'date line of the file' : 'given',
    spot,
    spotFrom,
    contractsInFile: recording.chain.length + 2 * recording.skipped.length + recording.strangers,
    assumptions: notesOf(recording),
  };
};
