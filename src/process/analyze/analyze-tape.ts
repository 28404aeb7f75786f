import { type SuiteView, suiteView } from '../../engine/core/analytics/suite/suite-view.ts';
import type { Instant } from '../../engine/core/types.ts';
import { openRecordings } from '../../sandbox/recordings/open-recordings.ts';
import type { LobsterRecording } from '../../sandbox/recordings/types.ts';
import { foldLobster, type TapeCounts } from './lobster-tape.ts';
import { requirePath, UnreadableFile } from './open-file.ts';

export interface TapeReport {
  readonly kind: 'lobster' | 'quanticity-tape';
  readonly file: string;
  readonly symbol: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly counts: TapeCounts;
  readonly analytics: SuiteView;
  readonly anomalies: readonly object[];
}

const reportOf = (file: string, recording: LobsterRecording): TapeReport => {
  const folded = foldLobster(recording);
  const { bars } = folded.suite.levelOne;
  return {
    kind: 'lobster',
    file,
    symbol: recording.symbol,
    from: folded.firstAt,
    to: folded.lastAt,
    counts: {
      ...folded.counts,
      rejected: {
        ...folded.counts.rejected,
        'late-trade': bars.minutes.lateTrades,
        'trade-without-price-or-size': bars.minutes.refusedTrades,
        'trade-from-the-future': bars.minutes.futureTrades,
      },
    },
    analytics: suiteView(folded.suite, folded.lastAt),
    anomalies: folded.suite.anomalies,
  };
};

/** One report per tape in the file or folder. Throws `UnreadableFile` with file, line and expectation. */
export const analyzeTape = async (path: string): Promise<readonly TapeReport[]> => {
  requirePath(path);
  const opened = await openRecordings([path]);
  if (!opened.ok) throw new UnreadableFile(opened.problems.join('\n'));
  const tapes = opened.recordings.filter((recording) => recording.kind === 'lobster');
  if (tapes.length === 0)
    throw new UnreadableFile(
      `${path}: expected a LOBSTER sample (ZIP, folder or one of its files) or the folder of a tape of our own, found an option chain; say "analyze chain"`,
    );
  return tapes.map((recording) => reportOf(path, recording));
};
