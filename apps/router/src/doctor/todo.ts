import type { CheckName, Config, Direction, MailboxRoutes } from '@signalbox/router';
import type { AuthFinding } from '@signalbox/core';
import { type FlowUse, isConfidential, type SetupPlan } from '../azure-setup/plan.ts';
import { standAlone } from '../azure-setup/powershell.ts';
import { credentialOf, setupFlowOf } from '../azure-setup/read-plans.ts';
import { stepById } from '../azure-setup/steps/index.ts';
import type { SetupStep } from '../azure-setup/step.ts';
import { flows as presets } from '../flows.ts';
import { stepsAgainst } from './advice.ts';

/** One thing for an administrator to do, once for all mailboxes that need it. */
export interface Todo extends SetupStep {
  /** From 1. */
  readonly number: number;
  /** Ids, in the order of the configuration. */
  readonly mailboxes: readonly string[];
}

interface Entry {
  readonly number: number;
  readonly step: string;
  plan: SetupPlan;
  readonly mailboxes: Set<string>;
}

/** Gathers what has to be done while mailboxes are examined. */
export class TodoList {
  readonly #config: Config;
  readonly #entries = new Map<string, Entry>();

  constructor(config: Config) {
    this.#config = config;
  }

  /** Notes what one finding asks for; answers the numbers under which it stands in the list. */
  add(routes: MailboxRoutes, direction: Direction, check: CheckName, { severity, error }: AuthFinding): readonly number[] {
    const flow = this.#flowOf(routes, direction);
    if (!flow) return [];
    const plan = this.#planFor(routes, direction, flow);
    return stepsAgainst({ check, direction, flow, severity, error }).map((step) => this.#note(resolve(step, plan), plan, routes.mailbox.id));
  }

  /** In the order in which they were noted. Each brings what it needs to be pasted alone. */
  items(): readonly Todo[] {
    return [...this.#entries.values()].flatMap(({ number, step: id, plan, mailboxes }) => {
      const step = stepById(plan, id);
      return step ? [{ ...step, script: step.script.length === 0 ? [] : standAlone(plan, step.script, step.tools), number, mailboxes: [...mailboxes] }] : [];
    });
  }

  #note(step: string, plan: SetupPlan, mailbox: string): number {
    const key = JSON.stringify([step, plan.tenant, plan.clientId, plan.cloud]);
    const entry = this.#entries.get(key) ?? { number: this.#entries.size + 1, step, plan: { ...plan, uses: [] }, mailboxes: new Set() };
    entry.plan = { ...entry.plan, uses: merge(entry.plan.uses, plan.uses) };
    entry.mailboxes.add(mailbox);
    this.#entries.set(key, entry);
    return entry.number;
  }

  #flowOf(routes: MailboxRoutes, direction: Direction): FlowUse['flow'] | undefined {
    const name = routes[direction]?.flow;
    if (name === undefined) return undefined;
    const known = setupFlowOf(name, direction, this.#config.flows);
    if (known) return known;
    const side = (this.#config.flows[name] ?? presets[name])?.[direction];
    return side && side.transport === presets['basic']?.[direction]?.transport ? 'imap-smtp' : undefined;
  }

  #planFor(routes: MailboxRoutes, direction: Direction, flow: FlowUse['flow']): SetupPlan {
    const { mailbox } = routes;
    const names = Object.keys(this.#config.entra);
    const settings = flow === 'imap-smtp' ? undefined : this.#config.entra[mailbox.tenant ?? (names.length === 1 ? (names[0] ?? '') : 'default')];
    const both = this.#flowOf(routes, 'receive') === this.#flowOf(routes, 'send');
    const use: FlowUse = { flow, ...((both || direction === 'receive') && { receive: [mailbox.address] }), ...((both || direction === 'send') && { send: [mailbox.address] }) };
    return {
      cloud: settings?.cloud ?? 'global',
      credential: settings ? credentialOf(settings) : 'secret',
      reach: 'mailboxes',
      uses: [use],
      ...(settings && { tenant: settings.tenant, clientId: settings.clientId }),
    };
  }
}

/** `credential` stands for the step of the kind that the configuration uses. */
function resolve(step: string, plan: SetupPlan): string {
  if (step !== 'credential') return step;
  const steps = { 'secret': 'client-secret', 'certificate': 'certificate', 'federated': 'federated-credential', 'managed-identity': 'managed-identity' } as const;
  return isConfidential(plan) ? steps[plan.credential] : 'configuration';
}

function merge(all: readonly FlowUse[], more: readonly FlowUse[]): readonly FlowUse[] {
  const flows = [...new Set([...all, ...more].map(({ flow }) => flow))];
  const union = (flow: FlowUse['flow'], direction: Direction): readonly string[] | undefined => {
    const uses = [...all, ...more].filter((use) => use.flow === flow && use[direction] !== undefined);
    return uses.length === 0 ? undefined : [...new Set(uses.flatMap((use) => use[direction] ?? []))];
  };
  return flows.map((flow) => {
    const [receive, send] = [union(flow, 'receive'), union(flow, 'send')];
    return { flow, ...(receive && { receive }), ...(send && { send }) };
  });
}
