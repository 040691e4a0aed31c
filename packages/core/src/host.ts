import type { Callbacks } from './callbacks.ts';
import type { CallOptions } from './call-options.ts';
import type { Secret } from './secret.ts';

/** Everything a plugin may use of the world outside. It has no environment, no timers and no module state of its own. */
export interface HostServices {
  readonly log: Logger;
  /**
   * Bound to the host's proxy and private CAs. A request with the header `connection: close` gets a connection of its own where the host can
   * arrange that: a server that is out of order may only be so behind the connection that is open (FACTS.md F).
   */
  readonly fetch: typeof globalThis.fetch;
  /** Tests turn it by hand. */
  readonly clock: Clock;
  /** For protocols that open sockets themselves. */
  readonly network: NetworkSettings;
  /** Absent where nobody can reach the host from outside. */
  readonly callbacks?: Callbacks;
}

/** How sockets are opened. Certificates are always verified; a private CA is given, never verification switched off. */
export interface NetworkSettings {
  /** PEM certificates trusted beside the system's own. */
  readonly ca?: readonly string[];
  /** `http://…` or `https://…` (CONNECT), or `socks5://…`, with the proxy's own user name and password where it asks for them; absent: directly. */
  readonly proxy?: string;
  /** PEM, for servers that ask for a client certificate. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: Secret };
}

export interface Clock {
  now(): Date;
  /** Rejects with `signal.reason` on abort. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger {
  /** `event` is a name such as `imap.reconnected`, not a sentence. Fields never hold secrets or message text. */
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Where an auth provider keeps what it must not lose. The host encrypts at rest. */
export interface TokenStore {
  read(key: string, options?: CallOptions): Promise<Secret | undefined>;
  write(key: string, value: Secret, options?: CallOptions): Promise<void>;
  /** Idempotent. */
  delete(key: string, options?: CallOptions): Promise<void>;
  /**
   * Read, think, write: one after the other for a key, over all processes that share the store, so that two of them never renew a token at once.
   * `change` gets what is stored and answers what shall be, `undefined` for nothing. `write` and `delete` do not wait for it: when one of them
   * came in between, their word stands and `change` is asked again, with that. Resolves to what is stored then.
   * When `change` throws, the failure passes through and nothing was stored. After a crash in `change` the next caller has its turn.
   */
  update(key: string, change: TokenChange, options?: CallOptions): Promise<Secret | undefined>;
}

export type TokenChange = (current: Secret | undefined) => Promise<Secret | undefined>;
