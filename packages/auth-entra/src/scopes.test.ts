import { describe, expect, it } from 'vitest';
import { CLOUDS, type CloudName } from './clouds.ts';
import { appScope, groupScopes, readScopes, userScopes } from './scopes.ts';

const GRAPH = 'https://graph.microsoft.com/.default';
const IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';
const SMTP = 'https://outlook.office.com/SMTP.Send';

describe('scopes', () => {
  it.each([
    ['global', 'https://outlook.office365.com/.default', 'https://graph.microsoft.com/.default'],
    ['us-government', 'https://outlook.office365.us/.default', 'https://graph.microsoft.us/.default'],
    ['us-dod', 'https://outlook.office365.us/.default', 'https://dod-graph.microsoft.us/.default'],
    ['china', 'https://partner.outlook.cn/.default', 'https://microsoftgraph.chinacloudapi.cn/.default'],
  ] satisfies (readonly [CloudName, string, string])[])('are those of the cloud that the tenant is in (%s)', (name, outlook, graph) => {
    expect([IMAP, SMTP, 'https://outlook.office365.com/.default'].map((scope) => appScope(readScopes([scope]), CLOUDS[name]))).toEqual([outlook, outlook, outlook]);
    expect([GRAPH, 'Mail.Send', 'https://graph.microsoft.us/Mail.Read'].map((scope) => appScope(readScopes([scope]), CLOUDS[name]))).toEqual([graph, graph, graph]);
  });

  it('of a person keep their names', () => {
    expect(userScopes(readScopes([IMAP, SMTP]), CLOUDS.global)).toEqual([IMAP, SMTP]);
    expect(userScopes(readScopes(['Mail.Send']), CLOUDS.china)).toEqual(['https://microsoftgraph.chinacloudapi.cn/Mail.Send']);
  });

  it('of an API of somebody else are left as they are', () => {
    expect(appScope(readScopes(['api://other/read']), CLOUDS.china)).toBe('api://other/.default');
  });

  it('of several resources cannot be in one token', () => {
    expect(() => readScopes([GRAPH, IMAP])).toThrow(expect.objectContaining({ code: 'config.invalid' }) as Error);
    expect(() => readScopes([])).toThrow(expect.objectContaining({ code: 'config.invalid' }) as Error);
  });

  it('are grouped by resource for consent, without those of the sign-in itself', () => {
    expect(groupScopes([`${IMAP} offline_access`, 'Mail.Read', SMTP]).map(({ kind, names }) => [kind, names])).toEqual([
      ['outlook', ['IMAP.AccessAsUser.All', 'SMTP.Send']],
      ['graph', ['Mail.Read']],
    ]);
  });
});
