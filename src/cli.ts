/** The operator's command line: `bun quanticity …`. Every level has --help; --json prints for programs. */
import { Command } from 'commander';
import { addAnalyzeCommands } from './cli/analyze.ts';
import { addControlCommands } from './cli/control.ts';
import { addMembershipsCommand } from './cli/memberships.ts';
import { addQuarantineCommands } from './cli/quarantine.ts';
import { addReplayCommand } from './cli/replay.ts';
import { addStateCommands } from './cli/state.ts';
import { addStatusCommand } from './cli/status.ts';
import { addStripeSetupCommand } from './cli/stripe-setup.ts';
import { addTapeCommands } from './cli/tape.ts';
import { addUserCommands } from './cli/user.ts';
import { addVerifyCommand } from './cli/verify.ts';
import { VERSION } from './process/version.ts';

const program = new Command('quanticity')
  .description('Operate a QuantiCity server: watch it, stop it, check its record, replay its sessions.')
  .version(VERSION)
  .option('--json', 'print one JSON document instead of words')
  .showHelpAfterError('(add --help for what is possible)')
  .configureHelp({ showGlobalOptions: true });

addStatusCommand(program);
addControlCommands(program);
addVerifyCommand(program);
addReplayCommand(program);
addTapeCommands(program);
addAnalyzeCommands(program);
addStateCommands(program);
addQuarantineCommands(program);
addUserCommands(program);
addMembershipsCommand(program);
addStripeSetupCommand(program);

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.stderr.write(`quanticity: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
