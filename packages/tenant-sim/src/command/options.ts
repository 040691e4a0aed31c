import { Command, InvalidArgumentError } from 'commander';
import type { DoorPorts } from '../doors.ts';
import type { TenantOptions } from '../tenant.ts';

export interface CommandOptions {
  readonly isJson: boolean;
  readonly folder?: string;
  readonly tenant: TenantOptions;
}

const PORTS: Readonly<Record<keyof DoorPorts, { readonly flag: string; readonly what: string }>> = {
  entra: { flag: 'entra', what: 'HTTPS' },
  graph: { flag: 'graph', what: 'HTTPS' },
  imap: { flag: 'imap', what: 'TLS from the first byte' },
  imapStartTls: { flag: 'imap-starttls', what: 'STARTTLS' },
  smtp: { flag: 'smtp', what: 'STARTTLS' },
  smtpImplicitTls: { flag: 'smtp-tls', what: 'TLS from the first byte' },
  control: { flag: 'control', what: 'HTTPS' },
};

export function parseOptions(argv: readonly string[]): CommandOptions {
  const ports: { -readonly [Door in keyof DoorPorts]: number } = {};
  const command = new Command('signalbox-tenant')
    .description('Runs a simulated Microsoft 365 tenant on 127.0.0.1 until it is interrupted.')
    .option('--json', 'print addresses, accounts and files as one JSON object')
    .option('--folder <folder>', "where to put its authority's certificate, the configuration and the secrets, until it ends; default: a temporary one")
    .option('--keep-mime', 'show the bytes that came in at every door, instead of regenerating them as Exchange does')
    .option('--start-at <instant>', "what the tenant's clock shows at the start, as 2026-11-23T10:00:00Z; default: this machine's time", instant);
  for (const [door, { flag, what }] of Object.entries(PORTS) as [keyof DoorPorts, (typeof PORTS)[keyof DoorPorts]][]) {
    command.option(`--${flag}-port <port>`, `${what}; default: a free one`, port).on(`option:${flag}-port`, (text: string) => (ports[door] = Number(text)));
  }
  const { json = false, folder, keepMime, startAt } = command.parse(argv, { from: 'user' }).opts<{ readonly json?: boolean; readonly folder?: string; readonly keepMime?: boolean; readonly startAt?: Date }>();
  return { isJson: json, ...(folder !== undefined && { folder }), tenant: { ports, ...(keepMime && { mime: 'kept' as const }), ...(startAt && { startAt }) } };
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('A port is a whole number up to 65535.');
  return value;
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('An instant is written as 2026-11-23T10:00:00Z.');
  return date;
}
