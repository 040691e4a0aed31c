/** Where one of Microsoft's clouds has its services. */
export interface Cloud {
  /** Entra's own host. */
  readonly authority: string;
  readonly graph: string;
  /** What app-only tokens for IMAP and SMTP are for. */
  readonly outlook: string;
  /** What the scopes of a person who signed in begin with. */
  readonly outlookDelegated: string;
}

const officeUs = { authority: 'https://login.microsoftonline.us', outlook: 'https://outlook.office365.us', outlookDelegated: 'https://outlook.office365.us' } as const;

/** FACTS.md A1, A7, C1, E15. The Outlook hosts of the national clouds are common knowledge, not documentation. */
export const CLOUDS = {
  'global': {
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    outlook: 'https://outlook.office365.com',
    outlookDelegated: 'https://outlook.office.com',
  },
  'us-government': { ...officeUs, graph: 'https://graph.microsoft.us' },
  'us-dod': { ...officeUs, graph: 'https://dod-graph.microsoft.us' },
  'china': {
    authority: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    outlook: 'https://partner.outlook.cn',
    outlookDelegated: 'https://partner.outlook.cn',
  },
} as const satisfies Readonly<Record<string, Cloud>>;

export type CloudName = keyof typeof CLOUDS;

/** Transports name what they need as in the worldwide cloud; this is every spelling of it, and of the others. */
const hostsOf = (...keys: readonly (keyof Cloud)[]): ReadonlySet<string> => new Set(Object.values(CLOUDS).flatMap((cloud: Cloud) => keys.map((key) => cloud[key])));

export const GRAPH_HOSTS: ReadonlySet<string> = hostsOf('graph');
export const OUTLOOK_HOSTS: ReadonlySet<string> = new Set([...hostsOf('outlook', 'outlookDelegated'), 'https://ps.outlook.com']);
