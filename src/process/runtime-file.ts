import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a running server can be reached: for the command line on the same machine. Holds the database's password. */
export interface RuntimeFile {
  readonly pid: number;
  readonly port: number;
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  /** The sandbox's switchboards, for drills; null without a sandbox. */
  readonly sandbox: {
    readonly controlUrl: string | null;
    /** Where any client of the TWS API finds the simulated broker, on loopback. */
    readonly twsPort: number | null;
    readonly alphaVantageUrl: string | null;
    readonly discordUrl: string | null;
    readonly discordControlUrl: string | null;
    /** Of the simulated Bot API, and of the pages of the people behind it. */
    readonly telegramUrl: string | null;
    readonly telegramControlUrl: string | null;
    readonly resendUrl: string | null;
    /** Of the simulated Stripe's API and hosted pages. */
    readonly stripeUrl: string | null;
    readonly stripeControlUrl: string | null;
  } | null;
}

const pathIn = (dataDir: string): string => join(dataDir, 'runtime.json');

export const writeRuntimeFile = (dataDir: string, content: RuntimeFile): void => {
  const path = pathIn(dataDir);
  writeFileSync(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

export const removeRuntimeFile = (dataDir: string): void => rmSync(pathIn(dataDir), { force: true });

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Null when no server of this data folder is running. */
export const readRuntimeFile = (dataDir: string): RuntimeFile | null => {
  try {
    const content = JSON.parse(readFileSync(pathIn(dataDir), 'utf8')) as RuntimeFile;
    return alive(content.pid) ? content : null;
  } catch {
    return null;
  }
};
