import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import type { DoorDescription, TenantDescription } from '../describe.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** What to type where, for somebody who has just started a tenant. Ends with a line end. */
export function renderDescription({ tenant, doors, caFile, configurationFile, accounts, apps }: TenantDescription, isColored: boolean): string {
  const colors = pc.createColors(isColored);
  const people = accounts.map(({ address, password, kind }) => [address, kind === 'shared' ? colors.dim('shared: opened by others') : password]);
  const sections = [
    `${colors.bold('A simulated Microsoft 365 tenant')} is running: ${colors.cyan(tenant.domain)}\n${colors.dim(`Everything is on this machine, and gone when it ends. Directory id ${tenant.id}`)}`,
    table(['Door', 'Address', ''], Object.entries(doors).flatMap(([name, door]) => doorRows(name, door, colors)), colors),
    table(['Account', 'Password'], people, colors),
    table(['App', 'Client id', 'Secret'], apps.map(({ displayName, clientId, secret }) => [displayName, clientId, secret ?? colors.dim('none')]), colors),
    table(['File', ''], [['CA', caFile], ['Signalbox', configurationFile]], colors),
    ['Try it:', `  ${colors.green(`signalbox test incoming --config ${configurationFile}`)}`, ...(doors.control ? [`  ${colors.green(curl(caFile, doors.control))}`] : [])].join('\n'),
    colors.dim('Ctrl-C ends it and removes its files.'),
  ];
  return `\n${sections.join('\n\n')}\n`;
}

const curl = (caFile: string, { url = '', secret = '' }: DoorDescription): string => `curl --cacert ${caFile} -H 'Authorization: Bearer ${secret}' ${url}/faults`;

function doorRows(name: string, { host, port, url, starttlsPort, implicitTlsPort }: DoorDescription, { cyan, dim }: Colors): readonly (readonly string[])[] {
  if (url !== undefined) return [[cyan(name), url, '']];
  const how = starttlsPort !== undefined ? 'TLS' : implicitTlsPort !== undefined ? 'STARTTLS' : '';
  return [
    [cyan(name), `${host}:${port}`, dim(how)],
    ...(starttlsPort === undefined ? [] : [['', `${host}:${starttlsPort}`, dim('STARTTLS')]]),
    ...(implicitTlsPort === undefined ? [] : [['', `${host}:${implicitTlsPort}`, dim('TLS')]]),
  ];
}

/** Columns under a ruled heading. Everything here is ASCII but for the colours. */
function table(head: readonly string[], rows: readonly (readonly string[])[], colors: Colors): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => visible(row[column] ?? ''))));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visible(cell))).join('  ').trimEnd();
  return [colors.bold(line(head)), colors.dim(line(widths.map((width) => '─'.repeat(width)))), ...rows.map(line)].join('\n');
}

const visible = (text: string): number => stripVTControlCharacters(text).length;
