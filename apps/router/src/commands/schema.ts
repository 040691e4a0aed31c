import type { Command } from 'commander';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { examples } from './help.ts';

export function addSchema(program: Command, host: CallHost): void {
  program
    .command('schema')
    .summary('print the JSON Schema of the configuration')
    .description('Prints the JSON Schema of the configuration file, with which editors complete and check it.')
    .addHelpText('after', examples(['signalbox schema > signalbox.schema.json', 'then put "# yaml-language-server: $schema=signalbox.schema.json" on the first line']))
    .action(action(host, printSchema));
}

async function printSchema(call: Call): Promise<ExitCode> {
  const { configJsonSchema } = await import('@signalbox/router');
  call.terminal.out.print(JSON.stringify(configJsonSchema(), undefined, 2));
  return EXIT.ok;
}
