import type { Command } from 'commander';
import type { CallHost } from '../call.ts';
import { examples } from './help.ts';
import { addTestIncoming } from './test-incoming.ts';
import { addTestOutgoing } from './test-outgoing.ts';

/** The tests an administrator presses buttons for. */
export function addTest(program: Command, host: CallHost): void {
  const test = program
    .command('test')
    .summary('try incoming or outgoing mail for real')
    .description('Tries what the configuration says against the real servers.')
    .addHelpText('after', examples(['signalbox test incoming', 'every mailbox'], ['signalbox test outgoing sales --to me@example.com', 'sends one small mail']));
  addTestIncoming(test, host);
  addTestOutgoing(test, host);
}
