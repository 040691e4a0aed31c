import { createHash } from 'node:crypto';
import { secret } from '@signalbox/core';
import type { Audit, Mailboxes, NewRevision, Revision, Revisions } from '@signalbox/store';
import type { Deployed } from './deployed.ts';
import { type DeploymentPlan, hasChanges, planDeployment, summarizePlan } from './plan.ts';

/** What is to be deployed, or was: the text as it is written, with its references, and what it meant. */
export interface Candidate {
  /** Where it lies: relative paths in it start from there. */
  readonly file: string;
  readonly text: string;
  readonly deployed: Deployed;
}

export interface DeployedRevision extends Revision, Candidate {}

/** The part of the store that deploying needs. */
export interface DeploymentRows {
  readonly revisions: Revisions;
  readonly mailboxes: Pick<Mailboxes, 'list' | 'put' | 'remove'>;
  readonly audit: Pick<Audit, 'write'>;
}

export interface PlanKnowledge {
  /** Mailboxes of which something has been received. */
  readonly live: ReadonlySet<string>;
  /** Doors by mailbox, as transports have told them. */
  readonly doors: ReadonlyMap<string, readonly string[]>;
}

export interface ApplyOptions {
  readonly who: string;
  /** Why, in the words of whoever applies it. */
  readonly message?: string;
}

/** Deployed configurations: plan, apply, look back. */
export interface Deployments {
  current(): Promise<DeployedRevision | undefined>;
  read(number: number): Promise<DeployedRevision | undefined>;
  /** The newest first. */
  history(): Promise<readonly Revision[]>;
  plan(candidate: Candidate, knowledge: PlanKnowledge): Promise<DeploymentPlan>;
  /**
   * Deploys what was planned. `undefined` where there is nothing to change. Throws `config.conflict` where somebody else has deployed since
   * the plan was made; nothing is changed then. The plan must not have refusals.
   */
  apply(plan: DeploymentPlan, candidate: Candidate, options: ApplyOptions): Promise<Revision | undefined>;
  /** Has the store know the mailboxes of the revision in force, and no others: an apply may have ended between the two. */
  settle(): Promise<void>;
}

/** Of the record that a revision is kept in. */
const FORMAT = 1;

export function createDeployments(rows: DeploymentRows): Deployments {
  const { revisions, audit } = rows;
  const withContent = async (revision: Revision | undefined): Promise<DeployedRevision | undefined> => {
    const content = revision && (await revisions.text(revision.number));
    return content && { ...revision, ...readContent(content.reveal()) };
  };
  const current = async (): Promise<DeployedRevision | undefined> => withContent(await revisions.current());
  return {
    current,
    read: async (number) => withContent(await revisions.get(number)),
    history: () => revisions.list(),
    async plan({ deployed }, knowledge) {
      const inForce = await current();
      return planDeployment({ ...knowledge, next: deployed, ...(inForce && { current: inForce }) });
    },
    async apply(plan, candidate, { who, message }) {
      if (plan.refusals.length > 0) throw new TypeError('A plan with refusals cannot be applied.');
      if (plan.base > 0 && !hasChanges(plan)) return undefined;
      const summary = message === undefined ? summarizePlan(plan) : `${message} (${summarizePlan(plan)})`;
      const revision = await revisions.deploy(newRevision(candidate, { after: plan.base, summary, who }));
      await audit.write({ who, what: 'configuration-deployed', subject: `revision ${revision.number}`, detail: { summary } });
      await settleMailboxes(rows, candidate.deployed);
      return revision;
    },
    async settle() {
      const inForce = await current();
      if (inForce) await settleMailboxes(rows, inForce.deployed);
    },
  };
}

/** A candidate as the store keeps it. */
export const newRevision = ({ file, text, deployed }: Candidate, about: Pick<NewRevision, 'after' | 'summary' | 'who'>): NewRevision => ({
  ...about,
  digest: createHash('sha256').update(text).digest('base64url'),
  text: secret(JSON.stringify({ format: FORMAT, file, text, deployed })),
});

const readContent = (content: string): Candidate => {
  const { file, text, deployed } = JSON.parse(content) as Candidate;
  return { file, text, deployed };
};

async function settleMailboxes({ mailboxes }: Pick<DeploymentRows, 'mailboxes'>, { mailboxes: wanted }: Deployed): Promise<void> {
  const rows = new Map((await mailboxes.list()).map((row) => [row.id, row]));
  const kept = new Set(wanted.map(({ id }) => id));
  for (const { id, state } of rows.values()) if (!kept.has(id) || state === 'removed') await mailboxes.remove(id); // also what an interruption has left half erased
  for (const { id, address } of wanted) {
    const row = rows.get(id);
    if (!row || row.state === 'removed' || row.address !== address) await mailboxes.put({ id, address });
  }
}
