import { type ControlDoor, startControlDoor } from './control/door.ts';
import type { Door, DoorName, DoorOptions, TenantContext } from './door.ts';
import { type EntraDoor, startEntraDoor } from './entra/door.ts';
import { type GraphDoor, startGraphDoor } from './graph/door.ts';
import { type ImapDoor, startImapDoor } from './imap/door.ts';
import { type SmtpDoor, startSmtpDoor } from './smtp/door.ts';

/** Ports by door. Absent: any free one. */
export interface DoorPorts {
  readonly entra?: number;
  readonly graph?: number;
  /** TLS from the first byte. */
  readonly imap?: number;
  readonly imapStartTls?: number;
  /** STARTTLS. */
  readonly smtp?: number;
  readonly smtpImplicitTls?: number;
  readonly control?: number;
}

/** The doors of a tenant, as far as they are open. */
export interface Doors {
  readonly entra?: EntraDoor;
  readonly graph?: GraphDoor;
  readonly imap?: ImapDoor;
  readonly smtp?: SmtpDoor;
  readonly control?: ControlDoor;
}

type StartDoor = (context: TenantContext, ports: DoorPorts, common: Pick<DoorOptions, 'host'>) => Promise<Door>;

const port = (number: number | undefined): { readonly port?: number } => (number === undefined ? {} : { port: number });

/** The doors in the order in which they are opened. Graph comes after Entra: it tells where to sign in. */
export const STARTERS: readonly (readonly [DoorName & keyof Doors, StartDoor])[] = [
  ['entra', (context, { entra }, common) => startEntraDoor(context, { ...common, ...port(entra) })],
  ['graph', (context, { graph }, common) => startGraphDoor(context, { ...common, ...port(graph) })],
  ['imap', (context, { imap, imapStartTls }, common) => startImapDoor(context, { ...common, ...port(imap), ...(imapStartTls !== undefined && { starttlsPort: imapStartTls }) })],
  ['smtp', (context, { smtp, smtpImplicitTls }, common) => startSmtpDoor(context, { ...common, ...port(smtp), ...(smtpImplicitTls !== undefined && { implicitTlsPort: smtpImplicitTls }) })],
  ['control', (context, { control }, common) => startControlDoor(context, { ...common, ...port(control) })],
];
