import type { Instant } from '../../../core/types.ts';
import { ChainScan, type ScannedChain } from './scan.ts';

/**
 * A whole answer at once: for files and tests. What comes over the wire is read piece by piece. Fields that were not
 * asked for may be missing from every row.
 */
export const parseOptionsChain = (
  bytes: Uint8Array,
  underlying: string,
  receivedAt: Instant,
  notAskedFor?: ReadonlySet<string>,
): ScannedChain => {
  const scan = new ChainScan(underlying);
  scan.push(bytes);
  return scan.finish(receivedAt, notAskedFor);
};
