import type { AuthStatus, Clock, LoginChallenge } from '@signalbox/core';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailbox } from '../session/choose-mailboxes.ts';
import { type MailboxAuth, openMailboxAuths } from '../session/mailbox-auths.ts';
import { requireRoutes } from '../session/require-routes.ts';
import { signIn } from '../sign-in/sign-in.ts';
import { UsageError } from '../usage-error.ts';
import { directionsText, statusJson } from '../view/auth-table.ts';
import { countdown } from '../view/countdown.ts';
import { printable, wrap } from '../view/text.ts';

export interface SignInCommandOptions {
  readonly deviceCode?: boolean;
  readonly browser: boolean;
}

type SignedIn = MailboxAuth & { readonly status: AuthStatus };

export async function signInCommand(call: Call, name: string, options: SignInCommandOptions): Promise<ExitCode> {
  await using session = await call.open();
  const routes = chooseMailbox(session.routes, name);
  await requireRoutes(session, routes);
  const auths = await openMailboxAuths(session, routes, call.io.signal);
  const signedIn: SignedIn[] = [];
  for (const auth of auths) {
    const { provider, mailbox } = auth;
    if (!provider?.login) continue;
    // The first sign-in may have served this one too: providers that differ in nothing but their network share what they keep.
    const before = signedIn.length > 0 ? await provider.status(mailbox, { signal: call.io.signal }) : undefined;
    if (before?.state !== 'ready') await signInOnce(call, session.clock, auth, options);
    signedIn.push({ ...auth, status: await provider.status(mailbox, { signal: call.io.signal }) });
  }
  if (signedIn.length === 0) throw nobodySignsIn(routes.mailbox.id, auths);
  const { id, address } = routes.mailbox;
  if (call.options.json) call.terminal.json({ ok: true, mailbox: id, address, credentials: signedIn.map((each) => statusJson(each, call.redact, session.clock.now())) });
  else for (const each of signedIn) call.terminal.out.print(success(call, each));
  return EXIT.ok;
}

async function signInOnce(call: Call, clock: Clock, { provider, mailbox }: MailboxAuth, { deviceCode = false, browser }: SignInCommandOptions): Promise<void> {
  if (!provider?.login) return;
  using waiting = countdown(call.terminal, clock);
  await signIn(provider.login, mailbox, {
    prefer: deviceCode ? 'device-code' : 'browser',
    clock,
    signal: call.io.signal,
    redact: call.redact,
    async onChallenge(challenge) {
      if (challenge.type === 'browser' && browser) await call.io.openUrl?.(challenge.authorizationUrl);
      // Where results are JSON, what a person has to do stands beside them.
      (call.options.json ? call.terminal.err : call.terminal.out).print(instructions(call, mailbox.address, challenge));
      waiting.start('Waiting for the sign-in', new Date(challenge.expiresAt));
    },
  });
}

function instructions({ terminal: { out } }: Call, address: string, challenge: LoginChallenge): string {
  const { colors, width } = out;
  // Addresses are never folded: they are there to be copied.
  const lines =
    challenge.type === 'browser'
      ? [wrap(`Sign in to ${colors.bold(address)} on this page, in a browser of this machine:`, width), `  ${colors.underline(printable(challenge.authorizationUrl))}`]
      : [wrap(`Sign in to ${colors.bold(address)} on this page, on any device:`, width), `  ${colors.underline(printable(challenge.verificationUri))}`, 'and enter the code', `  ${colors.bold(printable(challenge.userCode))}`];
  return `${lines.join('\n\n')}\n`;
}

function success({ terminal: { out } }: Call, { mailbox, status, directions }: SignedIn): string {
  const { colors } = out;
  const who = status.account === undefined ? '' : ` as ${printable(status.account)}`;
  return `${colors.green('✔')} ${colors.bold(mailbox.id)} is signed in${who}, for ${directionsText(directions)}.`;
}

function nobodySignsIn(id: string, auths: readonly MailboxAuth[]): UsageError {
  const plugins = [...new Set(auths.flatMap(({ plugin }) => plugin ?? []))].map((plugin) => `"${plugin}"`);
  const from = plugins.length > 0 ? `its credentials come from ${plugins.join(' and ')}` : 'it needs no credentials';
  return new UsageError(`Nobody signs in to the mailbox "${id}": ${from}.`, 'See `signalbox auth status` for how it is signed in.');
}
