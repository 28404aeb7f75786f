import { type Command, InvalidArgumentError } from 'commander';
import { listQuarantined, type QuarantinedFile, readQuarantined } from '../engine/shell/quarantine/quarantine-files.ts';
import { quarantineFolder } from '../process/keep-copies.ts';
import { print } from './print.ts';
import { configOrThrow } from './server.ts';

const folder = (): string => quarantineFolder(configOrThrow().DATA_DIR);

const count = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a whole number from 1, such as 20');
};

const line = ({ id, feed, reason, bytes, alikeBefore }: QuarantinedFile): string =>
  `${id}  ${String(bytes).padStart(9)} bytes  ${feed}: ${reason}${alikeBefore > 0 ? ` (${alikeBefore} alike before it)` : ''}`;

export const addQuarantineCommands = (program: Command): void => {
  const quarantine = program
    .command('quarantine')
    .description('payloads of vendors that did not fit their schema, kept as they came');
  quarantine
    .command('list', { isDefault: true })
    .description('what is kept, newest first')
    .option('-n, --newest <count>', 'at most so many', count, 50)
    .action((options: { newest: number }, command: Command) => {
      const all = listQuarantined(folder());
      const shown = all.slice(0, options.newest);
      print(command, { count: all.length, payloads: shown }, () =>
        all.length === 0
          ? 'Nothing is in quarantine.'
          : [...shown.map(line), `${all.length} kept, ${shown.length} shown`].join('\n'),
      );
    });
  quarantine
    .command('show')
    .description('one payload, as it came')
    .argument('<id>', 'as listed')
    .option('-o, --output <file>', 'write the payload to a file instead of the terminal')
    .action(async (id: string, options: { output?: string }, command: Command) => {
      const found = readQuarantined(folder(), id);
      if (!found) throw new Error(`quarantine: nothing is kept under ${JSON.stringify(id)}: see \`quarantine list\``);
      const { head, payload } = found;
      if (options.output !== undefined) {
        await Bun.write(options.output, payload);
        print(command, head, () => line(head));
        return;
      }
      print(command, { ...head, payload: Buffer.from(payload).toString() }, () =>
        [line(head), '', Buffer.from(payload).toString()].join('\n'),
      );
    });
};
