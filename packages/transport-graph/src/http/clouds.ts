/** The national clouds and where their Graph is (FACTS.md E15). A token is for one of them only. */
export const CLOUDS = {
  global: 'graph.microsoft.com',
  'us-government': 'graph.microsoft.us',
  'us-dod': 'dod-graph.microsoft.us',
  china: 'microsoftgraph.chinacloudapi.cn',
} as const;

export type Cloud = keyof typeof CLOUDS;
