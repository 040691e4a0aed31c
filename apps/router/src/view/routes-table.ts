import type { Explanation, RouteExplanation, SideExplanation } from '@signalbox/router';
import { type Cell, renderTable, type Styled } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

/** Which flow, transport, credential and server every mailbox uses, by direction. */
export function renderRoutes(explanations: readonly Explanation[], screen: Screen): string {
  const { colors } = screen;
  const rows = explanations.map((each) => [mark(each, colors), nameCell(each, colors), sideCell(each.receive, colors), sideCell(each.send, colors)]);
  return renderTable([{ head: '', fixed: true }, { head: 'Mailbox' }, { head: 'Receives by' }, { head: 'Sends by' }], rows, screen);
}

const mark = ({ receive, send }: Explanation, colors: Colors): Cell =>
  receive.state === 'broken' || send.state === 'broken' ? { text: '✘', style: colors.red } : { text: '✔', style: colors.green };

const nameCell = ({ id, address, endpoint, faxesOnly }: Explanation, colors: Colors): readonly Styled[] => {
  const notes = [endpoint === undefined ? '' : `endpoint ${endpoint}`, faxesOnly ? 'faxes only' : ''].filter(Boolean).join(', ');
  return [{ text: id, style: colors.bold }, { text: address, style: colors.dim }, ...(notes ? [{ text: notes, style: colors.dim }] : [])];
};

function sideCell(side: SideExplanation, colors: Colors): readonly Styled[] {
  if (side.state === 'off') return [{ text: '–', style: colors.dim }];
  if (side.state === 'broken') return [{ text: side.flow }, { text: 'no route, see below', style: colors.red }];
  const server = serverOf(side);
  return [
    { text: side.flow, style: colors.cyan },
    { text: side.auth === undefined ? side.transport : `${side.transport} with ${side.credentials.join(' or ')}` },
    ...(server ? [{ text: server, style: colors.dim }] : []),
  ];
}

// Nothing ever goes without TLS, so only the variant that the port does not tell is worth the room.
const serverOf = ({ host, port, tls }: RouteExplanation): string =>
  host === undefined ? '' : `${host}${port === undefined ? '' : `:${port}`}${tls === 'starttls' ? ' STARTTLS' : ''}`;

/** The reasons behind each route, one sentence each. */
export function renderReasons(explanations: readonly Explanation[], screen: Screen): string {
  const { colors } = screen;
  return explanations
    .map((each) => [colors.bold(each.id), ...sideReasons('receives', each.receive, screen), ...sideReasons('sends', each.send, screen)].join('\n'))
    .join('\n\n');
}

function sideReasons(verb: string, side: SideExplanation, { colors, width }: Screen): readonly string[] {
  if (side.state === 'off') return [`  ${verb} ${colors.dim('nothing: the configuration names no flow for it')}`];
  if (side.state === 'broken') return [`  ${verb} by ${side.flow} ${colors.red('(broken)')}`];
  const { transport, transportVersion, auth, authVersion, username, proxy, tls, reasons } = side;
  const server = serverOf(side);
  return [
    `  ${verb} by ${colors.cyan(side.flow)}`,
    ...[
      `transport ${transport} ${transportVersion}, ${auth === undefined ? 'nothing to sign in to' : `credentials from ${auth} ${authVersion}, signs in as ${username}`}`,
      ...(server ? [`connects to ${server}${tls === 'implicit' ? ' (TLS)' : ''}${proxy === undefined ? '' : ` through the proxy ${proxy}`}`] : []),
      ...reasons,
    ].map((reason) => bullet(reason, width, colors)),
  ];
}

const bullet = (text: string, width: number, colors: Colors): string => wrap(text, width, '      ').replace('      ', `    ${colors.dim('·')} `);
