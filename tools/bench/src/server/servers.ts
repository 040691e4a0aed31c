import { type Group, groupOf, type Workload } from '../workloads.ts';
import { BenchDovecot } from './bench-dovecot.ts';
import { BenchTenant } from './bench-tenant.ts';
import type { GroundServer } from './ground.ts';

const STARTERS: Readonly<Record<Group, () => Promise<GroundServer>>> = { 'imap-smtp': () => BenchDovecot.start(), graph: () => BenchTenant.start() };

/** Starts a server when the first workload needs it: Graph's runs anywhere, Dovecot does not. */
export class Servers implements AsyncDisposable {
  readonly #started = new Map<Group, GroundServer>();

  async for(workload: Workload): Promise<GroundServer> {
    const group = groupOf(workload);
    const server = this.#started.get(group) ?? (await STARTERS[group]());
    this.#started.set(group, server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#started.values()) await server[Symbol.asyncDispose]();
  }
}
