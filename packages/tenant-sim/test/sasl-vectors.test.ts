import { describe, expect, it, vi } from 'vitest';
import { startTenant, type Tenant, type TenantOptions } from '../src/index.ts';
import { type Dialogue, openDialogue } from './dialogue.ts';
import { bearer, SALES } from './imap-client.ts';
import { lineLike, SASL_VECTORS, type SaslVector } from './vector-text.ts';

// Replayed line by line over real sockets. Tokens and addresses that only the service can fill are filled from the tenant.

type Door = 'imap' | 'smtp';

interface Replay {
  readonly door: Door;
  readonly options?: TenantOptions;
  /** Whose mailbox the token is shown for; the token is of sales@contoso.test. */
  readonly user?: string;
  readonly isRefused?: true;
  readonly prepare?: (tenant: Tenant) => Promise<void>;
  /** What happens once this line has been said. */
  readonly after?: Readonly<Record<string, (tenant: Tenant) => void>>;
  /** Lines that are answered otherwise, with the reason. */
  readonly otherwise?: Readonly<Record<string, { readonly answer: RegExp; readonly why: string }>>;
}

const SHORTENED = {
  'S: * CAPABILITY … AUTH=XOAUTH2': { answer: /^\* CAPABILITY .*AUTH=XOAUTH2/, why: 'the page shows a part of the list, 08 and 09 all of it' },
  'S: C01 OK Completed': { answer: /^C01 OK CAPABILITY completed\.$/, why: 'the logs of 08 and 09 have these words' },
} as const;
const IDLING = { 'S: + idling': { answer: /^\+ IDLE accepted, awaiting DONE command\.$/, why: 'composed; the words of a continuation are free (RFC 9051 §7.6)' } } as const;

const twice = async ({ store, mailFlow, doors, certificates }: Tenant): Promise<void> => {
  mailFlow.deliver(store.mailbox(SALES)!, Buffer.from('Subject: Hello\r\n\r\n'));
  // The first session to open the folder is told that the message is recent, the one of the log was not.
  await using first = await openDialogue(doors.imap!.port, certificates.ca);
  first.send(`a LOGIN ${SALES} sales-password\r\nb SELECT INBOX`);
  await first.until(/^b OK .*\r\n/m);
};

const REPLAYS: Readonly<Record<string, Replay>> = {
  '02-imap-success': { door: 'imap', otherwise: SHORTENED },
  '03-imap-failure': { door: 'imap', isRefused: true, otherwise: SHORTENED },
  '04-smtp-success': { door: 'smtp' },
  '05-smtp-failure': { door: 'smtp', isRefused: true },
  '08-imap-capabilities-2026': { door: 'imap', options: { imapProfile: '2026-09' } },
  '09-imap-capabilities-classic': { door: 'imap' },
  '10-imap-authenticated-but-not-connected': { door: 'imap', user: 'support@contoso.test' },
  '11-imap-token-expired-mid-session': { door: 'imap', after: { 'S: + idling': ({ clock }) => clock.jump(601_000) }, otherwise: IDLING },
  '12-imap-select': { door: 'imap', prepare: twice },
};

/** Each looked at by a test of its own below, or by another file. */
const APART: Readonly<Record<string, string>> = {
  '01-xoauth2-encoding': 'an encoding, no dialogue',
  '06-pop-success': 'the tenant has no door for POP, nor has the product a use for one',
  '07-pop-failure': 'the same',
  '13-imap-list-special-use': 'a mailbox with other folders: attributes are compared',
  '14-smtp-ehlo': 'extensions come in any order (RFC 5321 §4.1.1.1)',
  '15-smtp-errors': 'a list of replies: mail-errors.test.ts has a row for each',
};

const vector = (id: string): SaslVector => SASL_VECTORS.find((one) => one.id === id)!;
const tokenOf = async ({ tokens, directory }: Tenant): Promise<string> => (await tokens.issue({ app: directory.apps()[0]!, user: directory.user(SALES)!, resource: 'exchange', expiresIn: 600 })).token;

async function connect({ doors, certificates }: Tenant, door: Door, isGreeted: boolean): Promise<Dialogue> {
  const client = await openDialogue(door === 'imap' ? doors.imap!.port : doors.smtp!.implicitTlsPort, certificates.ca);
  if (isGreeted) return client;
  await client.until(/\r\n/);
  if (door === 'imap') return client;
  client.send('EHLO client');
  await client.until(/^250 .*\r\n/m);
  return client;
}

/** A dialogue for each of the sessions of a vector; a line in brackets begins another one. */
function sessionsIn({ dialogue = [] }: SaslVector): readonly (readonly string[])[] {
  const at = dialogue.findIndex((line) => line.startsWith('('));
  return at === -1 ? [dialogue] : [dialogue.slice(0, at), dialogue.slice(at + 1)];
}

const DOCUMENTED = /\bdXNlcj1zb21ldXNlckBleGFtcGxlLmNvb\S*|\*{8}/;

/** The lines that were answered otherwise. */
async function replay(lines: readonly string[], { door, options, user = SALES, isRefused, prepare, after, otherwise }: Replay): Promise<readonly string[]> {
  await using tenant = await startTenant({ doors: [door], ...options });
  await prepare?.(tenant);
  const token = await tokenOf(tenant);
  await using client = await connect(tenant, door, lines[0]?.startsWith('S: * OK') === true);
  if (/ (IDLE|UID FETCH 1|SELECT "INBOX")/.test(lines[0] ?? '')) {
    client.send(`z AUTHENTICATE XOAUTH2 ${bearer(user, token)}\r\nz SELECT INBOX`);
    await client.until(/^z OK \[READ-WRITE\].*\r\n/m);
    if (lines[0]?.includes('FETCH') === true) tenant.clock.jump(601_000);
  }
  if (lines[0]?.startsWith('S: * CAPABILITY') === true) client.send('C01 CAPABILITY');
  const wrong: string[] = [];
  for (const line of lines) {
    const text = line.slice(3);
    if (line.startsWith('C:')) client.send(isRefused ? text : text.replace(DOCUMENTED, bearer(user, token)));
    else {
      const answer = (await client.until(/\r\n/)).trimEnd();
      if (!(otherwise?.[line]?.answer ?? lineLike(text)).test(answer)) wrong.push(`${line} was ${answer}`);
    }
    after?.[line]?.(tenant);
  }
  return wrong;
}

describe('the vectors of SASL, IMAP and SMTP', () => {
  it('are fifteen, and each is looked at', () => {
    expect(SASL_VECTORS).toHaveLength(15);
    expect([...Object.keys(REPLAYS), ...Object.keys(APART)].toSorted()).toEqual(SASL_VECTORS.map(({ id }) => id));
  });

  it.each(Object.entries(REPLAYS).flatMap(([id, how]) => sessionsIn(vector(id)).map((lines, index) => [`${id}${index > 0 ? ', the other way' : ''}`, lines, how] as const)))('%s is answered line by line', async (_id, lines, how) => {
    expect(await replay(lines, how)).toEqual([]);
  });

  it('read user and token as documented', async () => {
    const { user = '', accessToken = '', base64 = '' } = vector('01-xoauth2-encoding');
    expect(bearer(user, accessToken)).toBe(base64);
    await using tenant = await startTenant({ doors: ['imap', 'smtp'] });
    const verifying = vi.spyOn(tenant.tokens, 'verify');
    await using imap = await connect(tenant, 'imap', false);
    imap.send(`a AUTHENTICATE XOAUTH2 ${base64}`);
    expect(await imap.until(/\r\n/)).toBe('a NO AUTHENTICATE failed.\r\n');
    await using smtp = await connect(tenant, 'smtp', false);
    smtp.send(`AUTH XOAUTH2 ${base64}`);
    expect(await smtp.until(/\r\n/)).toMatch(/^535 5\.7\.3 Authentication unsuccessful \[/);
    expect(verifying.mock.calls.map(([token]) => token)).toEqual([accessToken, accessToken]);
  });

  it('show what EHLO lists after TLS, but for what the library has not', async () => {
    await using tenant = await startTenant({ doors: ['smtp'] });
    await using client = await openDialogue(tenant.doors.smtp!.implicitTlsPort, tenant.certificates.ca);
    await client.until(/\r\n/);
    client.send('EHLO client');
    const wordsIn = (lines: readonly string[]): readonly string[] => lines.map((line) => line.slice(4)).toSorted();
    const [hello = '', ...extensions] = (await client.until(/^250 .*\r\n/m)).trim().split('\r\n');
    const [, documentedHello = '', ...documented] = vector('14-smtp-ehlo').dialogue!.map((line) => line.slice(3));
    expect(hello.replace('TENANTSIM.PROD.OUTLOOK.COM', 'SY5P282CA0097.outlook.office365.com')).toMatch(lineLike(documentedHello));
    // The library has no BDAT, without which neither means anything (RFC 3030).
    expect(wordsIn(extensions)).toEqual(wordsIn(documented).filter((word) => !['BINARYMIME', 'CHUNKING'].includes(word)));
  });

  it('show the attributes of folders in a plain LIST', async () => {
    await using tenant = await startTenant({ doors: ['imap'] });
    await using client = await connect(tenant, 'imap', false);
    client.send(`a LOGIN ${SALES} sales-password\r\na LIST "" "%"`);
    const attributesIn = (lines: readonly string[]): ReadonlyMap<string, readonly string[]> =>
      // \Marked says that there is new mail, and depends on the day.
      new Map(lines.flatMap((line) => [...line.matchAll(/^\* LIST \((.*)\) "\/" "?(\w+)/g)].map(([, words = '', name = '']) => [name.toLowerCase(), words.split(' ').filter((word) => word !== String.raw`\Marked`)] as const)));
    const documented = attributesIn(vector('13-imap-list-special-use').dialogue!.map((line) => line.slice(3)));
    const ours = attributesIn((await client.until(/^a OK LIST .*\r\n/m)).split('\r\n'));
    // "app" and "Notes" are that mailbox's own.
    const common = [...documented].filter(([name]) => !['app', 'notes'].includes(name));
    expect(common).toHaveLength(6);
    for (const [name, attributes] of common) expect([name, ours.get(name)]).toEqual([name, attributes]);
  });

  it("know nothing of the challenge with an error in it, which is Google's way (FACTS.md C2)", async () => {
    await using tenant = await startTenant({ doors: ['imap', 'smtp'] });
    const refused = bearer(SALES, 'no-token-of-this-tenant');
    await using imap = await connect(tenant, 'imap', false);
    imap.send(`a AUTHENTICATE XOAUTH2 ${refused}`);
    expect(await imap.until(/\r\n/)).toBe('a NO AUTHENTICATE failed.\r\n');
    await using smtp = await connect(tenant, 'smtp', false);
    smtp.send(`AUTH XOAUTH2 ${refused}`);
    expect(await smtp.until(/\r\n/)).not.toMatch(/^334/);
  });
});
