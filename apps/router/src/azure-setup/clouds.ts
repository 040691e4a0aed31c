/** Where an organisation's directory and mailboxes live: FACTS.md A1, C1, E15. */
export type CloudName = 'global' | 'us-government' | 'us-dod' | 'china';

export interface Cloud {
  readonly title: string;
  /** Where the app registration is made: each cloud has its own. */
  readonly portal: string;
  readonly authority: string;
  readonly graph: string;
  /** For `az cloud set`. */
  readonly azure: string;
  /** For `Connect-ExchangeOnline -ExchangeEnvironmentName`; absent: none is given. */
  readonly exchange?: string;
}

export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  'global': {
    title: 'the worldwide cloud',
    portal: 'https://entra.microsoft.com',
    authority: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    azure: 'AzureCloud',
  },
  'us-government': {
    title: 'GCC High',
    portal: 'https://portal.azure.us',
    authority: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    azure: 'AzureUSGovernment',
    exchange: 'O365USGovGCCHigh',
  },
  'us-dod': {
    title: 'DoD',
    portal: 'https://portal.azure.us',
    authority: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    azure: 'AzureUSGovernment',
    exchange: 'O365USGovDoD',
  },
  'china': {
    title: 'China, operated by 21Vianet',
    portal: 'https://portal.azure.cn',
    authority: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    azure: 'AzureChinaCloud',
    exchange: 'O365China',
  },
};

export const CLOUD_NAMES = Object.keys(CLOUDS) as readonly CloudName[];
