import type { Command } from 'commander';
import { type Folder, isMailError, type Receive } from '@signalbox/core';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailbox } from '../session/choose-mailboxes.ts';
import { renderTable } from '../view/table.ts';
import { plural, printable } from '../view/text.ts';
import { examples } from './help.ts';
import { openDirection } from './open-direction.ts';
import { positive } from './options.ts';

interface FoldersOptions {
  readonly timeout: number;
}

interface CountedFolder {
  readonly folder: Folder;
  /** Absent for a folder that holds no mail of its own. */
  readonly unread?: number;
}

export function addFolders(program: Command, host: CallHost): void {
  program
    .command('folders')
    .summary('list the folders of a mailbox')
    .description("Lists a mailbox's folders: path, role, and how many messages are unread.")
    .argument('<mailbox>', 'id or address')
    .option('-t, --timeout <seconds>', 'how long it may take', positive, 60)
    .addHelpText('after', examples(['signalbox folders sales', 'what `folders:` in the configuration can name']))
    .action(action(host, showFolders));
}

async function showFolders(call: Call, name: string, options: FoldersOptions): Promise<ExitCode> {
  await using session = await call.open();
  const routes = chooseMailbox(session.routes, name);
  const signal = AbortSignal.any([call.io.signal, AbortSignal.timeout(options.timeout * 1000)]);
  using progress = call.terminal.progress(`Listing the folders of ${routes.mailbox.id}…`);
  const { receive } = await openDirection(session, routes, 'receive', signal);
  const folders = receive ? await countAll(receive, signal) : [];
  progress[Symbol.dispose]();
  if (call.options.json) call.terminal.json({ ok: true, mailbox: routes.mailbox.id, folders: folders.map(({ folder, unread }) => ({ ...folder, unread: unread ?? null })) });
  else show(call, folders);
  return EXIT.ok;
}

async function countAll(receive: Receive, signal: AbortSignal): Promise<readonly CountedFolder[]> {
  const counted: CountedFolder[] = [];
  for await (const folder of receive.listFolders({ signal })) {
    const unread = await countOne(receive, folder, signal);
    counted.push({ folder, ...(unread !== undefined && { unread }) });
  }
  return counted.toSorted(inboxFirst);
}

async function countOne(receive: Receive, folder: Folder, signal: AbortSignal): Promise<number | undefined> {
  try {
    return await receive.unread(folder.id, { signal });
  } catch (error) {
    if (isMailError(error) && error.affects === 'folder') return undefined; // listed, yet not to be opened: IMAP's \Noselect
    throw error;
  }
}

const inboxFirst = (a: CountedFolder, b: CountedFolder): number =>
  Number(b.folder.role === 'inbox') - Number(a.folder.role === 'inbox') || a.folder.path.join('/').localeCompare(b.folder.path.join('/'));

function show({ terminal: { out } }: Call, folders: readonly CountedFolder[]): void {
  const { colors } = out;
  const rows = folders.map(({ folder, unread }) => [
    { text: printable(folder.path.join(' / ')), ...(folder.role === 'inbox' && { style: colors.bold }) },
    { text: folder.role ?? '', style: colors.cyan },
    { text: unread === undefined ? '–' : String(unread), style: unread ? colors.green : colors.dim },
  ]);
  out.print(renderTable([{ head: 'Folder' }, { head: 'Role', fixed: true }, { head: 'Unread', align: 'right', fixed: true }], rows, out));
  const total = folders.reduce((sum, { unread = 0 }) => sum + unread, 0);
  out.print(`\n${colors.dim(`${plural(folders.length, 'folder')}, ${total} unread`)}`);
}
