import type { NewApp, NewTenant, NewUser, Population } from '@signalbox/tenant-sim';

/** How a mailbox is opened, by the names that a configuration has for it. */
export interface PlannedMailbox {
  readonly id: string;
  readonly address: string;
  readonly receive: Flow;
  readonly send: Flow;
  readonly backlog: 'from-now' | 'everything';
  readonly onAck: 'nothing' | 'mark-read' | 'move';
}

export type Flow = 'o365-client-credentials' | 'o365-on-behalf-of' | 'o365-imap-client-credentials' | 'basic';

export const DOMAIN = 'chaos.test';
export const CLIENT_ID = '00000000-0000-0000-0000-0000000c4a05';
export const SECRET = 'chaos-application-secret';
export const PASSWORD = 'chaos-mailbox-password';
/** Where all mail goes that is sent. Nobody reads it but the tenant. */
export const SINK = `sink@${DOMAIN}`;
const SERVICE_PRINCIPAL = '00000000-0000-0000-0000-0000000c4a06';

/** Receiving beside sending: all flows, and two that mix them. */
const MIX: readonly (readonly [receive: Flow, send: Flow])[] = [
  ['o365-client-credentials', 'o365-client-credentials'],
  ['basic', 'basic'],
  ['o365-on-behalf-of', 'o365-on-behalf-of'],
  ['o365-imap-client-credentials', 'o365-imap-client-credentials'],
  ['basic', 'o365-client-credentials'],
  ['o365-client-credentials', 'o365-imap-client-credentials'],
];

/** A sign-in by hand takes a second or two. */
const MOST_SIGN_INS = 4;

export function planMailboxes(count: number): readonly PlannedMailbox[] {
  let signIns = 0;
  return Array.from({ length: count }, (_, index) => {
    const id = `m${String(index + 1).padStart(2, '0')}`;
    let [receive, send] = MIX[index % MIX.length]!;
    if (receive === 'o365-on-behalf-of' && (signIns += 1) > MOST_SIGN_INS) [receive, send] = ['basic', 'basic'];
    const onAck = (['nothing', 'nothing', 'mark-read', 'move'] as const)[index % 4]!;
    return { id, address: `${id}@${DOMAIN}`, receive, send, onAck, backlog: index % 3 === 2 ? 'everything' : 'from-now' };
  });
}

export const usesSignIn = ({ receive, send }: PlannedMailbox): boolean => receive === 'o365-on-behalf-of' || send === 'o365-on-behalf-of';
export const readsByGraph = ({ receive }: PlannedMailbox): boolean => receive === 'o365-client-credentials';
export const sendsByGraph = ({ send }: PlannedMailbox): boolean => send === 'o365-client-credentials';

/** The tenant in which they live. Its own limits would only make the run longer: throttling is among the faults. */
export function populationOf(mailboxes: readonly PlannedMailbox[]): Population {
  const rights = (['full-access', 'send-as'] as const).map((right) => ({ who: SERVICE_PRINCIPAL, right }));
  const users: readonly NewUser[] = [
    ...mailboxes.map(({ address }): NewUser => ({ userPrincipalName: address, password: PASSWORD, delegates: rights })),
    { userPrincipalName: SINK },
  ];
  const tenant: NewTenant = {
    domain: 'chaos.onmicrosoft.com',
    acceptedDomains: [DOMAIN],
    limits: { messagesPerMinute: 100_000, recipientsPerDay: 1_000_000, graphRequests: 1_000_000 },
  };
  return { tenant, users, apps: [application()] };
}

const application = (): NewApp => ({
  clientId: CLIENT_ID,
  servicePrincipalId: SERVICE_PRINCIPAL,
  displayName: 'Signalbox',
  publicClient: true,
  // A day that is simulated in between, and clocks that jump, must not end it.
  secrets: [{ id: crypto.randomUUID(), value: SECRET, expiresAt: new Date(Date.now() + 365 * 86_400_000) }],
  redirectUris: [{ platform: 'native', uri: 'http://localhost' }],
  roles: [
    { resource: 'graph', role: 'Mail.ReadWrite' },
    { resource: 'graph', role: 'Mail.Send' },
    { resource: 'exchange', role: 'IMAP.AccessAsApp' },
    { resource: 'exchange', role: 'SMTP.SendAsApp' },
  ],
  scopes: [
    { resource: 'exchange', scope: 'IMAP.AccessAsUser.All' },
    { resource: 'exchange', scope: 'SMTP.Send' },
  ],
});
