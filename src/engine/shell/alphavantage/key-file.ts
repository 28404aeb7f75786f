import { readFileSync, statSync } from 'node:fs';
import type { Instant } from '../../core/types.ts';
import type { Log } from '../../ports/log.ts';

const LOOK_EVERY_MS = 30_000;

/** Keys, one a line or separated by commas. */
const readKeys = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((key) => key.trim())
    .filter(Boolean);

/** Reads the file again whenever it changed, and offers its keys. `offer` says from when on they are used. */
export const watchKeyFile = (
  path: string,
  offer: (keys: readonly string[]) => Instant | null,
  log: Log,
): ReturnType<typeof setInterval> => {
  let seen = '';
  const look = (): void => {
    try {
      const { mtimeMs, size } = statSync(path);
      if (seen === `${mtimeMs} ${size}`) return;
      seen = `${mtimeMs} ${size}`;
      const keys = readKeys(readFileSync(path, 'utf8'));
      if (keys.length === 0) log('warn', 'the file of Alpha Vantage keys holds none: those in use stay', { path });
      const from = offer(keys);
      if (from !== null)
        log('info', 'Alpha Vantage keys change while the market is closed', {
          keys: keys.length,
          from: new Date(from).toISOString(),
        });
    } catch (error) {
      if (seen !== 'unreadable')
        log('warn', 'the file of Alpha Vantage keys cannot be read: those in use stay', { path, error });
      seen = 'unreadable';
    }
  };
  look();
  return setInterval(look, LOOK_EVERY_MS);
};
