import { describe, expect, it } from 'vitest';
import { keptSource, type Mailbox, type NewMessage, startTenant, type Tenant, type TenantOptions } from '../src/index.ts';
import { openImap, openImapFlow, SALES } from './imap-client.ts';

const open = (options: TenantOptions = {}): Promise<Tenant> => startTenant({ doors: ['imap'], mime: 'kept', ...options });
const mailboxOf = (tenant: Tenant): Mailbox => tenant.store.mailbox(SALES)!;
const put = (tenant: Tenant, text: string, more: Partial<NewMessage> = {}) => mailboxOf(tenant).append('inbox', { source: keptSource(Buffer.from(text)), arrivedAt: new Date('2026-11-24T10:11:12.987Z'), ...more });
const letter = (subject: string): string => `From: Ada <ada@example.org>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\nText of ${subject}\r\n`;

async function withMail(subjects: readonly string[], options: TenantOptions = {}) {
  const tenant = await open(options);
  for (const subject of subjects) put(tenant, letter(subject));
  const client = await openImap(tenant);
  await client.run('SELECT INBOX');
  return { tenant, client, mailbox: mailboxOf(tenant), inbox: mailboxOf(tenant).folder('inbox')! };
}

describe('folders by IMAP', () => {
  it('are listed with their uses, though SPECIAL-USE is not advertised, and by pattern', async () => {
    await using tenant = await open();
    const projects = mailboxOf(tenant).createFolder('msgfolderroot', 'Entwürfe & Co');
    mailboxOf(tenant).createFolder(projects, '2026');
    mailboxOf(tenant).createFolder('msgfolderroot', 'Hidden', { isHidden: true });
    put(tenant, letter('a'));
    await using client = await openImap(tenant);
    const listed = await client.run('LIST "" *');
    expect(listed).toContain(String.raw`* LIST (\HasNoChildren \Trash) "/" "Deleted Items"`);
    expect(listed).toContain(String.raw`* LIST (\Marked \HasNoChildren) "/" INBOX`);
    expect(listed).toContain(String.raw`* LIST (\HasChildren) "/" "Entw&APw-rfe &- Co"`);
    expect(listed.join('\n')).not.toContain('Hidden');
    expect(await client.run('LIST "" %')).not.toContain('2026');
    expect(await client.run('LIST "Entw&APw-rfe &- Co/" %')).toEqual([String.raw`* LIST (\HasNoChildren) "/" "Entw&APw-rfe &- Co/2026"`, 'OK LIST completed.']);
    expect(await client.run('LIST "" ""')).toEqual([String.raw`* LIST (\Noselect) "/" ""`, 'OK LIST completed.']);
    expect(await client.run('LIST "" inbox')).toEqual([String.raw`* LIST (\Marked \HasNoChildren) "/" INBOX`, 'OK LIST completed.']);
  });

  it('are made with those above them, renamed, subscribed to and removed', async () => {
    await using tenant = await open();
    await using client = await openImap(tenant);
    expect(await client.run('CREATE Projects/2026/Spring')).toEqual(['OK CREATE completed.']);
    expect(await client.run('CREATE projects/')).toEqual(['NO There is a folder "projects" already.']);
    expect(await client.run('RENAME Projects/2026 Archive/Old')).toEqual(['OK RENAME completed.']);
    expect(await client.run('LIST "" Archive/*')).toEqual([String.raw`* LIST (\HasChildren) "/" Archive/Old`, String.raw`* LIST (\HasNoChildren) "/" Archive/Old/Spring`, 'OK LIST completed.']);
    expect(await client.run('UNSUBSCRIBE Archive/Old')).toEqual(['OK UNSUBSCRIBE completed.']);
    expect((await client.run('LSUB "" Archive/*')).map((line) => line.split('"/" ')[1])).toEqual(['Archive/Old/Spring', undefined]);
    expect(await client.run('DELETE Archive/Old/Spring')).toEqual(['OK DELETE completed.']);
    expect(await client.run('DELETE Archive/Old/Spring')).toEqual(["NO Archive/Old/Spring doesn't exist."]);
    expect((await client.run('DELETE INBOX'))[0]).toMatch(/^NO/);
    expect((await client.run('CREATE a//b'))[0]).toMatch(/^NO/);
  });

  it('leave INBOX empty when it is renamed', async () => {
    const { tenant, client, inbox } = await withMail(['a', 'b']);
    await using _ = tenant;
    expect(await client.run('RENAME INBOX Old')).toEqual(['* 1 EXPUNGE', '* 1 EXPUNGE', 'OK RENAME completed.']);
    expect(inbox.messages).toEqual([]);
    expect(await client.run('STATUS Old (MESSAGES)')).toEqual(['* STATUS Old (MESSAGES 2)', 'OK STATUS completed.']);
  });

  it('are opened as Exchange opens them, and tell their status', async () => {
    const { tenant, client, mailbox, inbox } = await withMail(['a', 'b', 'c']);
    await using _ = tenant;
    mailbox.update(inbox.byUid(1)!, { isRead: true });
    await client.run('NOOP');
    expect(await client.run('SELECT inbox')).toEqual([
      '* 3 EXISTS',
      '* 0 RECENT',
      String.raw`* FLAGS (\Seen \Answered \Flagged \Deleted \Draft $MDNSent)`,
      String.raw`* OK [PERMANENTFLAGS (\Seen \Answered \Flagged \Deleted \Draft $MDNSent)] Permanent flags`,
      '* OK [UNSEEN 2] Is the first unseen message',
      `* OK [UIDVALIDITY ${inbox.uidValidity}] UIDVALIDITY value`,
      '* OK [UIDNEXT 4] The next unique identifier value',
      'OK [READ-WRITE] SELECT completed.',
    ]);
    expect(await client.run('STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)')).toEqual([`* STATUS INBOX (MESSAGES 3 RECENT 0 UIDNEXT 4 UIDVALIDITY ${inbox.uidValidity} UNSEEN 2)`, 'OK STATUS completed.']);
    expect((await client.run('SELECT Nowhere')).at(-1)).toBe("NO Nowhere doesn't exist.");
    expect(await client.run('FETCH 1 UID')).toEqual(['BAD Command received in Invalid state.']);
    expect((await client.run('EXAMINE INBOX')).at(-1)).toBe('OK [READ-ONLY] EXAMINE completed.');
    expect((await client.run('STORE 1 +FLAGS (\\Deleted)'))[0]).toMatch(/^NO/);
    expect((await client.run('EXPUNGE'))[0]).toMatch(/^NO/);
  });
});

describe('messages by IMAP', () => {
  it('come in when they arrived, to the second, whole and in pieces, and are read only by BODY[]', async () => {
    const { tenant, client, inbox } = await withMail(['a']);
    await using _ = tenant;
    expect(await client.run('FETCH 1 (UID INTERNALDATE RFC822.SIZE FLAGS BODY.PEEK[TEXT])')).toEqual(['* 1 FETCH (UID 1 INTERNALDATE "24-Nov-2026 10:11:12 +0000" RFC822.SIZE 73 FLAGS (\\Recent) BODY[TEXT] {11}', 'Text of a', ')', 'OK FETCH completed.']);
    expect(await client.run('UID FETCH 1 BODY.PEEK[]<5.8>')).toEqual(['* 1 FETCH (UID 1 BODY[]<5> {8}', ' Ada <ad)', 'OK UID FETCH completed.']);
    expect(inbox.messages[0]?.isRead).toBe(false);
    expect(await client.run('FETCH 1 BODY[HEADER.FIELDS (subject x-none)]')).toEqual(['* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT X-NONE)] {14}', 'Subject: a', '', ' FLAGS (\\Seen \\Recent))', 'OK FETCH completed.']);
    expect(inbox.messages[0]?.isRead).toBe(true);
  });

  it('are appended with flags and a date, by synchronising literals too', async () => {
    await using tenant = await open();
    await using client = await openImap(tenant);
    client.send('a APPEND INBOX (\\Seen \\Flagged $Work) " 1-Feb-2020 03:04:05 +0200" {12}');
    expect(await client.until(/\r\n/)).toMatch(/^\+ /);
    client.send('Subject: x\r\n');
    expect(await client.until(/\r\n/)).toMatch(/^a OK \[APPENDUID \d+ 1\] APPEND completed\.\r\n$/);
    const [message] = mailboxOf(tenant).folder('inbox')!.messages;
    expect(message).toMatchObject({ isRead: true, flag: 'flagged', arrivedAt: Date.parse('2020-02-01T01:04:05Z') });
    expect(message?.source.read().toString()).toBe('Subject: x\r\n');
    expect((await client.run('APPEND Nowhere {1+}\r\nx'))[0]).toMatch(/^NO \[TRYCREATE\]/);
    expect((await client.run('APPEND INBOX "32-Foo-2020" {1+}\r\nx'))[0]).toBe('BAD Command Argument Error. 11');
    tenant.faults.set('mailbox.full', { mailbox: SALES }, { times: 1 });
    expect((await client.run('APPEND INBOX {1+}\r\nx'))[0]).toMatch(/^NO \[OVERQUOTA\]/);
  });

  it('keep flags of Exchange and pass over others', async () => {
    const { tenant, client, inbox } = await withMail(['a', 'b']);
    await using _ = tenant;
    expect(await client.run('STORE 1:2 +FLAGS (\\Seen $Work $MDNSent)')).toEqual(['* 1 FETCH (FLAGS (\\Seen $MDNSent \\Recent))', '* 2 FETCH (FLAGS (\\Seen $MDNSent \\Recent))', 'OK STORE completed.']);
    expect(await client.run('UID STORE 2 -FLAGS.SILENT \\Seen')).toEqual(['OK UID STORE completed.']);
    expect(await client.run('UID STORE 2 FLAGS (\\Answered \\Draft)')).toEqual(['* 2 FETCH (UID 2 FLAGS (\\Answered \\Draft \\Recent))', 'OK UID STORE completed.']);
    expect(inbox.byUid(2)).toMatchObject({ isRead: false, isAnswered: true, isDraft: true, mdnSent: false });
    expect(await client.run('STORE 1 +FLAGS (\\Nonsense)')).toEqual(['BAD Command Argument Error. 11']);
  });

  it('are copied and moved with COPYUID, keep their arrival, and leave in order', async () => {
    const { tenant, client, mailbox } = await withMail(['a', 'b', 'c', 'd']);
    await using _ = tenant;
    const archive = mailbox.folder('archive')!;
    mailbox.append(archive, { source: keptSource(Buffer.from(letter('x'))) });
    expect(await client.run('UID COPY 1,3 Archive')).toEqual([`OK [COPYUID ${archive.uidValidity} 1,3 2:3] UID COPY completed.`]);
    expect(await client.run('MOVE 2:3 Archive')).toEqual([`* OK [COPYUID ${archive.uidValidity} 2:3 4:5] Moved UIDs.`, '* 2 EXPUNGE', '* 2 EXPUNGE', 'OK MOVE completed.']);
    expect(archive.messages.slice(1).map(({ arrivedAt }) => arrivedAt)).toEqual([1, 2, 3, 4].map(() => Date.parse('2026-11-24T10:11:12.987Z')));
    expect((await client.run('UID COPY 1 Nowhere'))[0]).toMatch(/^NO \[TRYCREATE\]/);
    expect(await client.run('UID MOVE 99 Archive')).toEqual(['OK UID MOVE completed.']);
  });

  it('are expunged by number, by UID and by CLOSE, into the Recoverable Items', async () => {
    const { tenant, client, mailbox, inbox } = await withMail(['a', 'b', 'c', 'd', 'e']);
    await using _ = tenant;
    await client.run('STORE 1,3,5 +FLAGS.SILENT (\\Deleted)');
    expect(await client.run('UID EXPUNGE 3:4')).toEqual(['* 3 EXPUNGE', 'OK UID EXPUNGE completed.']);
    expect(await client.run('EXPUNGE')).toEqual(['* 1 EXPUNGE', '* 3 EXPUNGE', 'OK EXPUNGE completed.']);
    await client.run('STORE 1 +FLAGS (\\Deleted)');
    expect(await client.run('CLOSE')).toEqual(['OK CLOSE completed.']);
    expect(inbox.messages.map(({ uid }) => uid)).toEqual([4]);
    expect(mailbox.folder('recoverableitemsdeletions')!.messages).toHaveLength(4);
    expect(await client.run('EXPUNGE')).toEqual(['BAD Command received in Invalid state.']);
  });

  it('are found by what they are and what they say', async () => {
    await using tenant = await open();
    put(tenant, 'From: Ada <ada@x>\r\nTo: ben@x\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Mon, 23 Nov 2026 23:30:00 -0500\r\n\r\nabout invoices\r\n', { isRead: true, arrivedAt: new Date('2026-11-20T10:00:00Z') });
    put(tenant, `From: carol@x\r\nSubject: other\r\nX-Own: yes\r\n\r\n${'long '.repeat(100)}\r\n`, { flag: 'flagged' });
    put(tenant, 'Subject: third\r\n\r\nx\r\n', { isAnswered: true, isDeleted: true });
    await using client = await openImap(tenant);
    await client.run('SELECT INBOX');
    const found = async (keys: string): Promise<string | undefined> => (await client.run(`UID SEARCH ${keys}`))[0]?.replace('* SEARCH', '').trim();
    const cases: Readonly<Record<string, string>> = {
      ALL: '1 2 3',
      SEEN: '1',
      'UNSEEN UNDELETED': '2',
      FLAGGED: '2',
      'ANSWERED DELETED UNDRAFT UNFLAGGED': '3',
      'FROM ADA': '1',
      'TO ben': '1',
      'SUBJECT "grüße"': '1',
      'CHARSET UTF-8 SUBJECT {7+}\r\ngrüße': '1',
      'BODY INVOICES': '1',
      'TEXT carol': '2',
      'HEADER X-Own ""': '2',
      'HEADER X-Own no': '',
      'LARGER 300': '2',
      'SMALLER 100 UNSEEN': '3',
      'BEFORE 24-Nov-2026': '1',
      'ON 24-Nov-2026': '2 3',
      'SINCE 21-Nov-2026': '2 3',
      'SENTON 23-Nov-2026': '1',
      'SENTSINCE 24-Nov-2026': '',
      'SENTBEFORE "24-Nov-2026"': '1',
      'OR (FROM ada) SUBJECT third': '1 3',
      'NOT OR SEEN FLAGGED': '3',
      '2:* UID 1:2': '2',
      '*': '3',
      NEW: '2 3',
      RECENT: '1 2 3',
      OLD: '',
    };
    for (const [keys, expected] of Object.entries(cases)) expect([keys, await found(keys)]).toEqual([keys, expected]);
    expect(await client.run('SEARCH KEYWORD work')).toEqual(['BAD Command Argument Error. 11']);
    expect(await client.run('SEARCH CHARSET KOI8-R ALL')).toEqual(['NO [BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.']);
    expect(await client.run('SEARCH NONSENSE')).toEqual(['BAD Command Argument Error. 11']);
    expect(await client.run('SEARCH FLAGGED')).toEqual(['* SEARCH 2', 'OK SEARCH completed.']);
  });

  it('of 20 MB arrive whole, also at a client that reads slowly', async () => {
    await using tenant = await open();
    const body = Buffer.alloc(20_000_000, 'abcdefghijklmnopqrstuvwxyz0123456789\r\n');
    mailboxOf(tenant).append('inbox', { source: keptSource(Buffer.concat([Buffer.from('Subject: big\r\n\r\n'), body])) });
    const client = await openImapFlow(tenant);
    await using _lock = { [Symbol.asyncDispose]: () => client.logout() };
    await client.mailboxOpen('INBOX');
    const { content } = await client.download('1');
    let size = 0;
    for await (const chunk of content as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(size).toBe(body.byteLength + 16);
  });
});

describe('what others do meanwhile', () => {
  it('shifts no number under a FETCH, STORE or SEARCH, and is told at the next occasion', async () => {
    const { tenant, client, mailbox, inbox } = await withMail(['a', 'b', 'c']);
    await using _ = tenant;
    mailbox.remove(inbox.byUid(1)!, 'recoverable');
    put(tenant, letter('d'));
    expect(await client.run('FETCH 3 (UID)')).toEqual(['* 3 FETCH (UID 3)', '* 4 EXISTS', '* 4 RECENT', 'OK FETCH completed.']);
    expect(await client.run('STORE 2 +FLAGS.SILENT (\\Seen)')).toEqual(['OK STORE completed.']);
    expect(await client.run('SEARCH ALL')).toEqual(['* SEARCH 2 3 4', 'OK SEARCH completed.']);
    expect(await client.run('FETCH 1:2 (UID)')).toEqual(['* 2 FETCH (UID 2)', 'NO [EXPUNGEISSUED] Some of the messages no longer exist.']);
    expect(await client.run('NOOP')).toEqual(['* 1 EXPUNGE', 'OK NOOP completed.']);
    expect(await client.run('FETCH 1:* (UID)')).toEqual(['* 1 FETCH (UID 2)', '* 2 FETCH (UID 3)', '* 3 FETCH (UID 4)', 'OK FETCH completed.']);
    expect(await client.run('FETCH 9 (UID)')).toEqual(['BAD The specified message set is invalid.']);
  });

  it('shows in the flags, the own change only once', async () => {
    const { tenant, client, mailbox, inbox } = await withMail(['a', 'b']);
    await using _ = tenant;
    mailbox.update(inbox.byUid(2)!, { flag: 'flagged' });
    mailbox.update(inbox.byUid(1)!, { categories: ['Red'] });
    expect(await client.run('STORE 1 +FLAGS (\\Seen)')).toEqual(['* 1 FETCH (FLAGS (\\Seen \\Recent))', '* 2 FETCH (FLAGS (\\Flagged \\Recent))', 'OK STORE completed.']);
    expect(await client.run('NOOP')).toEqual(['OK NOOP completed.']);
  });

  it('is told in IDLE as it happens, until DONE', async () => {
    const { tenant, client, mailbox, inbox } = await withMail(['a', 'b']);
    await using _ = tenant;
    client.send('i IDLE');
    await client.until(/^\+ .*\r\n/);
    put(tenant, letter('c'));
    expect(await client.until(/RECENT\r\n/)).toBe('* 3 EXISTS\r\n* 3 RECENT\r\n');
    mailbox.update(inbox.byUid(1)!, { isRead: true });
    expect(await client.until(/\r\n/)).toBe('* 1 FETCH (FLAGS (\\Seen \\Recent))\r\n');
    mailbox.move(inbox.byUid(2)!, 'archive');
    expect(await client.until(/\r\n/)).toBe('* 2 EXPUNGE\r\n');
    client.send('DONE');
    expect(await client.until(/\r\n/)).toBe('i OK IDLE completed.\r\n');
    client.send('j IDLE');
    await client.until(/^\+ .*\r\n/);
    client.send('NOOP');
    expect(await client.until(/\r\n/)).toBe('j BAD Command Argument Error. 11\r\n');
  });

  it('is recent for the first session that sees it only', async () => {
    const { tenant } = await withMail(['a']);
    await using _ = tenant;
    await using second = await openImap(tenant);
    expect((await second.run('SELECT INBOX'))[1]).toBe('* 0 RECENT');
  });

  it('ends the session when the folder is gone, or has other UIDs', async () => {
    const { tenant, client, mailbox } = await withMail(['a', 'b']);
    await using _ = tenant;
    tenant.faults.set('imap.uidvalidity-roll', { mailbox: SALES }, { times: 1 });
    expect(await client.run('NOOP')).toEqual(['OK NOOP completed.']);
    expect(await client.closed()).toBe('* BYE Connection closed. 14\r\n');
    await using idle = await openImap(tenant);
    const folder = mailbox.createFolder('msgfolderroot', 'Gone');
    await idle.run('SELECT Gone');
    idle.send('i IDLE');
    await idle.until(/^\+ .*\r\n/);
    mailbox.removeFolder(folder);
    expect(await idle.closed()).toBe('* BYE Connection closed. 14\r\n');
  });
});

describe('faults of IMAP', () => {
  it('cut in a literal, leave a message out once, and refuse any command with any answer', async () => {
    const { tenant, client } = await withMail(['a', 'b']);
    await using _ = tenant;
    tenant.faults.set('imap.omit-uid', { uid: 2 }, { times: 1 });
    expect(await client.run('UID FETCH 1:* (UID)')).toEqual(['* 1 FETCH (UID 1)', 'OK UID FETCH completed.']);
    expect(await client.run('UID FETCH 1:* (UID)')).toHaveLength(3);
    tenant.faults.set('imap.refuse', { commands: '^UID FETCH', answer: 'NO Server Unavailable. 15' }, { times: 1 });
    expect(await client.run('UID FETCH 1:* (UID)')).toEqual(['NO Server Unavailable. 15']);
    tenant.faults.set('imap.throttled', { mailbox: SALES }, { times: 1 });
    expect(await client.run('NOOP')).toEqual(['BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds']);
    tenant.faults.set('imap.cut-in-literal', { after: 10 }, { times: 1 });
    client.send('x FETCH 1 BODY[]');
    expect(await client.closed()).toBe('* 1 FETCH (BODY[] {73}\r\nFrom: Ada ');
    expect(tenant.faults.list().every(({ struck }) => struck === 1)).toBe(true);
  });

  it('hang one mailbox until cleared, say BYE and drop connections', async () => {
    const { tenant, client } = await withMail(['a']);
    await using _ = tenant;
    await using other = await openImap(tenant, { user: 'support@contoso.test', password: 'support-password' });
    const hang = tenant.faults.set('imap.hang', { mailbox: SALES });
    client.send('h NOOP');
    expect(await other.run('NOOP')).toEqual(['OK NOOP completed.']);
    hang[Symbol.dispose]();
    expect(await client.until(/\r\n/)).toBe('h OK NOOP completed.\r\n');
    tenant.faults.set('imap.bye', { mailbox: SALES }, { times: 1 });
    expect(await client.closed()).toBe('* BYE Server shutting down.\r\n');
    expect(await other.run('NOOP')).toEqual(['OK NOOP completed.']);
    tenant.faults.set('imap.drop-connections', {}, { times: 1 });
    await other.closed();
  });
});

describe('imapflow', () => {
  it('sees one truth with the store', async () => {
    await using tenant = await open({ mime: 'regenerated' });
    put(tenant, 'From: =?utf-8?q?J=C3=BCrgen?= <j@x>\r\nSubject: Hello\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b\r\nContent-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n');
    const client = await openImapFlow(tenant);
    await client.mailboxOpen('INBOX');
    const message = await client.fetchOne('1', { envelope: true, bodyStructure: true, internalDate: true });
    if (!message) throw new Error('There is no message.');
    expect(message.envelope).toMatchObject({ subject: 'Hello', messageId: '<1@x>', from: [{ name: 'Jürgen', address: 'j@x' }] });
    expect(message.bodyStructure?.childNodes?.map(({ type, encoding }) => [type, encoding])).toEqual([['text/plain', '7bit'], ['image/png', 'base64']]);
    expect(new Date(message.internalDate ?? 0)).toEqual(new Date('2026-11-24T10:11:12Z'));
    const { content } = await client.download('1', '2');
    const chunks: Buffer[] = [];
    for await (const chunk of content as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0, 1, 2]));
    const appended = await client.append('Archive', 'Subject: appended\r\n\r\nx\r\n', ['\\Seen']);
    expect(appended && appended.uid).toBe(1);
    await client.messageFlagsAdd('1', ['\\Answered']);
    const moved = await client.messageMove('1', 'Archive');
    expect(moved && moved.uidMap?.get(1)).toBe(2);
    expect(mailboxOf(tenant).folder('archive')!.messages.map(({ isRead, isAnswered }) => [isRead, isAnswered])).toEqual([[true, false], [false, true]]);
    await client.logout();
  });
});
