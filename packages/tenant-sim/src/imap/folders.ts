import iconv from 'iconv-lite';
import type { Folder } from '../store/folder.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { WELL_KNOWN } from '../store/well-known.ts';

export const DELIMITER = '/';
/** RFC 3501 §5.1.3. */
const UTF7 = 'utf-7-imap';

export interface NamedFolder {
  readonly folder: Folder;
  /** As IMAP shows it, in modified UTF-7: `Projects/2026`. */
  readonly name: string;
  readonly hasChildren: boolean;
  /** `\Sent` and the like. */
  readonly use?: string;
}

const encodeName = (name: string): string => iconv.encode(name, UTF7).toString('latin1');
const decodeName = (name: string): string => iconv.decode(Buffer.from(name, 'latin1'), UTF7);

/** The folders IMAP shows, INBOX first, children after their parents. */
export function namedFolders(mailbox: Mailbox): readonly NamedFolder[] {
  const found: NamedFolder[] = [];
  const visit = (parent: Folder, prefix: string): void => {
    for (const folder of mailbox.childFolders(parent)) {
      if (folder.isHidden) continue;
      const own = WELL_KNOWN.find(({ name }) => name === folder.wellKnown);
      const name = prefix + (own?.imapName ?? encodeName(folder.displayName));
      found.push({ folder, name, hasChildren: mailbox.childFolders(folder).some(({ isHidden }) => !isHidden), ...(own?.imapUse !== undefined && { use: own.imapUse }) });
      visit(folder, `${name}${DELIMITER}`);
    }
  };
  const root = mailbox.folder('msgfolderroot');
  if (root) visit(root, '');
  return found;
}

/** Only INBOX is found in any case. */
export function findFolder(mailbox: Mailbox, name: string): Folder | undefined {
  const wanted = canonicalName(name);
  return namedFolders(mailbox).find((named) => named.name === wanted)?.folder;
}

export function canonicalName(name: string): string {
  const [first = '', ...rest] = name.split(DELIMITER);
  return [first.toUpperCase() === 'INBOX' ? 'INBOX' : first, ...rest].join(DELIMITER);
}

export interface FolderPlace {
  readonly parent: Folder;
  readonly displayName: string;
}

/** Where a folder of this name would lie; what is missing on the way there is made (RFC 9051 §6.3.4). */
export function placeFor(mailbox: Mailbox, name: string): FolderPlace | undefined {
  const parts = canonicalName(name).split(DELIMITER);
  const last = parts.pop();
  if (last === undefined || last === '' || parts.includes('')) return undefined;
  let parent = mailbox.folder('msgfolderroot')!;
  for (const [index, part] of parts.entries()) {
    const path = parts.slice(0, index + 1).join(DELIMITER);
    parent = findFolder(mailbox, path) ?? mailbox.createFolder(parent, decodeName(part));
  }
  return { parent, displayName: decodeName(last) };
}

/** LIST's pattern: `*` is anything, `%` is anything within one level. */
export function matcherOf(reference: string, pattern: string): (name: string) => boolean {
  const text = canonicalName(reference + pattern);
  const source = text.replaceAll(/[.*+?^${}()|[\]\\%]/g, (char) => (char === '*' ? '.*' : char === '%' ? `[^${DELIMITER}]*` : `\\${char}`));
  const matches = new RegExp(`^${source}$`, 's');
  return (name) => matches.test(name);
}
