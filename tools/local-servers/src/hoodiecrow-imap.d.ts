declare module 'hoodiecrow-imap' {
  /** The part of hoodiecrow-imap 2.1.0 that is used here; the package brings no types. */
  export interface HoodiecrowMessage {
    uid: number;
    flags: string[];
    internaldate: string;
    /** One character per octet. */
    raw: string;
  }
  export interface HoodiecrowMailbox {
    path: string;
    flags: string[];
    permanentFlags: string[];
    allowPermanentFlags: boolean;
    uidvalidity: number;
    uidnext: number;
    messages: HoodiecrowMessage[];
  }
  export interface HoodiecrowResponse {
    tag: string;
    command?: string;
    attributes?: unknown[];
    skipResponse?: boolean;
  }
  export interface HoodiecrowCommand {
    readonly tag: string;
    readonly command: string;
  }
  export interface HoodiecrowConnection {
    readonly socket: import('node:net').Socket | null;
    selectedMailbox?: HoodiecrowMailbox;
    scheduleCommand(line: string): void;
    send(...response: [HoodiecrowResponse, ...unknown[]]): void;
    expungeSpecificMessages(mailbox: HoodiecrowMailbox, messages: readonly HoodiecrowMessage[]): void;
  }
  export interface HoodiecrowUser {
    password?: string;
    xoauth2?: { accessToken: string };
  }
  type OutputHandler = (connection: HoodiecrowConnection, response: HoodiecrowResponse, description?: string) => void;
  type CommandHandler = (connection: HoodiecrowConnection, command: HoodiecrowCommand, line: string, done: () => void) => void;
  export interface HoodiecrowServer {
    readonly server: import('node:net').Server;
    readonly users: Record<string, HoodiecrowUser>;
    readonly connectionHandlers: ((connection: HoodiecrowConnection) => void)[];
    readonly outputHandlers: OutputHandler[];
    readonly capabilities: Record<string, unknown>;
    listen(port: number, host: string, ready: () => void): void;
    close(closed: () => void): void;
    setMaxListeners(count: number): void;
    getMailbox(path: string): HoodiecrowMailbox | undefined;
    appendMessage(mailbox: HoodiecrowMailbox, flags: readonly string[], receivedAt: Date | string, raw: string): { readonly message: HoodiecrowMessage };
    getCommandHandler(command: string): CommandHandler | false;
    setCommandHandler(command: string, handler: CommandHandler): void;
    notify(response: { tag: '*'; attributes: readonly unknown[] }, mailbox: HoodiecrowMailbox): void;
  }
  export interface HoodiecrowOptions {
    readonly plugins: readonly (string | ((server: HoodiecrowServer) => void))[];
    readonly secureConnection?: boolean;
    readonly credentials: { readonly key: string; readonly cert: string };
    readonly users: Record<string, HoodiecrowUser>;
    readonly storage: Readonly<Record<string, unknown>>;
  }
  export default function hoodiecrow(options: HoodiecrowOptions): HoodiecrowServer;
}
