import type { SetupPlan } from '../plan.ts';
import { connect, define } from '../powershell.ts';
import type { SetupStep } from '../step.ts';

/** Everything as one PowerShell script. It may be run again: what is there already stays as it is. */
export function renderScript(plan: SetupPlan, steps: readonly SetupStep[]): string {
  const tools = [...new Set(steps.flatMap(({ tools: each }) => each))];
  const scripted = steps.filter(({ script }) => script.length > 0);
  const body = scripted.flatMap(({ title, script }, index) => ['', `# ${index + 1}. ${title}`, ...script]);
  // Registering sets the application id itself.
  const isRegistered = plan.clientId !== undefined || plan.credential === 'managed-identity';
  const given = define(plan, ['$Tenant', '$AppName', ...(isRegistered ? ['$AppId'] : [])]);
  const open = [...`${given.join('\n')}\n${body.join('\n')}`.matchAll(/'<([^>']+)>'/g)].map((match) => match[1] ?? '');
  return [
    '#Requires -Version 7.4',
    ...(tools.includes('exchange-online') ? ['#Requires -Modules ExchangeOnlineManagement'] : []),
    '# Written by signalbox azure-setup. Holds no secret. Needs the Azure CLI (az).',
    ...(open.length > 0 ? [`# Fill in first: ${[...new Set(open)].join(', ')}.`] : []),
    "$ErrorActionPreference = 'Stop'",
    '$PSNativeCommandUseErrorActionPreference = $true',
    '',
    ...given,
    '',
    ...connect(plan, tools),
    ...body,
    ...afterwards(steps),
  ].join('\n');
}

/** What is left for the person to do elsewhere. */
function afterwards(steps: readonly SetupStep[]): readonly string[] {
  const left = steps.filter(({ script, configuration, commands }) => script.length === 0 && configuration.length + commands.length > 0);
  return left.flatMap(({ title, configuration, commands }) => ['', `# ${title}`, ...[...configuration, ...commands].map((line) => `#   ${line}`)]);
}
