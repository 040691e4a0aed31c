import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EntraWorld, openEntraWorld } from './entra-world.ts';
import { EXIT } from './io.ts';

/** Of a mailbox for which nobody has signed in. */
const NOBODY = '  - { id: nobody, address: support@contoso.onmicrosoft.com, flow: o365-on-behalf-of }\n';
const COMMAND = 'signalbox auth sign-in nobody';

let world: EntraWorld;
beforeAll(async () => {
  world = await openEntraWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('where somebody has to sign in', () => {
  it('test incoming names the command', async () => {
    const { code, stdout } = await world.run(['test', 'incoming', 'nobody'], { mailboxes: NOBODY });
    expect([code, stdout.split('\n').filter((line) => line === `  $ ${COMMAND}`)]).toEqual([EXIT.failed, [`  $ ${COMMAND}`]]);
    const json = await world.run(['test', 'incoming', 'nobody', '--json'], { mailboxes: NOBODY });
    expect(JSON.parse(json.stdout)).toMatchObject({ mailboxes: [{ mailbox: 'nobody', error: { code: 'auth.interaction-required' }, command: COMMAND }] });
  });

  it.each([
    [[], `  $ ${COMMAND}\n`],
    [['--json'], `"command":"${COMMAND}"`],
  ])('watch names the command %j', async (flags, words) => {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(15_000)]);
    await world.run(['watch', 'nobody', ...flags], { mailboxes: NOBODY, signal, onOutput: (_stdout, stderr) => stderr.includes(words) && stop.abort() });
    expect(stop.signal.aborted).toBe(true);
  });

  it.each(['sales', 'shared'])('and not for %s, which nobody signs in to, whatever is wrong with its secret', async (mailbox) => {
    const { stdout } = await world.run(['test', 'incoming', mailbox, '--json'], { clientSecret: 'wrong' });
    const { mailboxes: [report] } = JSON.parse(stdout) as { readonly mailboxes: readonly Readonly<Record<string, unknown>>[] };
    expect(report).toMatchObject({ result: 'failed', error: { code: 'auth.rejected' } });
    expect(report).not.toHaveProperty('command');
  });

  it('because a mail server refuses the token of somebody who signed in, it is the same command', async () => {
    await world.signIn('support@contoso.test');
    using _refusal = world.tenant.faults.set('imap.refuse', { commands: 'AUTHENTICATE', answer: 'NO AUTHENTICATE failed.' });
    const { stdout } = await world.run(['test', 'incoming', 'support', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ mailboxes: [{ result: 'failed', command: 'signalbox auth sign-in support' }] });
  });
});
