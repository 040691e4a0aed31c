import { type AppRegistration, createApp, type NewApp } from './app.ts';
import { createUser, type NewUser, type TenantUser } from './user.ts';

export interface TenantSettings {
  /** The directory id, `tid` in tokens. */
  readonly id: string;
  /** `contoso.onmicrosoft.com`; names the tenant in authorities as well as the id does. */
  readonly domain: string;
  readonly displayName: string;
  /** Domains whose mail is delivered here; the first is `domain`. */
  readonly acceptedDomains: readonly string[];
  /** Set-TransportConfig -SmtpClientAuthenticationDisabled (FACTS.md C4). */
  readonly smtpAuthDisabled: boolean;
  /** Where passwords still open a mailbox (FACTS.md D1). */
  readonly basicAuth: { readonly imap: boolean; readonly smtp: boolean };
  /**
   * What users may consent to by themselves. `microsoft-managed` is the default policy since 2025: not to anything that
   * reaches mail by Graph, EWS, EAS, POP or IMAP (FACTS.md A7).
   */
  readonly userConsent: 'everything' | 'microsoft-managed' | 'nothing';
  /** Conditional Access, sign-in frequency: milliseconds after which a sign-in no longer counts. Absent: no such policy. */
  readonly signInFrequency?: number;
  /** Token lifetime policy: seconds of an access token, 600 to 86,400. Absent: as FACTS.md A9 says. */
  readonly accessTokenLifetime?: number;
  readonly limits: TenantLimits;
}

/** Exchange Online's limits; tests lower or lift them (FACTS.md C5, C6). */
export interface TenantLimits {
  /** More is delayed, not refused. */
  readonly messagesPerMinute: number;
  readonly recipientsPerMessage: number;
  /** Within any 24 hours. */
  readonly recipientsPerDay: number;
  /** The largest message that may be sent. */
  readonly messageBytes: number;
  /** Of one mailbox at a time. */
  readonly smtpConnections: number;
  readonly imapConnections: number;
  /** Requests to Graph of one app for one mailbox at a time (FACTS.md E12). */
  readonly graphConcurrency: number;
  /** The same within ten minutes. */
  readonly graphRequests: number;
  /** Octets one app uploads to one mailbox within five minutes. */
  readonly graphUploadBytes: number;
}

const LIMITS: TenantLimits = {
  messagesPerMinute: 30,
  recipientsPerMessage: 500,
  recipientsPerDay: 10_000,
  messageBytes: 36_700_160,
  smtpConnections: 3,
  imapConnections: 20,
  graphConcurrency: 4,
  graphRequests: 10_000,
  graphUploadBytes: 157_286_400,
};

/** Who is in the tenant and what they may do. Changes hold from the next request on. */
export interface Directory {
  readonly tenant: TenantSettings;
  updateTenant(patch: Partial<Omit<TenantSettings, 'id'>>): void;
  /** By object id, user principal name or any address, whatever the case. */
  user(key: string): TenantUser | undefined;
  users(): readonly TenantUser[];
  /** Throws when an address is taken. */
  addUser(user: NewUser): TenantUser;
  updateUser(key: string, patch: Partial<Omit<TenantUser, 'id'>>): TenantUser;
  removeUser(key: string): void;
  /** By client id or service principal id. */
  app(key: string): AppRegistration | undefined;
  apps(): readonly AppRegistration[];
  addApp(app: NewApp): AppRegistration;
  updateApp(key: string, patch: Partial<Omit<AppRegistration, 'clientId'>>): AppRegistration;
  /** Answers what brings the directory back to how it is now. */
  remember(): () => void;
}

export type NewTenant = Partial<Omit<TenantSettings, 'limits'>> & { readonly limits?: Partial<TenantLimits> };

export function createDirectory(tenant: NewTenant = {}): Directory {
  const domain = tenant.domain ?? 'contoso.onmicrosoft.com';
  let settings: TenantSettings = {
    id: crypto.randomUUID(),
    displayName: 'Contoso',
    smtpAuthDisabled: false,
    basicAuth: { imap: true, smtp: true },
    userConsent: 'microsoft-managed',
    ...tenant,
    domain,
    limits: { ...LIMITS, ...tenant.limits },
    acceptedDomains: [...new Set([domain, ...(tenant.acceptedDomains ?? [])])],
  };
  const users = new Index<TenantUser>((user) => [user.id, user.userPrincipalName, ...user.addresses], 'user');
  const apps = new Index<AppRegistration>((app) => [app.clientId, app.servicePrincipalId], 'app');
  return {
    get tenant() {
      return settings;
    },
    updateTenant(patch) {
      settings = { ...settings, ...patch };
    },
    user: (key) => users.get(key),
    users: () => users.all(),
    addUser: (user) => users.add(createUser(user)),
    updateUser: (key, patch) => users.replace(key, (user) => ({ ...user, ...patch })),
    removeUser: (key) => users.remove(key),
    app: (key) => apps.get(key),
    apps: () => apps.all(),
    addApp: (app) => apps.add(createApp(app)),
    updateApp: (key, patch) => apps.replace(key, (app) => ({ ...app, ...patch })),
    remember() {
      const kept = { settings, users: users.all(), apps: apps.all() };
      return () => {
        settings = kept.settings;
        users.become(kept.users);
        apps.become(kept.apps);
      };
    },
  };
}

/** Things that are found under several names, none of which belongs to two. */
class Index<T extends object> {
  readonly #byKey = new Map<string, T>();
  readonly #keysOf: (item: T) => readonly string[];
  readonly #what: string;

  constructor(keysOf: (item: T) => readonly string[], what: string) {
    this.#keysOf = keysOf;
    this.#what = what;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key.toLowerCase());
  }

  all(): readonly T[] {
    return [...new Set(this.#byKey.values())];
  }

  add(item: T): T {
    const keys = new Set(this.#keysOf(item).map((key) => key.toLowerCase()));
    for (const key of keys) if (this.#byKey.has(key)) throw new Error(`There is a ${this.#what} "${key}" already.`);
    for (const key of keys) this.#byKey.set(key, item);
    return item;
  }

  become(items: readonly T[]): void {
    this.#byKey.clear();
    for (const item of items) this.add(item);
  }

  remove(key: string): T {
    const item = this.get(key);
    if (!item) throw new Error(`There is no ${this.#what} "${key}".`);
    for (const name of this.#keysOf(item)) this.#byKey.delete(name.toLowerCase());
    return item;
  }

  replace(key: string, change: (item: T) => T): T {
    const old = this.remove(key);
    try {
      return this.add(change(old));
    } catch (error) {
      this.add(old);
      throw error;
    }
  }
}
