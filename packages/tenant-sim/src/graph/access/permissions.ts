/** What an operation asks for. Any one of a row's permissions will do. */
export interface Permission {
  readonly delegated: readonly string[];
  readonly application: readonly string[];
}

const both = (...names: string[]): Permission => ({ delegated: names, application: names });
const users = ['User.Read.All', 'User.ReadWrite.All', 'AgentIdUser.ReadWrite.All', 'AgentIdUser.ReadWrite.IdentityParentedBy'];

/**
 * Microsoft's permission data (microsoft-graph-devx-content, FACTS.md E16), by what operations have in common.
 * The data lists what is least and some of what is more; what may be written may be read.
 */
export const PERMISSIONS = {
  /** Without bodies, attachments and extended properties. */
  'read-basic': { delegated: ['Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'], application: ['Mail.ReadBasic.All', 'Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'] },
  read: both('Mail.Read', 'Mail.ReadWrite'),
  write: both('Mail.ReadWrite'),
  send: both('Mail.Send'),
  upload: both('Mail.ReadWrite', 'Calendars.ReadWrite'),
  'edit-sent': { delegated: ['Mail-Advanced.ReadWrite'], application: ['Mail-Advanced.ReadWrite.All'] },
  'translate-ids': { delegated: ['User.Read', 'User.ReadWrite', 'User.ReadBasic.All', ...users], application: users },
} as const satisfies Record<string, Permission>;

export type PermissionName = keyof typeof PERMISSIONS;

/** What a role of RBAC for Applications lets an app do, in Entra's words (FACTS.md D3). */
export function permissionsOfRole(role: string): readonly string[] {
  const name = role.replace(/^Application /, '');
  if (name === 'Mail Full Access' || name === 'Exchange Full Access') return ['Mail.ReadWrite', 'Mail.Send'];
  return [name];
}
