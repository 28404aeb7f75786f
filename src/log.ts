/** One JSON object per line on stderr; the only place that writes to the console besides the command line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>) => void;

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Credentials inside addresses never reach a log: `postgres://user:secret@host` becomes `postgres://***@host`. */
const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/([a-z]+:\/\/)[^/\s:@"]+:[^/\s@"]+@/gi, '$1***@'],
  [/(apikey=)[^&\s"]+/gi, '$1***'],
  [/(\/api\/webhooks\/\d+\/)[\w-]+/g, '$1***'],
];

const scrub = (text: string): string => {
  let clean = text;
  for (const [pattern, replacement] of SECRETS_IN_TEXT) clean = clean.replace(pattern, replacement);
  return clean;
};

/** A failed query's message ends in its parameters: addresses, password hashes, signals before their time. */
const withoutParameters = (text: string): string => text.replace(/\nparams: [\s\S]*$/, '');

/** What an error says that may be shown: without parameters and credentials, with the reason underneath it. */
export const errorWords = (error: Error): string => {
  const own = scrub(withoutParameters(error.message));
  return error.cause instanceof Error ? `${own}: ${errorWords(error.cause)}` : own;
};

const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Error) return { name: value.name, message: errorWords(value) };
  if (typeof value === 'string') return withoutParameters(value);
  return typeof value === 'bigint' ? String(value) : value;
};

export const createLog =
  (least: LogLevel, part: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log =>
  (level, message, facts = {}) => {
    if (RANK[level] < RANK[least]) return;
    write(`${scrub(JSON.stringify({ at: new Date().toISOString(), level, part, message, ...facts }, plain))}\n`);
  };
