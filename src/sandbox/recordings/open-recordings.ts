import { readCboe } from './cboe.ts';
import { lobsterKey, readLobster } from './lobster.ts';
import { type Source, sourcesAt } from './sources.ts';
import type { Recording } from './types.ts';

export type RecordingsResult =
  | { readonly ok: true; readonly recordings: readonly Recording[] }
  | { readonly ok: false; readonly problems: readonly string[] };

interface Pair {
  message?: Source;
  orderbook?: Source;
}

const collect = (paths: readonly string[], problems: string[]): readonly Source[] => {
  const sources = new Map<string, Source>();
  for (const path of paths) {
    const found = sourcesAt(path);
    if (!found.ok) problems.push(found.problem);
    else for (const source of found.value) sources.set(source.identity, source);
  }
  return [...sources.values()];
};

/**
 * Opens recorded files: LOBSTER samples (a ZIP archive, their folder, or one of the two files) and Cboe quotedata
 * exports (CSV, gzipped or not). All problems are listed; each names file, line, column, find and expectation.
 */
export const openRecordings = async (paths: readonly string[]): Promise<RecordingsResult> => {
  const problems: string[] = [];
  const recordings: Recording[] = [];
  const pairs = new Map<string, Pair>();
  for (const source of collect(paths, problems)) {
    const lobster = lobsterKey(source);
    if (lobster) {
      const pair = pairs.get(lobster.key) ?? {};
      pair[lobster.part] = source;
      pairs.set(lobster.key, pair);
      continue;
    }
    const cboe = readCboe(source);
    if (cboe.ok) recordings.push(cboe.value);
    else problems.push(cboe.problem);
  }
  for (const [key, { message, orderbook }] of pairs) {
    if (!message || !orderbook) {
      const present = message ?? orderbook;
      problems.push(
        `${present?.label}: expected the ${message ? 'orderbook' : 'message'} file of ${key} beside it, found none`,
      );
      continue;
    }
    const lobster = readLobster(message, orderbook);
    if (lobster.ok) recordings.push(lobster.value);
    else problems.push(lobster.problem);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, recordings };
};
