/** What Graph's ids name, once decoded. */
export type DecodedId =
  | { readonly kind: 'immutable'; readonly number: number }
  | { readonly kind: 'ordinary'; readonly number: number; readonly location: number }
  | { readonly kind: 'folder'; readonly number: number };

const KINDS = { immutable: 1, ordinary: 2, folder: 3 } as const;
/** As long as an id of a short-term entry in Exchange, so that nobody counts on short ones. */
const LENGTH = 46;

/**
 * Ids as opaque and as long as Exchange's: URL-safe base64 that begins with AAMk or AAkA and ends in `=`, case-sensitive (FACTS.md E9).
 * They are made of the mailbox's id and two numbers, so that none has to be kept.
 */
export function encodeId(mailboxId: string, id: DecodedId): string {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUIntBE(id.kind === 'immutable' ? 0x00_09_00 : 0x00_03_24, 0, 3);
  Buffer.from(mailboxId.replaceAll('-', ''), 'hex').copy(bytes, 3);
  bytes[19] = KINDS[id.kind];
  bytes.writeUIntBE(id.number, 20, 6);
  bytes.writeUIntBE(id.kind === 'ordinary' ? id.location : 0, 26, 6);
  // Ids of one mailbox look alike at the beginning only: the rest depends on the numbers.
  for (let at = 32; at < LENGTH; at += 1) bytes[at] = checkByte(bytes, at);
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** What an id names in this mailbox; nothing for an id that is malformed or another mailbox's. */
export function decodeId(mailboxId: string, id: string): DecodedId | undefined {
  if (!/^[\w-]+={0,2}$/.test(id)) return undefined;
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.byteLength !== LENGTH) return undefined;
  const kind = Object.entries(KINDS).find(([, code]) => code === bytes[19])?.[0] as DecodedId['kind'] | undefined;
  const number = bytes.readUIntBE(20, 6);
  const location = bytes.readUIntBE(26, 6);
  if (kind === undefined) return undefined;
  const decoded: DecodedId = kind === 'ordinary' ? { kind, number, location } : { kind, number };
  return encodeId(mailboxId, decoded) === id ? decoded : undefined;
}

function checkByte(bytes: Buffer, at: number): number {
  const from = bytes[at - 10] ?? 0;
  return (from * 167 + (bytes[25] ?? 0) * 59 + (bytes[31] ?? 0) * 83 + at) & 0xff;
}
