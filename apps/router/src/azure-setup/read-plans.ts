import { readFile } from 'node:fs/promises';
import { type Config, type Direction, type Flow, loadConfig, type MailboxConfig } from '@signalbox/router';
import { flows as presets } from '../flows.ts';
import { readConfigFile } from '../session/config-file.ts';
import { type CredentialChoice, type FlowUse, type Reach, SETUP_FLOWS, type SetupFlow, type SetupPlan } from './plan.ts';

export interface PlanSource {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly reach: Reach;
}

/** One plan per tenant that mailboxes of the configuration use. Throws `ConfigError`. */
export async function readPlans({ file, env, reach }: PlanSource): Promise<readonly SetupPlan[]> {
  return plansOf(await loadWithoutSecrets(file, await readConfigFile(file), env), reach);
}

/**
 * Whoever asks how to make a secret has none yet: what a reference leads to need not be there.
 * Names that are not set stand for themselves, as `<NAME>`.
 */
async function loadWithoutSecrets(file: string, text: string, env: PlanSource['env']): Promise<Config> {
  const lenient = new Proxy(env, { get: (target, name) => (typeof name === 'string' ? target[name] || standIn(name) : undefined) });
  return loadConfig({ file, text, env: lenient, readFile: (path) => readFile(path, 'utf8').catch(() => CERTIFICATE) });
}

const PROXIES = /^(?:https?|no|all)_proxy$/i;
const standIn = (name: string): string | undefined => (PROXIES.test(name) ? undefined : `<${name}>`);

/** Stands where a file will be: a certificate is told by its first line. */
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\n(not there yet)\n-----END CERTIFICATE-----';

export function plansOf(config: Config, reach: Reach): readonly SetupPlan[] {
  const names = Object.keys(config.entra);
  return names.flatMap((name) => {
    const settings = config.entra[name];
    const mailboxes = config.mailboxes.filter(({ tenant }) => (tenant ?? (names.length === 1 ? name : 'default')) === name);
    const used = SETUP_FLOWS.flatMap((flow) => useOf(flow, mailboxes, config) ?? []);
    if (!settings || used.length === 0) return [];
    const { tenant, clientId, cloud = 'global' } = settings;
    return [{ ...(names.length > 1 && { name }), tenant, clientId, cloud, credential: credentialOf(settings), reach, uses: used }];
  });
}

export function credentialOf({ certificate, federated, managedIdentity }: Config['entra'][string]): CredentialChoice {
  if (certificate) return 'certificate';
  if (federated) return 'federated';
  return managedIdentity ? 'managed-identity' : 'secret';
}

function useOf(flow: SetupFlow, mailboxes: readonly MailboxConfig[], config: Config): FlowUse | undefined {
  const users = (direction: Direction): readonly string[] =>
    mailboxes.filter((mailbox) => mailbox[direction] !== undefined && setupFlowOf(mailbox[direction], direction, config.flows) === flow && !(direction === 'send' && config.outgoing.mode === 'relay')).map(({ address }) => address);
  const [receive, send] = [users('receive'), users('send')];
  if (receive.length + send.length === 0) return undefined;
  return { flow, ...(receive.length > 0 && { receive }), ...(send.length > 0 && { send }) };
}

/** Which preset a flow is in one direction: by name, or because a flow of the configuration does the same. */
export function setupFlowOf(name: string, direction: Direction, own: Readonly<Record<string, Flow>>): SetupFlow | undefined {
  const side = (own[name] ?? presets[name])?.[direction];
  if (!side) return undefined;
  return SETUP_FLOWS.find((flow) => {
    const preset = presets[flow]?.[direction];
    return preset?.transport === side.transport && preset.auth === side.auth && preset.authOptions?.['grant'] === side.authOptions?.['grant'];
  });
}
