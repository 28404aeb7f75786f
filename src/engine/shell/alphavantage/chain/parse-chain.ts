import type { Instant } from '../../../core/types.ts';
import { ChainScan, type ScannedChain } from './scan.ts';

/** A whole answer at once: for files and tests. What comes over the wire is read piece by piece. */
export const parseOptionsChain = (bytes: Uint8Array, underlying: string, receivedAt: Instant): ScannedChain => {
  const scan = new ChainScan(underlying);
  scan.push(bytes);
  return scan.finish(receivedAt);
};
