import type { Command } from 'commander';
import { action, type CallHost } from '../call.ts';
import type { SignInCommandOptions } from './auth-sign-in.ts';
import type { StatusOptions } from './auth-status.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';

// What carries a command out is loaded when it is called, so that help answers at once.

/** Signing in and out of mailboxes, and how that stands. */
export function addAuth(program: Command, host: CallHost): void {
  const auth = program
    .command('auth')
    .summary('sign in, sign out, and see who is signed in')
    .description('Signs people in to the mailboxes that need it, and shows how every mailbox is signed in. What is kept lies encrypted in the data directory.')
    .addHelpText('after', examples(['signalbox auth status', 'all mailboxes'], ['signalbox auth sign-in support', 'in a browser'], ['signalbox auth sign-in support --device-code', 'where there is no browser'], ['signalbox auth sign-out support', 'forget the sign-in']));
  addSignIn(auth, host);
  addStatus(auth, host);
  addSignOut(auth, host);
}

function addSignIn(auth: Command, host: CallHost): void {
  auth
    .command('sign-in')
    .summary('have somebody sign in for a mailbox')
    .description("Has the mailbox's user sign in, in a browser or with a code on another device, and keeps what comes of it. One sign-in serves receiving and sending where both use it.")
    .argument('<mailbox>', 'id or address')
    .option('--device-code', 'show a code to enter on any device, where no browser can reach this machine')
    .option('--no-browser', 'show the address only')
    .addHelpText('after', examples(['signalbox auth sign-in support', 'opens the browser of this machine'], ['signalbox auth sign-in support --device-code', 'over ssh, in a container']))
    .action(action(host, async (call, name: string, options: SignInCommandOptions) => (await import('./auth-sign-in.ts')).signInCommand(call, name, options)));
}

function addStatus(auth: Command, host: CallHost): void {
  auth
    .command('status')
    .summary('how every mailbox is signed in, and until when')
    .description('Shows for each mailbox whether its credentials are there, whose they are, and what ends when unless somebody acts. Asks no mail server.')
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .option('-t, --timeout <seconds>', 'how long one mailbox may take', positive, 30)
    .addHelpText('after', examples(['signalbox auth status', 'all mailboxes'], ['signalbox auth status --json', 'one JSON object, for monitoring']))
    .action(action(host, async (call, names: readonly string[], options: StatusOptions) => (await import('./auth-status.ts')).showStatus(call, names, options)));
}

function addSignOut(auth: Command, host: CallHost): void {
  auth
    .command('sign-out')
    .summary('forget the sign-in of a mailbox')
    .description('Forgets what was kept for a mailbox, and revokes it where the issuer can. Works also while the issuer cannot be reached.')
    .argument('<mailbox>', 'id or address')
    .addHelpText('after', examples(['signalbox auth sign-out support', 'the mailbox is not used until somebody signs in again']))
    .action(action(host, async (call, name: string) => (await import('./auth-sign-out.ts')).signOut(call, name)));
}
