import type { Command } from 'commander';

/** Prints the result as JSON where asked, else in words. */
export const print = (command: Command, result: unknown, words: () => string): void => {
  const { json } = command.optsWithGlobals<{ json?: boolean }>();
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : words()}\n`);
};
