import { type Command, Option } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';
import type { ImportCommandOptions } from './import-mailboxes.ts';
import { instant, positive } from './options.ts';

/** Mailboxes and sign-ins of what was there before. What carries it out is loaded when it is called. */
export function addImport(program: Command, host: CallHost): void {
  program
    .command('import')
    .summary('take over the mailboxes and sign-ins of another adapter')
    .description(
      'Adds the mailboxes of a file to the configuration, whose remarks stay, and takes their sign-ins over: refresh tokens are redeemed once with the application of the configuration and kept encrypted in the store, never in the configuration. Either everything is imported or nothing; each bad row is told with its line and column.\n\n' +
        'The file is CSV with the columns id, address, flow, receive, send, tenant, endpoint, username, account, imapHost, imapPort, imapTls, smtpHost, smtpPort, smtpTls, refreshToken and password, of which only the address is needed; or JSON with the same keys, a list or one object in a line; or what EmailEngine exports.',
    )
    .argument('<file>', 'what the other adapter was exported to')
    .addOption(new Option('--format <format>', 'what the file is (default: by its name)').choices(['csv', 'json', 'emailengine']))
    .option('--flow <flow>', 'for rows that name none')
    .option('--since <instant>', 'deliver mail that arrived from then on: the other adapter\'s end, minus an overlap', instant)
    .option('--secrets <directory>', 'where passwords are put, one file for each; the configuration refers to them')
    .option('--dry-run', 'check everything, sign-ins too, and change nothing')
    .option('-t, --timeout <seconds>', 'how long a sign-in may take', positive, 60)
    .addHelpText('after', examples(['signalbox import mailboxes.csv --dry-run', 'would it work?'], ['signalbox import mailboxes.csv --since 2026-12-01T07:45:00Z', ''], ['signalbox import accounts.ndjson --format emailengine --flow o365-on-behalf-of', '']))
    .action(action(host, async (call, file: string, options: ImportCommandOptions) => (await import('./import-mailboxes.ts')).importCommand(call, file, options)));
}
