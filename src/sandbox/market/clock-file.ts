import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instant, instant } from '../../engine/core/types.ts';

/** How often market time is put on disk, in wall milliseconds. */
const SAVE_EVERY_MS = 2000;

/** Market time last shown, by market: the seeded world and each recording run on their own clocks. */
type ClockFile = Readonly<Record<string, number>>;

const read = (path: string): ClockFile => {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content !== 'object' || content === null) return {};
    return Object.fromEntries(Object.entries(content).filter(([, ms]) => Number.isFinite(ms)));
  } catch {
    // No file yet, or one that a crash left unreadable: a fresh start is right for both.
    return {};
  }
};

/**
 * Where market time goes on after a restart: past everything that may have been shown since the last save, so that
 * it never goes back. Null when this market has never run.
 */
export const resumeAnchor = (dataDir: string, market: string, speed: number): Instant | null => {
  const saved = read(join(dataDir, 'sandbox-clock.json'))[market];
  return saved === undefined ? null : instant(saved + SAVE_EVERY_MS * 1.5 * speed);
};

/** Saves market time every few seconds; returns how to stop, which saves once more. */
export const keepClock = (dataDir: string, market: string, now: () => Instant): (() => void) => {
  const path = join(dataDir, 'sandbox-clock.json');
  const save = (): void => {
    const content = JSON.stringify({ ...read(path), [market]: now() });
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  mkdirSync(dataDir, { recursive: true });
  save();
  const timer = setInterval(save, SAVE_EVERY_MS);
  return () => {
    clearInterval(timer);
    save();
  };
};
