import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../src/index.ts';
import { loadText } from './support.ts';

type Path = readonly (string | number)[];

const SECRETS = { CLIENT: 'c1ient-s3cret', MAIL: 'ma1l-s3cret', RELAY: 'r3lay-s3cret' };
const WORLD = { env: SECRETS, files: { '/run/secrets/scan': 'sc4n-s3cret\n' } };

/** Uses every section, so that every section can be broken. */
const VALID = {
  version: 1,
  organization: 'contoso',
  entra: { tenant: 'contoso.onmicrosoft.com', clientId: '0000-0001', clientSecret: '${env:CLIENT}', secretExpiresAt: '2028-11-24', cloud: 'global', authority: 'https://localhost:8443', renewal: { every: 'quarter', timeZone: 'Europe/Vienna' }, expectRbac: false },
  servers: { imap: { host: 'imap.contoso.com', port: 993, tls: 'implicit' }, smtp: { host: 'smtp.contoso.com', port: 587, tls: 'starttls' }, ews: { url: 'https://x' } },
  auth: { acme: { realm: 'a' } },
  outgoing: { mode: 'relay', from: 'contact@contoso.com', bcc: ['a@contoso.com'], unproven: 'hold', relay: { host: 'relay.contoso.com', port: 587, tls: 'starttls', username: 'r', password: '${env:RELAY}' } },
  network: { proxy: 'http://proxy.contoso.com:3128', noProxy: ['localhost'] },
  notifications: { publicUrl: 'https://mail.contoso.com/signalbox', listen: { host: '127.0.0.1', port: 8085 } },
  plugins: ['@acme/signalbox-transport-ews'],
  flows: { own: { receive: { transport: 'ews', auth: 'acme', settings: 'entra', transportOptions: { a: 1 } }, send: { transport: 'smtp', auth: 'password' } } },
  defaults: { folders: ['inbox'], onAck: 'mark-read', backlog: 'from-now', concurrency: 2 },
  mailboxes: [
    { id: 'sales', address: 'sales@contoso.com', flow: 'own', endpoint: 200, folders: ['inbox', { role: 'junk' }, { path: ['A', 'B'] }], onAck: { move: 'archive' }, backlog: { since: '2026-11-01' } },
    { id: 'scan', address: 'scan@contoso.com', receive: 'basic', faxesOnly: true, username: 'scan', password: '${file:/run/secrets/scan}', servers: { imap: { host: 'mail.contoso.com' } }, network: { proxy: 'direct' } },
    { id: 'help', address: 'help@contoso.com', send: 'own', token: '${env:MAIL}', auth: { acme: { a: 1 } } },
  ],
};

const scalarsOnly = fc.constantFrom<unknown>('surely wrong!', 3.5, true);
const notText = fc.constantFrom<unknown>(7, true, null, ['x'], { x: 1 });
const notMap = fc.oneof(scalarsOnly, fc.constantFrom<unknown>(null, ['x']));
const notList = fc.oneof(scalarsOnly, fc.constantFrom<unknown>(null, { x: 'y' }));
const badText = fc.oneof(notText, fc.constantFrom<unknown>('', '   '));
const badName = fc.oneof(notText, fc.constantFrom<unknown>('', 'two words', '-x', 'ä', 'x'.repeat(70)));
const badPort = fc.oneof(fc.integer({ min: 65_536 }), fc.integer({ max: 0 }), fc.constantFrom<unknown>('993', 1.5, null, [993], Number.NaN, Number.POSITIVE_INFINITY));
const badHost = fc.oneof(notText, fc.constantFrom<unknown>('', 'http://x', 'a b', 'x:993', 'a/b', '-x.y'));
const badAddress = fc.oneof(notText, fc.constantFrom<unknown>('', 'a', '@b.c', 'a@', 'A <a@b.c>', 'a b@c.d', 'a@b..c', `${'a'.repeat(65)}@b.c`));
const badWord = fc.oneof(notText, fc.constantFrom<unknown>('', 'implict', 'ALWAYS'));
const badSecret = fc.constantFrom<unknown>(7, true, null, ['x'], { x: 1 }, '${env:NOT_SET}', '${file:/not/there}', '${secret}', '${env:', '');

/** Every setting with values that it must refuse. */
const WRONG: readonly (readonly [Path, fc.Arbitrary<unknown>])[] = [
  [['version'], fc.constantFrom<unknown>(0, 2, '1', null, [])],
  [['organization'], badText],
  [['entra'], notMap],
  [['entra', 'tenant'], badText],
  [['entra', 'clientSecret'], badSecret],
  [['entra', 'cloud'], badWord],
  [['entra', 'authority'], fc.oneof(notText, fc.constantFrom<unknown>('', 'http://localhost:8443', 'login.microsoftonline.com'))],
  [['entra', 'secretExpiresAt'], fc.oneof(notText, fc.constantFrom<unknown>('', 'next year', '2027-13-01'))],
  [['entra', 'renewal'], fc.constantFrom<unknown>('quarter', { every: 'week' }, { every: 'quarter', timeZone: 'Mars/Olympus' })],
  [['entra', 'expectRbac'], fc.constantFrom<unknown>('yes', 1, null)],
  [['notifications'], notMap],
  [['notifications', 'publicUrl'], fc.oneof(notText, fc.constantFrom<unknown>('', 'http://mail.contoso.com', 'mail.contoso.com', 'https://mail.contoso.com/?a=1', 'https://mail.contoso.com/#a', 'https://u:p@mail.contoso.com/'))],
  [['notifications', 'listen'], notMap],
  [['notifications', 'listen', 'host'], badHost],
  [['notifications', 'listen', 'port'], badPort],
  [['servers'], notMap],
  [['servers', 'imap'], notMap],
  [['servers', 'ews'], notMap],
  [['servers', 'imap', 'host'], badHost],
  [['servers', 'imap', 'port'], badPort],
  [['servers', 'smtp', 'tls'], badWord],
  [['auth'], notMap],
  [['auth', 'acme'], notMap],
  [['outgoing'], notMap],
  [['outgoing', 'mode'], badWord],
  [['outgoing', 'unproven'], badWord],
  [['outgoing', 'from'], badAddress],
  [['outgoing', 'bcc', 0], badAddress],
  [['outgoing', 'relay', 'host'], badHost],
  [['outgoing', 'relay', 'password'], badSecret],
  [['network', 'proxy'], fc.oneof(badText, fc.constantFrom<unknown>('ftp://x', 'proxy'))],
  [['network', 'noProxy'], notList],
  [['plugins'], notList],
  [['plugins', 0], fc.oneof(notText, fc.constantFrom<unknown>('', '../x', 'A B', '/etc'))],
  [['flows'], notMap],
  [['flows', 'own'], notMap],
  [['flows', 'own', 'receive', 'transport'], badName],
  [['flows', 'own', 'receive', 'transportOptions'], notMap],
  [['defaults', 'concurrency'], fc.constantFrom<unknown>(0, -1, 1.5, 65, 'two')],
  [['mailboxes'], fc.oneof(notList, fc.constant([]))],
  [['mailboxes', 1], notMap],
  [['mailboxes', 0, 'id'], badName],
  [['mailboxes', 0, 'id'], fc.constantFrom('scan', 'HELP')],
  [['mailboxes', 1, 'address'], badAddress],
  [['mailboxes', 1, 'address'], fc.constantFrom('sales@contoso.com', 'Help@Contoso.com')],
  [['mailboxes', 0, 'flow'], badName],
  [['mailboxes', 0, 'endpoint'], fc.constantFrom<unknown>(1.5, true, [], {}, '')],
  [['mailboxes', 0, 'folders'], fc.oneof(notList, fc.constant([]))],
  [['mailboxes', 0, 'folders', 1], fc.constantFrom<unknown>(1, null, {}, { role: 'x' }, { rule: 'inbox' }, '/')],
  [['mailboxes', 0, 'onAck'], fc.constantFrom<unknown>('delete', 1, {}, { move: null }, [])],
  [['mailboxes', 0, 'backlog'], fc.constantFrom<unknown>('some', 1, {}, { since: 'monday' }, { since: '2026-13-01' })],
  [['mailboxes', 1, 'faxesOnly'], fc.constantFrom<unknown>('yes', 1, null, [])],
  [['mailboxes', 1, 'password'], badSecret],
  [['mailboxes', 1, 'network', 'proxy'], fc.constantFrom<unknown>('none', 1, null)],
  [['mailboxes', 2, 'tenant'], fc.constantFrom<unknown>('nowhere', '', 1)],
];

const REQUIRED: readonly Path[] = [
  ['version'],
  ['organization'],
  ['mailboxes'],
  ['entra', 'tenant'],
  ['entra', 'clientId'],
  ['outgoing', 'relay'],
  ['outgoing', 'relay', 'host'],
  ['flows', 'own', 'receive', 'transport'],
  ['flows', 'own', 'send', 'transport'],
  ['mailboxes', 0, 'id'],
  ['mailboxes', 1, 'address'],
  ['mailboxes', 0, 'flow'],
];

const STRICT: readonly Path[] = [
  [],
  ['entra'],
  ['outgoing'],
  ['network'],
  ['defaults'],
  ['flows', 'own'],
  ['flows', 'own', 'receive'],
  ['mailboxes', 0],
  ['mailboxes', 0, 'folders', 1],
  ['mailboxes', 1, 'network'],
];

type Tree = Record<string | number, unknown>;

/** A copy of the valid configuration in which something was done at one place. */
function changed(path: Path, change: (parent: Tree, key: string | number) => void): string {
  const root = { root: structuredClone(VALID) } as Tree;
  const steps = ['root', ...path];
  const parent = steps.slice(0, -1).reduce<Tree>((tree, step) => tree[step] as Tree, root);
  change(parent, steps.at(-1) ?? 'root');
  return stringify(root['root'], { aliasDuplicateObjects: false });
}

const wrongValue = fc.constantFrom(...WRONG).chain(([path, values]) => values.map((value) => changed(path, (parent, key) => void (parent[key] = value))));
const missingKey = fc.constantFrom(...REQUIRED).map((path) => changed(path, (parent, key) => void delete parent[key]));
const extraKey = fc
  .tuple(fc.constantFrom(...STRICT), fc.oneof(fc.stringMatching(/^x[a-z]{0,12}$/), fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'clientsecret', 'Host', 'mailbox')), fc.jsonValue())
  .map(([path, name, value]) => changed(path, (parent, key) => void Object.defineProperty(parent[key], name, { value, enumerable: true, configurable: true })));

const whole = stringify(VALID);
const broken = fc
  .tuple(fc.nat(whole.length), fc.constantFrom('\n\t- a: [', '\n"', '\n}', '\n]', '\n---\na: 1\n', '\n%', '\n  : : :\n ? [', '\uFFFD', '\u0000', '\n*nowhere\n', '\n{ a: &b\n'))
  .map(([at, text]) => whole.slice(0, at) + text + whole.slice(at));
const bytes = fc.uint8Array({ maxLength: 200 }).chain((data) => fc.constantFrom(new TextDecoder().decode(data), new TextDecoder('latin1').decode(data)));
const soup = fc.array(fc.constantFrom('version', ': ', '1', '\n', '  ', '- ', '{', '}', '[', ']', '"', "'", '&a ', '*a', '!!set ', '|', '>', '? ', '#', ',', 'mailboxes', 'null', '<<', '${env:', '~', '\t'), { maxLength: 60 }).map((parts) => parts.join(''));

async function refusalOf(text: string): Promise<unknown> {
  try {
    await loadText(text, WORLD);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What a person needs of every refusal, and what must never be in one. */
function expectUsable(error: unknown): void {
  if (!(error instanceof ConfigError)) throw new Error('Something other than a ConfigError was thrown.', { cause: error });
  expect(error.problems.length).toBeGreaterThan(0);
  expect(error.message).not.toMatch(/TypeError|RangeError|ReferenceError|ZodError|YAMLParseError|\n\s+at /);
  for (const { path, message, remedy, line, column, severity } of error.problems) {
    expect(path).toMatch(/\S/);
    expect(message).toMatch(/\S/);
    expect(remedy).toMatch(/\S/);
    expect(`${message}${remedy}`).not.toMatch(/undefined|\[object|s3cret/);
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(severity).toBe('error');
  }
}

describe('a malformed configuration', () => {
  it('begins as a valid one', async () => {
    expect(await refusalOf(whole)).toBeUndefined();
  });

  it.each([
    ['a wrong value', wrongValue, 400],
    ['a missing key', missingKey, 30],
    ['an unknown key', extraKey, 150],
    ['random bytes', bytes, 150],
    ['a soup of YAML', soup, 300],
  ] as const)('is refused with places and remedies for %s, never with a stack', async (_, texts, numRuns) => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => expectUsable(await refusalOf(text))),
      { numRuns },
    );
  });

  it('is refused in the same way wherever its text was broken, unless the break fell into a text', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(broken, async (text) => {
        const error = await refusalOf(text);
        if (error === undefined) return;
        refused += 1;
        expectUsable(error);
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(250);
  });
});
