import type { Rates } from '../../engine/core/analytics/exposure-sums.ts';
import { openRecordings } from '../../sandbox/recordings/open-recordings.ts';
import { type LobsterTape, lobsterTape } from './lobster-tape.ts';
import { requirePath, UnreadableFile } from './open-file.ts';
import { foldOwnTape, type OwnTape, runFolderOf, runsIn } from './own-tape.ts';

/** `kind` tells what it was read as; the figures hold for the tape's last moment. */
export type TapeReport =
  | ({ readonly kind: 'lobster'; readonly file: string } & LobsterTape)
  | ({ readonly kind: 'quanticity-tape'; readonly file: string; readonly rates: Rates } & OwnTape);

const EXPECTED = 'a LOBSTER sample (ZIP, folder or one of its two files) or the folder of one run of our own tapes';

/**
 * One report per tape in the file or folder; `tell` hears how far each is. Throws `UnreadableFile` with file, line and
 * expectation.
 */
export const analyzeTape = async (
  path: string,
  rates: Rates,
  tell: (done: string) => void = () => {},
): Promise<readonly TapeReport[]> => {
  requirePath(path);
  const folder = runFolderOf(path);
  if (folder !== null)
    return [{ kind: 'quanticity-tape', file: path, rates, ...(await foldOwnTape(folder, rates, tell)) }];
  const runs = runsIn(path);
  if (runs.length > 0)
    throw new UnreadableFile(
      `${path}: expected ${EXPECTED}, found a folder of ${runs.length} runs: ${runs.join(', ')}`,
    );
  tell('reading');
  const opened = await openRecordings([path]);
  if (!opened.ok) throw new UnreadableFile(opened.problems.join('\n'));
  const tapes = opened.recordings.filter((recording) => recording.kind === 'lobster');
  if (tapes.length === 0)
    throw new UnreadableFile(`${path}: expected ${EXPECTED}, found an option chain; say "analyze chain"`);
  return tapes.map((recording) => ({ kind: 'lobster', file: path, ...lobsterTape(recording, tell) }));
};
