import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SetupPlan } from '../src/azure-setup/plan.ts';
import { SOURCES } from '../src/azure-setup/sources.ts';
import { stepById, stepsFor } from '../src/azure-setup/steps/index.ts';
import { loadsAsEntra } from './entra-section.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/entra-administrator.md'), 'utf8');

/** The three mailboxes of the guide. */
const plan: SetupPlan = {
  tenant: 'contoso.onmicrosoft.com',
  cloud: 'global',
  credential: 'certificate',
  reach: 'mailboxes',
  uses: [
    { flow: 'o365-client-credentials', receive: ['sales@contoso.com'], send: ['sales@contoso.com'] },
    { flow: 'o365-on-behalf-of', receive: ['support@contoso.com'], send: ['support@contoso.com'] },
    { flow: 'o365-imap-client-credentials', receive: ['scan@contoso.com'], send: ['scan@contoso.com'] },
  ],
};
/** Steps that are an alternative to one of the plan. */
const OTHERWISE: Readonly<Record<string, Partial<SetupPlan>>> = { 'client-secret': { credential: 'secret' }, 'graph-permissions': { reach: 'organization' } };

const shown = new Map([...guide.matchAll(/<!-- azure-setup ([\w-]+) -->\s+```powershell\n(.*?)\n```/gs)].map((match) => [match[1] ?? '', match[2] ?? '']));

describe('the guide for the Entra administrator', () => {
  it.each([...shown])('shows the lines of azure-setup: %s', (id, lines) => {
    expect(lines).toBe(stepById({ ...plan, ...OTHERWISE[id] }, id)?.script.join('\n'));
  });

  it('leaves out no step that has lines to run', () => {
    const wanted = [plan, ...Object.values(OTHERWISE).map((patch) => ({ ...plan, ...patch }))].flatMap(stepsFor).filter(({ script }) => script.length > 0);
    expect(new Set(shown.keys())).toEqual(new Set(wanted.map(({ id }) => id)));
  });

  it.each([...guide.matchAll(/```yaml\n(entra:.*?)\n```/gs)].map((match) => match[1] ?? ''))('shows a section that loads: %s', async (section) => {
    expect(await loadsAsEntra(section)).toMatchObject({ tenant: 'contoso.onmicrosoft.com' });
  });

  it('defines each page that it cites, once, and cites each that it defines', () => {
    const defined = [...guide.matchAll(/^\[([\w-]+)\]: (\S+)$/gm)].map((match) => match[1] ?? '');
    const cited = [...guide.matchAll(/\]\[([\w-]+)\]/g)].map((match) => match[1] ?? '');
    expect(new Set(defined)).toEqual(new Set(cited));
    expect(new Set(defined).size).toBe(defined.length);
  });

  it('cites the pages that azure-setup cites', () => {
    const urls = [...guide.matchAll(/^\[[\w-]+\]: (\S+)$/gm)].map((match) => match[1]);
    const others = ['https://learn.microsoft.com/graph/deployments'];
    expect(urls.filter((url) => !others.includes(url ?? '') && !Object.values(SOURCES).some((source) => source.url === url))).toEqual([]);
  });
});
