import type { Command } from 'commander';
import { verifyLedger } from '../db/ledger.ts';
import { print } from './print.ts';
import { withServer } from './server.ts';

export const addVerifyCommand = (program: Command): void => {
  program
    .command('verify')
    .description('recompute the hash chain of the whole record; names the first row that does not fit')
    .action((_options, command: Command) =>
      withServer(async ({ database }) => {
        const result = await verifyLedger(database.sql);
        print(command, result, () =>
          result.ok
            ? `The record is whole: ${result.rows} rows, head ${result.head}`
            : `The record is broken at row ${result.position}: ${result.problem}`,
        );
        if (!result.ok) process.exitCode = 1;
      }),
    );
};
