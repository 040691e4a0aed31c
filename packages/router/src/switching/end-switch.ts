import { isRouterError, type Store, type SwitchRecord } from '@signalbox/store';
import { createDeployments, type DeployedRevision, newRevision } from '../deployment/deployments.ts';
import { withFlowFields } from '../deployment/with-flows.ts';
import { readPlan } from './plan.ts';
import { refused } from './refused.ts';

type Rows = Pick<Store, 'switches' | 'revisions' | 'mailboxes' | 'audit'>;

/** Another deployment may come in between; each of these goes on from there. */
const TRIES = 5;

/**
 * Gives a mailbox the flow back that it had before its switch, as a new revision, whatever else was deployed meanwhile. Within a door the ledger
 * stands as it stood. Asks no server: the reason may be that none answers. Throws `switch.refused` where there is nothing to go back from.
 */
export async function rollBackSwitch(store: Rows, mailbox: string, { who, why }: { readonly who: string; readonly why: string }): Promise<SwitchRecord> {
  const found = await store.switches.underWay(mailbox);
  if (found?.state !== 'soaking') throw refused(`The mailbox "${mailbox}" has no switch to roll back.`, 'A switch that is completed is undone by another one, back to the flow before.');
  const { before, fields, from } = readPlan(found.plan);
  for (let attempt = 1; ; attempt += 1) {
    const inForce = await createDeployments(store).current();
    const text = inForce && withFlowFields(inForce.text, mailbox, () => fields)?.text;
    if (!inForce || text === undefined) throw refused(`The mailbox "${mailbox}" is no longer deployed as it was switched.`, 'Give it its flow in the configuration, and deploy that with "signalbox apply".');
    const summary = `${mailbox} rolled back to ${[...new Set([from.receive, from.send])].filter((flow) => flow !== undefined).join(' and ')}`;
    const revision = newRevision({ file: inForce.file, text, deployed: withSides(inForce, mailbox, before) }, { after: inForce.number, summary, who });
    try {
      const flipped = await store.switches.flip(found.id, { from: ['soaking'], to: 'rolled-back', who, detail: { why }, revision });
      if (!flipped) throw refused(`The switch of the mailbox "${mailbox}" was ended by somebody else meanwhile.`, `Look at it with "signalbox switch status ${mailbox}".`);
      return flipped.record;
    } catch (error) {
      if (!isRouterError(error) || error.code !== 'config.conflict' || attempt === TRIES) throw error;
    }
  }
}

/** What is deployed now, with the ways of one mailbox as they were. */
function withSides({ deployed }: DeployedRevision, mailbox: string, before: ReturnType<typeof readPlan>['before']): DeployedRevision['deployed'] {
  return {
    ...deployed,
    mailboxes: deployed.mailboxes.map((each) => {
      if (each.id !== mailbox) return each;
      const { receive: _receive, send: _send, ...rest } = each;
      return { ...rest, ...before };
    }),
  };
}

/** Ends a switch that was interrupted before its flip. The mailbox goes on as it did. Throws `switch.refused` where there is none. */
export async function cancelSwitch({ switches }: Pick<Store, 'switches'>, mailbox: string, { who }: { readonly who: string }): Promise<SwitchRecord> {
  const found = await switches.underWay(mailbox);
  const ended = found && (await switches.advance(found.id, { from: ['planned', 'checked'], to: 'cancelled', who }));
  if (ended) return ended;
  throw refused(`The mailbox "${mailbox}" has no switch to cancel.`, `One that is flipped goes back with "signalbox switch roll-back ${mailbox}".`);
}

/** Ends the watch over a switch before its time. Throws `switch.refused` where none is watched. */
export async function completeSwitch({ switches }: Pick<Store, 'switches'>, mailbox: string, { who }: { readonly who: string }): Promise<SwitchRecord> {
  const found = await switches.underWay(mailbox);
  const ended = found && (await switches.advance(found.id, { from: ['soaking'], to: 'completed', who }));
  if (ended) return ended;
  throw refused(`The mailbox "${mailbox}" has no switch to complete.`, `"signalbox switch status ${mailbox}" shows those it had.`);
}
