import { type Command, InvalidArgumentError, Option } from 'commander';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { CloudName } from '../azure-setup/clouds.ts';
import type { CredentialChoice, FlowUse, Reach, SetupFlow, SetupPlan } from '../azure-setup/plan.ts';
import { UsageError } from '../usage-error.ts';
import { examples } from './help.ts';
import { addresses } from './options.ts';

interface SetupOptions {
  readonly flow?: readonly SetupFlow[];
  readonly mailbox?: readonly string[];
  readonly tenant?: string;
  readonly clientId?: string;
  readonly cloud?: CloudName;
  readonly credential?: CredentialChoice;
  readonly reach: Reach;
  readonly format?: 'portal' | 'script' | 'markdown';
}

// Written out instead of imported: help has to answer before anything is loaded. A test keeps them equal to the lists.
export const OPTION_CHOICES = {
  flow: ['o365-client-credentials', 'o365-on-behalf-of', 'o365-imap-client-credentials'],
  cloud: ['global', 'us-government', 'us-dod', 'china'],
  credential: ['secret', 'certificate', 'federated', 'managed-identity'],
  reach: ['mailboxes', 'organization'],
} as const;

export function addAzureSetup(program: Command, host: CallHost): void {
  program
    .command('azure-setup')
    .summary('print the steps an Azure administrator takes')
    .description(
      'Prints what to do in Entra and Exchange Online for the flows and mailboxes of the configuration: the application, its permissions and credential, and the limit to these mailboxes. Without a configuration, name the flows. Changes nothing and prints no secret.',
    )
    .addOption(new Option('-f, --flow <flow>', `instead of those of the configuration; may be given again (${OPTION_CHOICES.flow.join(', ')})`).argParser(flowOption))
    .option('-m, --mailbox <address>', 'instead of those of the configuration; may be given again', addresses)
    .option('--tenant <domain>', 'domain or id of the tenant; of several in the configuration, its name')
    .option('--client-id <id>', 'an application that is registered already')
    .addOption(new Option('--cloud <cloud>', 'where the tenant lives').choices(OPTION_CHOICES.cloud))
    .addOption(new Option('--credential <kind>', 'how the application proves itself').choices(OPTION_CHOICES.credential))
    .addOption(new Option('--reach <reach>', 'what the application may reach through Graph').choices(OPTION_CHOICES.reach).default('mailboxes'))
    .addOption(new Option('--format <format>', 'only where to click, only what to run, or a document (default: where to click and what to run)').choices(['portal', 'script', 'markdown']))
    .addHelpText(
      'after',
      examples(
        ['signalbox azure-setup', 'for the configuration, with portal and script'],
        ['signalbox azure-setup --flow o365-client-credentials --mailbox a@contoso.com', 'without one'],
        ['signalbox azure-setup --format script > setup.ps1', 'to run in PowerShell'],
        ['signalbox azure-setup --format markdown > setup.md', 'to hand on'],
      ),
    )
    .action(action(host, azureSetup));
}

function flowOption(text: string, before: readonly SetupFlow[] = []): readonly SetupFlow[] {
  const flow = OPTION_CHOICES.flow.find((each) => each === text);
  if (!flow) throw new InvalidArgumentError(`Allowed choices are ${OPTION_CHOICES.flow.join(', ')}.`);
  return [...before, flow];
}

async function azureSetup(call: Call, options: SetupOptions): Promise<ExitCode> {
  const [{ stepsFor }, { renderScript }, { renderHeading, renderSteps }, { renderMarkdown }] = await Promise.all([
    import('../azure-setup/steps/index.ts'),
    import('../azure-setup/view/script.ts'),
    import('../azure-setup/view/terminal.ts'),
    import('../azure-setup/view/markdown.ts'),
  ]);
  const all = (await choosePlans(call, options)).map((plan) => ({ plan, steps: stepsFor(plan) }));
  const { out } = call.terminal;
  const { format } = options;
  if (call.options.json) call.terminal.json({ ok: true, plans: all.map(({ plan, steps }) => ({ ...plan, steps, script: renderScript(plan, steps) })) });
  else if (format === 'script') out.print(all.map(({ plan, steps }) => renderScript(plan, steps)).join('\n\n'));
  else if (format === 'markdown') out.print(all.map(({ plan, steps }) => renderMarkdown(plan, steps)).join('\n\n'));
  else out.print(all.map(({ plan, steps }) => `${renderHeading(plan, out)}\n\n${renderSteps(steps, format ? ['portal'] : ['portal', 'script'], out)}`).join('\n\n\n'));
  return EXIT.ok;
}

/** From the options alone where they name flows, else from the configuration; what the options say wins. */
async function choosePlans(call: Call, options: SetupOptions): Promise<readonly SetupPlan[]> {
  const { flow: flows, mailbox, reach, tenant, clientId, cloud, credential } = options;
  const overrides = { ...(clientId !== undefined && { clientId }), ...(cloud && { cloud }), ...(credential && { credential }) };
  if (flows) {
    const uses: readonly FlowUse[] = [...new Set(flows)].map((flow) => ({ flow, receive: mailbox ?? [], send: mailbox ?? [] }));
    return [{ cloud: 'global', credential: 'secret', reach, uses, ...(tenant !== undefined && { tenant }), ...overrides }];
  }
  const plans = await readConfigured(call, reach);
  const chosen = tenant === undefined ? plans : plans.filter((plan) => plan.name === tenant || plan.tenant === tenant);
  if (chosen.length === 0) throw new UsageError(tenant === undefined ? `No mailbox in ${call.shownFile} uses a flow that needs an Azure administrator.` : `No mailbox in ${call.shownFile} uses a tenant "${tenant}".`, 'Name the flows with --flow.');
  return chosen.map((plan) => ({ ...plan, ...overrides, uses: mailbox ? plan.uses.map((use) => onlyFor(use, mailbox)) : plan.uses }));
}

const onlyFor = ({ flow, receive, send }: FlowUse, mailboxes: readonly string[]): FlowUse => ({ flow, ...(receive && { receive: mailboxes }), ...(send && { send: mailboxes }) });

async function readConfigured({ file, io }: Call, reach: Reach): Promise<readonly SetupPlan[]> {
  const { readPlans } = await import('../azure-setup/read-plans.ts');
  return readPlans({ file, env: io.env, reach });
}
