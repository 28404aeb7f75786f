import type { ChainColumns } from '../../core/market/chain.ts';
import type { ContractId, SessionDate } from '../../core/types.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

const FLOAT_COLUMNS = [
  'strike',
  'bid',
  'ask',
  'last',
  'volume',
  'openInterest',
  'impliedVolatility',
  'delta',
  'gamma',
  'thetaPerDay',
  'vegaPerPoint',
] as const satisfies readonly (keyof ChainColumns)[];

interface ChainHead {
  readonly underlying: string;
  readonly receivedAt: ChainColumns['receivedAt'];
  readonly vendor: ChainColumns['vendor'];
  readonly rowCount: number;
  readonly expiries: readonly SessionDate[];
  readonly rejected: Readonly<Record<string, number>>;
}

const bytesOf = (column: Float64Array | Uint16Array | Uint8Array): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** Columns as they lie in memory (little-endian on every machine that Bun runs on); text is JSON or joined by line feeds. */
export const writeChain = (out: ByteWriter, chain: ChainColumns): void => {
  const { underlying, receivedAt, vendor, rowCount, expiries, rejected } = chain;
  const head: ChainHead = { underlying, receivedAt, vendor, rowCount, expiries, rejected };
  out.text(JSON.stringify(head));
  out.text(chain.contractIds.slice(0, rowCount).join('\n'));
  out.raw(bytesOf(chain.expiryIndex.subarray(0, rowCount)));
  out.raw(bytesOf(chain.settlesAm.subarray(0, rowCount)));
  out.raw(bytesOf(chain.isCall.subarray(0, rowCount)));
  for (const column of FLOAT_COLUMNS) out.raw(bytesOf(chain[column].subarray(0, rowCount)));
};

export const readChain = (source: ByteReader): ChainColumns => {
  const head = JSON.parse(source.text()) as ChainHead;
  const { rowCount } = head;
  const ids = source.text();
  // `raw` copies, so that each column starts at the beginning of its own buffer.
  const floats = (): Float64Array => new Float64Array(source.raw(rowCount * 8).buffer);
  return {
    underlying: head.underlying,
    receivedAt: head.receivedAt,
    vendor: head.vendor,
    rowCount,
    contractIds: (rowCount === 0 ? [] : ids.split('\n')) as ContractId[],
    expiries: head.expiries,
    expiryIndex: new Uint16Array(source.raw(rowCount * 2).buffer),
    settlesAm: source.raw(rowCount),
    isCall: source.raw(rowCount),
    strike: floats(),
    bid: floats(),
    ask: floats(),
    last: floats(),
    volume: floats(),
    openInterest: floats(),
    impliedVolatility: floats(),
    delta: floats(),
    gamma: floats(),
    thetaPerDay: floats(),
    vegaPerPoint: floats(),
    rejected: head.rejected,
  };
};
