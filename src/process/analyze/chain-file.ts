import type { ChainColumns } from '../../engine/core/market/chain.ts';
import type { Instant } from '../../engine/core/types.ts';
import { readAlphaVantageChain } from './alphavantage-chain.ts';
import { readCboeChain } from './cboe-chain.ts';
import { openFile, UnreadableFile } from './open-file.ts';
import { isProfile, readProfileChain } from './profile-chain.ts';

/** What the person who asks may know better than the file. */
export interface ChainOptions {
  readonly at: Instant | null;
  readonly spot: number | null;
}

/** A chain with the moment and the price of its underlying, and where each of them is from. */
export interface ChainFile {
  readonly format: 'cboe-quotedata' | 'alphavantage-options' | 'zero-dte-profile';
  readonly file: string;
  readonly chain: ChainColumns;
  /** The moment that the figures hold for. */
  readonly at: Instant;
  readonly atFrom: string;
  readonly spot: number;
  readonly spotFrom: string;
  /** Contracts in the file, taken or not. */
  readonly contractsInFile: number;
  /** What was taken for granted because neither the file nor the caller said it. */
  readonly assumptions: readonly string[];
}

const firstByte = (bytes: Uint8Array): string => {
  const text = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  return text.slice(0, 1);
};

/** Reads an option chain, by its content and not by its name. Throws `UnreadableFile` with file, line and expectation. */
export const readChainFile = (path: string, options: ChainOptions): ChainFile => {
  const bytes = openFile(path);
  if (bytes.subarray(0, 4096).includes(0))
    throw new UnreadableFile(`${path}: expected a Cboe quotedata CSV or an Alpha Vantage JSON, found binary data`);
  const first = firstByte(bytes);
  if (first === '') throw new UnreadableFile(`${path}: expected an option chain, found nothing but blanks`);
  if (isProfile(new TextDecoder().decode(bytes.subarray(0, 1000)))) return readProfileChain(path, bytes, options);
  return first === '{' || first === '['
    ? readAlphaVantageChain(path, bytes, options)
    : readCboeChain(path, bytes, options);
};
