import type { Command } from 'commander';
import { z } from 'zod';
import { print } from './print.ts';
import { withServer } from './server.ts';

const counts = z.object({ ledger_rows: z.coerce.number(), runs: z.coerce.number(), waiting: z.coerce.number() });

export const addStatusCommand = (program: Command): void => {
  program
    .command('status')
    .description('say whether the server runs, how its engine is, and how much the record holds')
    .action((_options, command: Command) =>
      withServer(async ({ database, port, config }) => {
        const [row] = await database.sql`
          select (select count(*) from ledger) as ledger_rows, (select count(*) from ledger where kind = 'run.started') as runs,
            (select count(*) from commands where taken_at is null) as waiting`;
        const found = counts.parse(row);
        const answer = port === null ? null : await fetch(`http://${config.HOST}:${port}/healthz`).catch(() => null);
        const health = (await answer?.text()) ?? null;
        const status = { running: answer !== null, port, health, ...found };
        print(command, status, () =>
          [
            `server:   ${status.running ? `running on port ${port}` : 'not running'}`,
            `health:   ${health ?? 'unknown'}`,
            `record:   ${found.ledger_rows} rows of ${found.runs} runs`,
            `commands: ${found.waiting} waiting to be taken by the engine`,
          ].join('\n'),
        );
      }),
    );
};
