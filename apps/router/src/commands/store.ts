import type { Command } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';

/** What is done to the store as a whole. Works beside a running router. */
export function addStore(program: Command, host: CallHost): void {
  const store = program
    .command('store')
    .summary('replace the key of the store')
    .description('Looks after what has to be kept: sign-ins, the ledger, the outbox, deployed configurations. Works beside a running router.')
    .addHelpText('after', examples(['signalbox store rotate-key', 'a new key seals everything'], ['signalbox store forget-keys', 'a day later: the old ones go']));
  store
    .command('rotate-key')
    .summary('seal everything with a new key')
    .description(
      'On a data directory: makes a new key, puts it before the old one in the key file, and seals everything anew with it. A running router takes it up within a second and needs no restart. The old key stays in the file, for backups, until "store forget-keys".\n\n' +
        'Where the key is SIGNALBOX_KEY, or the store is a database server, put a new key before the old one for every process first, with a space or a line between; this then seals everything anew.',
    )
    .action(action(host, async (call) => (await import('./rotate-key.ts')).rotateKey(call)));
  store
    .command('forget-keys')
    .summary('take old keys out of the key file')
    .description('Takes those keys out of the key file with which nothing is sealed any more. A backup from before the rotation does not open then: keep its key with it. Refused in the first hour of a new key.')
    .action(action(host, async (call) => (await import('./rotate-key.ts')).forgetKeys(call)));
}
