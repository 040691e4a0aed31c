/** The APIs of this tenant that tokens can be for. One token is for one of them (FACTS.md A7). */
export const RESOURCES = {
  graph: {
    appId: '00000003-0000-0000-c000-000000000000',
    audience: 'https://graph.microsoft.com',
    /** Everything a scope may begin with to mean this resource. */
    identifiers: ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000'],
  },
  exchange: {
    appId: '00000002-0000-0ff1-ce00-000000000000',
    audience: 'https://outlook.office365.com',
    identifiers: ['https://outlook.office365.com', 'https://outlook.office.com', 'https://ps.outlook.com', '00000002-0000-0ff1-ce00-000000000000'],
  },
} as const;

export type ResourceName = keyof typeof RESOURCES;

/** Which resource an audience names, a trailing slash or not. */
export function resourceOf(audience: string): ResourceName | undefined {
  const name = audience.replace(/\/+$/, '').toLowerCase();
  return (Object.keys(RESOURCES) as ResourceName[]).find((resource) => RESOURCES[resource].identifiers.some((identifier) => identifier === name));
}
