import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

const commit = (): string => {
  const answer = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  });
  return answer.status === 0 ? `+${answer.stdout.trim()}` : '';
};

/** Package version and, in a checkout, its commit: a run is replayed by the build that made it. */
export const VERSION = `${manifest.version}${commit()}`;
