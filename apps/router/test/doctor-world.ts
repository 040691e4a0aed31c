import { issueFrom, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { type Outcome, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

/** One check of one direction, as `doctor --json` prints it. */
export interface CheckJson {
  readonly check: string;
  readonly status: string;
  readonly findings: readonly { readonly severity: string; readonly code: string; readonly message: string; readonly remedy?: { readonly who: string; readonly text: string } }[];
  readonly follows?: string;
  readonly todo: readonly number[];
}

export interface DirectionJson {
  readonly result: string;
  readonly checks: readonly CheckJson[];
}

export interface DoctorJson {
  readonly ok: boolean;
  readonly failed: number;
  readonly mailboxes: readonly { readonly mailbox: string; readonly receive: DirectionJson; readonly send: DirectionJson }[];
  readonly todo: readonly { readonly number: number; readonly id: string; readonly who: string; readonly mailboxes: readonly string[]; readonly script: readonly string[] }[];
}

export interface DoctorWorld extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly folder: string;
  doctor(...argv: readonly string[]): Promise<Outcome>;
  examine(...mailboxes: readonly string[]): Promise<DoctorJson>;
}

/**
 * A tenant and a configuration of three mailboxes: `sales` by password, `support` by a token that something else renews,
 * `shared` with the token of sales.
 */
export async function openDoctorWorld(extra: (tenant: Tenant) => string = () => ''): Promise<DoctorWorld> {
  const tenant = await startTenant({ doors: ['imap', 'smtp'] });
  const { imap, smtp } = tenant.doors;
  const yaml = `version: 1
organization: contoso
servers:
  imap: { host: localhost, port: ${imap!.port}, tls: implicit, ca: ca.pem }
  smtp: { host: localhost, port: ${smtp!.port}, tls: starttls, ca: ca.pem }
mailboxes:
  - { id: sales, address: sales@contoso.test, flow: basic, password: '\${env:SALES_PASSWORD}' }
  - { id: support, address: support@contoso.test, flow: token, tokenFile: support.token }
  - { id: shared, address: shared@contoso.test, flow: token, tokenFile: sales.token }
${extra(tenant)}`;
  const token = (user: string): Promise<string> => issueFrom(tenant, 'bearer', user).issue();
  const workspace = await withConfig(yaml, {
    'ca.pem': tenant.certificates.ca,
    'support.token': await token('support@contoso.test'),
    'sales.token': await token('sales@contoso.test'),
  });
  const env = { SALES_PASSWORD: 'sales-password', WRONG_PASSWORD: 'battery-staple' };
  const doctor = (...argv: readonly string[]): Promise<Outcome> => signalbox(['doctor', ...argv], { cwd: workspace.folder, env });
  return {
    tenant,
    folder: workspace.folder,
    doctor,
    examine: async (...mailboxes) => JSON.parse((await doctor(...mailboxes, '--json')).stdout) as DoctorJson,
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
    },
  };
}

/** What is said of everything that failed. */
export const failuresIn = ({ mailboxes }: DoctorJson): readonly CheckJson['findings'][number][] =>
  mailboxes.flatMap(({ receive, send }) => [...receive.checks, ...send.checks]).filter(({ status }) => status === 'fail').flatMap(({ findings }) => findings);

/** `check ✘code → step+step` of everything that is not in order. */
export function complaints({ mailboxes, todo }: DoctorJson): readonly string[] {
  const steps = (numbers: readonly number[]): string => numbers.map((number) => todo.find((each) => each.number === number)?.id).join('+');
  return mailboxes.flatMap(({ mailbox, ...directions }) =>
    (['receive', 'send'] as const).flatMap((direction) =>
      (directions[direction].checks ?? [])
        .filter(({ status }) => status === 'fail' || status === 'warning')
        .map(({ check, findings, todo: numbers }) => `${mailbox} ${direction} ${check}: ${findings.map(({ code }) => code).join('+')}${numbers.length > 0 ? ` → ${steps(numbers)}` : ''}`),
    ),
  );
}
