import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Db } from '../db/client.ts';
import { keepChain, keptChains } from '../db/queries/past-chains.ts';
import type { PastChains } from '../engine/ports/past-chains.ts';

const compressed = promisify(gzip);

/** Whole or not at all: a file that bears its name has reached the disk. */
const writeWhole = async (path: string, content: Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(4).toString('hex')}.part`;
  const file = await open(draft, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
};

/** Answers as compressed files below the data folder, and a row of the database for each. */
export const createPastChains = (db: Db, dataDir: string): PastChains => ({
  missing: async (days) => {
    const [oldest] = days.map(({ date }) => date).sort();
    if (oldest === undefined) return [];
    const kept = await keptChains(db, [...new Set(days.map(({ symbol }) => symbol))], oldest);
    // A row whose file is gone is as good as none.
    const there = kept.filter(({ file }) => existsSync(join(dataDir, file)));
    const known = new Set(there.map(({ symbol, sessionDate }) => `${symbol} ${sessionDate}`));
    return days.filter(({ symbol, date }) => !known.has(`${symbol} ${date}`));
  },
  keep: async ({ symbol, date }, rowCount, payload) => {
    const sha256 = createHash('sha256').update(payload).digest('hex');
    const file = join('past-chains', symbol, `${date}-${sha256.slice(0, 12)}.json.gz`);
    const path = join(dataDir, file);
    // The file first: a row promises that it is there.
    if (!existsSync(path)) await writeWhole(path, await compressed(payload));
    await keepChain(db, { symbol, sessionDate: date, sha256, rowCount, bytes: payload.length, file });
  },
});
