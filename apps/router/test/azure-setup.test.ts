import { describe, expect, it } from 'vitest';
import { CLOUD_NAMES } from '../src/azure-setup/clouds.ts';
import { CREDENTIALS, REACHES, SETUP_FLOWS, type SetupPlan } from '../src/azure-setup/plan.ts';
import { quote, standAlone } from '../src/azure-setup/powershell.ts';
import { stepById, STEPS, stepsFor } from '../src/azure-setup/steps/index.ts';
import { OPTION_CHOICES } from '../src/commands/azure-setup.ts';
import { loadsAsEntra } from './entra-section.ts';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const base: SetupPlan = { tenant: 'contoso.onmicrosoft.com', clientId: 'id-1', cloud: 'global', credential: 'secret', reach: 'mailboxes', uses: [] };
const mailboxes = ['sales@contoso.com'];
const plan = (patch: Partial<SetupPlan>): SetupPlan => ({ ...base, ...patch });
const ids = (patch: Partial<SetupPlan>): readonly string[] => stepsFor(plan(patch)).map(({ id }) => id);
const script = (patch: Partial<SetupPlan>): string => stepsFor(plan(patch)).flatMap((step) => step.script).join('\n');

const graph = { flow: 'o365-client-credentials', receive: mailboxes, send: mailboxes } as const;
const onBehalfOf = { flow: 'o365-on-behalf-of', receive: mailboxes, send: mailboxes } as const;
const imapApplication = { flow: 'o365-imap-client-credentials', receive: mailboxes, send: mailboxes } as const;

describe('the steps of azure-setup', () => {
  it('limit Graph to the mailboxes by a scope in Exchange, and grant nothing in Entra beside it', () => {
    expect(ids({ uses: [graph] })).toEqual([
      'register-application',
      'enterprise-application',
      'client-secret',
      'exchange-service-principal',
      'mailbox-scope',
      'test-mailbox-scope',
      'no-tenant-wide-grant',
      'configuration',
      'verify',
      'renewal',
    ]);
    const lines = script({ uses: [graph] });
    expect(lines).toContain("foreach ($Role in 'Application Mail.ReadWrite', 'Application Mail.Send')");
    expect(lines).not.toContain('az ad app permission add');
    expect(lines).not.toContain('ApplicationAccessPolicy');
  });

  it('grant the permissions of Graph in Entra when the whole organisation is to be reached', () => {
    const all = ids({ uses: [graph], reach: 'organization' });
    expect(all).toEqual(expect.arrayContaining(['graph-permissions', 'admin-consent']));
    expect(all).not.toContain('mailbox-scope');
  });

  it('ask for no more than the directions that are used', () => {
    expect(script({ uses: [{ flow: 'o365-client-credentials', receive: mailboxes }] })).not.toContain('Mail.Send');
    const receiving = script({ uses: [{ flow: 'o365-on-behalf-of', receive: mailboxes }] });
    expect(receiving).toContain("'IMAP.AccessAsUser.All', 'offline_access'");
    expect(receiving).not.toContain('SmtpClientAuthenticationDisabled');
    expect(ids({ uses: [{ flow: 'o365-imap-client-credentials', receive: mailboxes }] })).not.toContain('send-as');
  });

  it('let people sign in on behalf of whom mail is read, with no secret at all', () => {
    const all = ids({ uses: [onBehalfOf] });
    expect(all).toEqual(expect.arrayContaining(['public-client', 'delegated-permissions', 'admin-consent', 'imap-enabled', 'smtp-auth', 'sign-in']));
    expect(all).not.toContain('client-secret');
    expect(all).not.toContain('renewal');
  });

  it('make an application that signs in by IMAP known to Exchange by the id of the enterprise application', () => {
    const lines = script({ uses: [imapApplication] });
    expect(lines).toContain('New-ServicePrincipal -AppId $AppId -ObjectId $ServicePrincipalId');
    expect(lines).toContain('$ServicePrincipalId = az ad sp list');
    expect(lines).toContain('Add-MailboxPermission -Identity $Mailbox -User $ServicePrincipalId -AccessRights FullAccess');
    expect(lines).toContain('Add-RecipientPermission -Identity $Mailbox -Trustee $ServicePrincipalId -AccessRights SendAs');
    expect(lines).toContain("foreach ($Name in 'IMAP.AccessAsApp', 'SMTP.SendAsApp')");
  });

  it('are those of one application for a hybrid of all flows', () => {
    const all = ids({ uses: [graph, onBehalfOf, imapApplication] });
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((id) => id === 'register-application')).toHaveLength(1);
    expect(all).toEqual(expect.arrayContaining(['mailbox-scope', 'delegated-permissions', 'exchange-permissions', 'client-secret', 'sign-in']));
  });

  it.each(CREDENTIALS)('tell Signalbox in a section that loads, with %s', async (credential) => {
    const lines = stepById(plan({ uses: [graph], credential, cloud: 'china' }), 'configuration')!.configuration;
    expect(await loadsAsEntra(lines.join('\n'))).toMatchObject({ tenant: 'contoso.onmicrosoft.com', clientId: 'id-1', cloud: 'china', expectRbac: true });
  });

  it.each([
    ['us-government', 'AzureUSGovernment', '-ExchangeEnvironmentName O365USGovGCCHigh', 'https://graph.microsoft.us'],
    ['us-dod', 'AzureUSGovernment', '-ExchangeEnvironmentName O365USGovDoD', 'https://dod-graph.microsoft.us'],
    ['china', 'AzureChinaCloud', '-ExchangeEnvironmentName O365China', 'https://microsoftgraph.chinacloudapi.cn'],
  ] as const)('sign in to the cloud %s', async (cloud, azure, exchange, address) => {
    const { stdout } = await signalbox(['azure-setup', '--flow', 'o365-client-credentials', '--cloud', cloud, '--format', 'script']);
    expect(stdout).toContain(`az cloud set --name ${azure}`);
    expect(stdout).toContain(exchange);
    expect(stdout).toContain(`$Graph = '${address}'`);
  });

  it.each(STEPS.map(({ id }) => id))('give for %s a reason, something to do and a page of Microsoft to read on', (id) => {
    const step = stepById(plan({ uses: [graph, onBehalfOf, imapApplication] }), id)!;
    expect(step.why.length).toBeGreaterThan(30);
    expect([...step.portal, ...step.script, ...step.configuration, ...step.commands]).not.toEqual([]);
    expect(step.sources).not.toEqual([]);
    for (const { url, fact } of step.sources) expect([URL.canParse(url), fact]).toEqual([true, expect.stringMatching(/^[A-F]\d/)]);
  });

  it('can be pasted one by one: each brings what it needs', () => {
    const { script: lines, tools } = stepById(plan({ uses: [imapApplication] }), 'mailbox-permission')!;
    expect(standAlone(base, lines, tools)).toEqual([
      "$Tenant = 'contoso.onmicrosoft.com'",
      "$AppId = 'id-1'",
      'az cloud set --name AzureCloud',
      'az login --tenant $Tenant --allow-no-subscriptions --output none',
      'Connect-ExchangeOnline -ShowBanner:$false',
      `$ServicePrincipalId = az ad sp list --filter "appId eq '$AppId'" --query '[0].id' --output tsv`,
      "$Mailboxes = @('sales@contoso.com')",
      'foreach ($Mailbox in $Mailboxes) {',
      '  Add-MailboxPermission -Identity $Mailbox -User $ServicePrincipalId -AccessRights FullAccess',
      '}',
    ]);
    const smtp = stepById(plan({ uses: [onBehalfOf] }), 'smtp-auth')!;
    expect(standAlone(base, smtp.script, smtp.tools)[0]).toBe('Connect-ExchangeOnline -ShowBanner:$false');
  });

  it('keep whatever stands in a name from becoming a command', () => {
    expect(quote("o'brien@contoso.com")).toBe("'o''brien@contoso.com'");
    expect(quote('a\u2019; Remove-Mailbox x\n#')).toBe("'a\u2019\u2019; Remove-Mailbox x #'");
    expect(quote('$(whoami)`')).toBe("'$(whoami)`'");
  });
});

const YAML = `version: 1
organization: contoso
entra:
  tenant: contoso.onmicrosoft.com
  clientId: \${env:CLIENT_ID}
  certificate: { certificate: app.crt, privateKey: "\${file:app.key}", passphrase: "\${env:PASSPHRASE}" }
servers: { imap: { host: outlook.office365.com }, smtp: { host: smtp.office365.com } }
flows:
  ours: { receive: { transport: graph, auth: entra, settings: entra, authOptions: { grant: client-credentials } } }
mailboxes:
  - { id: sales, address: sales@contoso.com, receive: ours, send: o365-on-behalf-of }
  - { id: scan, address: scan@contoso.com, flow: basic, password: '\${env:SCAN_PASSWORD}' }
`;

describe('azure-setup', () => {
  it('reads flows, mailboxes and credential from a configuration whose secrets do not exist yet', async () => {
    await using workspace = await withConfig(YAML);
    const { code, stdout } = await signalbox(['azure-setup', '--json'], { cwd: workspace.folder });
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      plans: [
        {
          tenant: 'contoso.onmicrosoft.com',
          clientId: '<CLIENT_ID>',
          credential: 'certificate',
          uses: [
            { flow: 'o365-client-credentials', receive: ['sales@contoso.com'] },
            { flow: 'o365-on-behalf-of', send: ['sales@contoso.com'] },
          ],
        },
      ],
    });
    expect(stdout).not.toContain('scan@contoso.com');
  });

  it('never shows a secret that it could read', async () => {
    await using workspace = await withConfig(YAML, { 'app.key': 'canary-private-key', 'app.crt': '-----BEGIN CERTIFICATE-----\ncanary-certificate\n-----END CERTIFICATE-----\n' });
    const env = { CLIENT_ID: 'id-7', PASSPHRASE: 'canary-passphrase', SCAN_PASSWORD: 'canary-password' };
    for (const flags of [[], ['--json'], ['--format', 'script'], ['--format', 'markdown'], ['--format', 'portal']]) {
      const { code, stdout, stderr } = await signalbox(['azure-setup', ...flags], { cwd: workspace.folder, env });
      expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: '' });
      expect(stdout).toContain('id-7');
      expect(stdout).not.toContain('canary');
    }
  });

  it('makes one list of steps for each tenant, and one of them on request', async () => {
    const text = YAML.replace(/entra:\n(?:  .*\n)+/, 'entra:\n  one: { tenant: one.example, clientId: "1", clientSecret: "${env:A}" }\n  two: { tenant: two.example, clientId: "2", clientSecret: "${env:B}", cloud: china }\n')
      .replace('id: sales,', 'id: sales, tenant: one,')
      .replace('id: scan, address: scan@contoso.com, flow: basic', 'id: scan, address: scan@contoso.com, tenant: two, flow: o365-client-credentials');
    await using workspace = await withConfig(text);
    const all = await signalbox(['azure-setup', '--json'], { cwd: workspace.folder });
    expect((JSON.parse(all.stdout) as { plans: unknown[] }).plans).toMatchObject([{ name: 'one', cloud: 'global' }, { name: 'two', cloud: 'china' }]);
    const two = await signalbox(['azure-setup', '--json', '--tenant', 'two'], { cwd: workspace.folder });
    expect((JSON.parse(two.stdout) as { plans: unknown[] }).plans).toMatchObject([{ clientId: '2', uses: [{ receive: ['scan@contoso.com'], send: ['scan@contoso.com'] }] }]);
    expect(await signalbox(['azure-setup', '--tenant', 'three'], { cwd: workspace.folder })).toMatchObject({ code: EXIT.usage });
  });

  it('does without a configuration when the flows are named', async () => {
    const { code, stdout } = await signalbox(['azure-setup', '-f', 'o365-on-behalf-of', '-m', 'a@contoso.com,b@contoso.com', '--tenant', 'contoso.com']);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('Let people sign in');
    expect(stdout).toContain("'b@contoso.com'");
    expect(stdout).toContain('signalbox auth sign-in a@contoso.com');
  });

  it('says what is missing: a configuration, a flow that needs it, a flow that exists', async () => {
    expect((await signalbox(['azure-setup'], { cwd: '/nowhere' })).code).toBe(EXIT.config);
    expect(await signalbox(['azure-setup', '--flow', 'magic'])).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('o365-on-behalf-of') });
    await using workspace = await withConfig('version: 1\norganization: c\nservers: { imap: { host: mail.example } }\nmailboxes:\n  - { id: a, address: a@b.c, receive: basic, password: "${env:X}" }\n');
    expect(await signalbox(['azure-setup'], { cwd: workspace.folder })).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('--flow') });
  });

  it('writes a script that says first what is left to fill in, and a document with the same steps', async () => {
    const flow = ['--flow', 'o365-imap-client-credentials', '--credential', 'certificate'];
    const asScript = await signalbox(['azure-setup', ...flow, '--format', 'script']);
    expect(asScript.stdout).toMatch(/^#Requires -Version 7\.4\n#Requires -Modules ExchangeOnlineManagement\n/);
    expect(asScript.stdout).toContain('# Fill in first: domain or id of the tenant, address of a mailbox.');
    expect(asScript.stdout).toContain('openssl req -x509');
    const document = await signalbox(['azure-setup', ...flow, '--format', 'markdown']);
    const titles = stepsFor({ cloud: 'global', credential: 'certificate', reach: 'mailboxes', uses: [{ flow: 'o365-imap-client-credentials', receive: [], send: [] }] }).map(({ title }) => title);
    expect([...document.stdout.matchAll(/^## \d+\. (.*)$/gm)].map((match) => match[1])).toEqual(titles);
  });

  it('offers the choices that there are', () => {
    expect(OPTION_CHOICES).toEqual({ flow: SETUP_FLOWS, cloud: CLOUD_NAMES, credential: CREDENTIALS, reach: REACHES });
  });
});
