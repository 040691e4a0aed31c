import process from 'node:process';
import { Command } from 'commander';
import { describeTenant, describeForPeople } from './describe.ts';
import { type DoorPorts } from './doors.ts';
import { startTenant } from './tenant.ts';

interface Flags {
  readonly json?: boolean;
  readonly caFile: string;
  readonly entraPort?: number;
  readonly graphPort?: number;
  readonly imapPort?: number;
  readonly imapStarttlsPort?: number;
  readonly smtpPort?: number;
  readonly smtpTlsPort?: number;
  readonly keepMime?: boolean;
}

const port = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`"${text}" is no port.`);
  return value;
};

const command = new Command('signalbox-tenant')
  .description('Runs a simulated Microsoft 365 tenant on 127.0.0.1 until it is interrupted.')
  .option('--json', 'print the addresses, accounts and the CA file as one JSON object')
  .option('--ca-file <file>', 'where to write the certificate of its authority', 'tenant-ca.pem')
  .option('--entra-port <port>', 'default: a free one', port)
  .option('--graph-port <port>', 'default: a free one', port)
  .option('--imap-port <port>', 'TLS from the first byte; default: a free one', port)
  .option('--imap-starttls-port <port>', 'default: a free one', port)
  .option('--smtp-port <port>', 'STARTTLS; default: a free one', port)
  .option('--smtp-tls-port <port>', 'TLS from the first byte; default: a free one', port)
  .option('--keep-mime', 'show the bytes that came in at every door, instead of regenerating them as Exchange does')
  .parse();

const { json, caFile, entraPort, graphPort, imapPort, imapStarttlsPort, smtpPort, smtpTlsPort, keepMime } = command.opts<Flags>();
const ports: DoorPorts = {
  ...(entraPort !== undefined && { entra: entraPort }),
  ...(graphPort !== undefined && { graph: graphPort }),
  ...(imapPort !== undefined && { imap: imapPort }),
  ...(imapStarttlsPort !== undefined && { imapStartTls: imapStarttlsPort }),
  ...(smtpPort !== undefined && { smtp: smtpPort }),
  ...(smtpTlsPort !== undefined && { smtpImplicitTls: smtpTlsPort }),
};

const tenant = await startTenant({ ports, ...(keepMime && { mime: 'kept' as const }) });
// Before anything is printed: whoever reads that may stop it at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void tenant[Symbol.asyncDispose]());
await tenant.certificates.writeCa(caFile);
const description = describeTenant(tenant, caFile);
process.stdout.write(json ? `${JSON.stringify(description)}\n` : describeForPeople(description));
