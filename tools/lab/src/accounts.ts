import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from './lab-error.ts';

export const DOMAIN = 'lab.test';

/** May open every mailbox as `<mailbox>*admin@lab.test`. Only Dovecot knows it. */
export const MASTER = { user: `admin@${DOMAIN}`, password: 'admin-pass' } as const;

export interface LabUser {
  readonly user: string;
  readonly password: string;
}

export interface UserOptions {
  /** `<name>-pass` unless told. */
  readonly password?: string;
  /** A quota as Dovecot writes it: `1M`. */
  readonly storageLimit?: string;
  /** Refuses the password, saying that the account is disabled. A token still opens it. */
  readonly disabled?: boolean;
  /** Whose token opens this mailbox and who may send as it, as Exchange's FullAccess does. */
  readonly fullAccess?: readonly string[];
}

/**
 * The users of a lab. Each one is a file of one line: Dovecot looks at a shared passwd-file at most once a second,
 * so a user appended to one would be unknown for up to a second; a file of its own is found at once.
 */
export class Accounts {
  readonly directory: string;
  readonly #users = new Map<string, LabUser & { readonly fullAccess: readonly string[] }>();

  constructor(directory: string) {
    this.directory = directory;
  }

  async create(name: string, options: UserOptions = {}): Promise<LabUser> {
    const user = addressOf(name);
    if (this.#users.has(user)) throw new LabError(`${user} exists already.`);
    const password = options.password ?? `${user.slice(0, user.indexOf('@'))}-pass`;
    if (/[:\s]/u.test(password)) throw new LabError('A lab password has neither colon nor space.');
    this.#users.set(user, { user, password, fullAccess: (options.fullAccess ?? []).map(addressOf) });
    const fields = [
      ...(options.storageLimit === undefined ? [] : [`userdb_quota_rule=*:storage=${options.storageLimit}`]),
      ...(options.disabled === true ? ['nologin=yes', 'reason=Account_is_disabled'] : []),
    ];
    await mkdir(this.directory, { recursive: true });
    await writeFile(join(this.directory, user), `${user}:{PLAIN}${password}::::::${fields.join(' ')}\n`);
    return { user, password };
  }

  has(user: string): boolean {
    return this.#users.has(user);
  }

  all(): readonly LabUser[] {
    return [...this.#users.values()].map(({ user, password }) => ({ user, password }));
  }

  hasFullAccess(holder: string, mailbox: string): boolean {
    return this.#users.get(mailbox)?.fullAccess.includes(holder) ?? false;
  }

  /** The logins that may use the address as sender; empty for an address that is nobody's. */
  sendersOf(address: string): readonly string[] {
    const account = this.#users.get(address);
    return account === undefined ? [] : [account.user, ...account.fullAccess];
  }
}

/** The users that every lab has. */
export async function createUsualAccounts(accounts: Accounts): Promise<void> {
  await Promise.all([
    ...['alice', 'bob', 'carol'].map((name) => accounts.create(name)),
    accounts.create('shared', { fullAccess: ['alice', 'bob'] }),
    accounts.create('full', { storageLimit: '1M' }),
    accounts.create('off', { disabled: true }),
  ]);
}

/** `alice` and `alice@lab.test` are the same user. */
export function addressOf(name: string): string {
  const address = name.includes('@') ? name : `${name}@${DOMAIN}`;
  if (!/^[a-z0-9][a-z0-9._-]*@lab\.test$/u.test(address)) {
    throw new LabError(`"${name}" is no lab user: small letters, digits, dot, dash and underscore, optionally @${DOMAIN}.`);
  }
  return address;
}
