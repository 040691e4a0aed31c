import { CLOUDS } from './clouds.ts';
import type { SetupPlan } from './plan.ts';
import type { Tool } from './step.ts';

/** The name that a new application, group and scope get, unless the person changes the line. */
export const APP_NAME = 'Signalbox';

/** A literal of PowerShell, which takes typographic quotes for quotes too. Control characters have no place in a name. */
export const quote = (text: string): string => `'${text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/['\u2018-\u201B]/g, '$&$&')}'`;

export const list = (items: readonly string[]): string => items.map(quote).join(', ');

/** An array, one item a line once there are several. */
export function array(items: readonly string[]): readonly string[] {
  if (items.length < 2) return [`@(${list(items)})`];
  return ['@(', ...items.map((item) => `  ${quote(item)}`), ')'];
}

/** Stands where the person has to fill something in. */
export const placeholder = (what: string): string => `<${what}>`;

interface Variable {
  readonly name: string;
  readonly define: (plan: SetupPlan) => string;
  /** Answered by the Azure CLI, and so only after signing in. */
  readonly asked?: true;
}

/** What the lines of steps name, in the order in which one needs the other. */
const VARIABLES: readonly Variable[] = [
  { name: '$Tenant', define: ({ tenant }) => `$Tenant = ${quote(tenant ?? placeholder('domain or id of the tenant'))}` },
  { name: '$AppName', define: () => `$AppName = ${quote(APP_NAME)}` },
  { name: '$AppId', define: ({ clientId }) => `$AppId = ${quote(clientId ?? placeholder('application id'))}` },
  { name: '$ServicePrincipalId', define: () => `$ServicePrincipalId = az ad sp list --filter "appId eq '$AppId'" --query '[0].id' --output tsv`, asked: true },
];

/** The lines that say what these names stand for. */
export const define = (plan: SetupPlan, names: readonly string[]): readonly string[] => VARIABLES.filter(({ name }) => names.includes(name)).map((variable) => variable.define(plan));

/** Signing in, once a script. */
export function connect({ cloud }: SetupPlan, tools: readonly Tool[]): readonly string[] {
  const { azure, exchange } = CLOUDS[cloud];
  return [
    ...(tools.includes('azure-cli') ? [`az cloud set --name ${azure}`, 'az login --tenant $Tenant --allow-no-subscriptions --output none'] : []),
    ...(tools.includes('exchange-online') ? [`Connect-ExchangeOnline -ShowBanner:$false${exchange ? ` -ExchangeEnvironmentName ${exchange}` : ''}`] : []),
  ];
}

/** Everything that some lines need before they can be pasted into an empty PowerShell: signing in, and each name they use. */
export function standAlone(plan: SetupPlan, lines: readonly string[], tools: readonly Tool[]): readonly string[] {
  const needed: Variable[] = [];
  const text = (): string => [...lines, ...needed.map(({ define }) => define(plan)), ...(isAsked() ? ['$Tenant'] : [])].join('\n');
  const isAsked = (): boolean => tools.includes('azure-cli') || needed.some(({ asked }) => asked);
  for (const variable of VARIABLES.toReversed()) if (mentions(text(), variable.name)) needed.unshift(variable);
  const definitions = (asked: boolean): readonly string[] => needed.filter((each) => (each.asked ?? false) === asked).map(({ define }) => define(plan));
  return [...definitions(false), ...connect(plan, isAsked() ? ['azure-cli', ...tools] : tools), ...definitions(true), ...lines];
}

const mentions = (text: string, name: string): boolean => new RegExp(`\\${name}\\b`).test(text);

/** One application permission or scope after the other, looked up by name, so that no identifier has to be copied. */
export function addPermissions(api: string, title: string, kind: 'Role' | 'Scope', names: readonly string[]): readonly string[] {
  const members = kind === 'Role' ? 'appRoles' : 'oauth2PermissionScopes';
  return [
    `$Api = ${quote(api)} # ${title}`,
    '$Offered = az ad sp show --id $Api --output json | ConvertFrom-Json',
    '$Listed = (az ad app permission list --id $AppId --output json | ConvertFrom-Json).resourceAccess.id',
    `foreach ($Name in ${list(names)}) {`,
    `  $Permission = ($Offered.${members} | Where-Object value -eq $Name).id`,
    '  if ($Listed -notcontains $Permission) {',
    `    az ad app permission add --id $AppId --api $Api --api-permissions "$Permission=${kind}" --only-show-errors`,
    '  }',
    '}',
  ];
}

export const GRAPH_API = '00000003-0000-0000-c000-000000000000';
export const EXCHANGE_API = '00000002-0000-0ff1-ce00-000000000000';

export const graphAddress = ({ cloud }: SetupPlan): readonly string[] => [`$Graph = ${quote(CLOUDS[cloud].graph)}`];

/** The same lines for each mailbox. */
export function eachMailbox(mailboxes: readonly string[], lines: readonly string[]): readonly string[] {
  const given = mailboxes.length > 0 ? mailboxes : [placeholder('address of a mailbox')];
  const [first = '', ...more] = array(given);
  return [`$Mailboxes = ${first}`, ...more, 'foreach ($Mailbox in $Mailboxes) {', ...lines.map((line) => `  ${line}`), '}'];
}
