import type { ConsumerLine, TenantLine } from '../logs.ts';

/** What came of the mail that was received. */
export interface ReceivingVerdict {
  /** Message objects that had to be delivered. */
  readonly expected: number;
  /** Objects that somebody took away again: delivered or not, both is right. */
  readonly optional: number;
  /** Deliveries that the consumer has, each counted once. */
  readonly delivered: number;
  /** The same delivery under the same id once more, as after a kill: allowed. */
  readonly repeated: number;
  /** Objects that the consumer never got. */
  readonly lost: readonly Miscount[];
  /** Objects that it got under more than one id. */
  readonly doubled: readonly Miscount[];
  /** Deliveries of what was never there, or was there before the router came. */
  readonly unasked: readonly Miscount[];
  /** Ids under which two different messages came. */
  readonly mixed: readonly string[];
}

/** Objects with one text in one mailbox: copies cannot be told apart by what a consumer gets, so they are counted together. */
export interface Miscount {
  readonly mailbox: string;
  readonly tag: string;
  readonly objects: number;
  readonly deliveries: number;
  readonly by: number;
}

interface Group {
  readonly mailbox: string;
  readonly tag: string;
  /** Whether each object has to be delivered. */
  readonly objects: Map<number, boolean>;
  readonly deliveries: Set<string>;
}

/** Compares the two logs. Pure; the router has no say in it. */
export function judgeReceiving(tenant: readonly TenantLine[], consumer: readonly ConsumerLine[]): ReceivingVerdict {
  const groups = groupsOf(tenant);
  const { mixed, repeated } = addDeliveries(groups, consumer);
  const verdict = { expected: 0, optional: 0, delivered: 0, lost: [] as Miscount[], doubled: [] as Miscount[], unasked: [] as Miscount[] };
  for (const { mailbox, tag, objects, deliveries } of groups.values()) {
    const most = objects.size;
    const least = [...objects.values()].filter(Boolean).length;
    verdict.expected += least;
    verdict.optional += most - least;
    verdict.delivered += deliveries.size;
    const miscount = (by: number): Miscount => ({ mailbox, tag, objects: most, deliveries: deliveries.size, by });
    if (deliveries.size < least) verdict.lost.push(miscount(least - deliveries.size));
    if (deliveries.size > most) (most === 0 ? verdict.unasked : verdict.doubled).push(miscount(deliveries.size - most));
  }
  return { ...verdict, repeated, mixed };
}

const keyOf = (mailbox: string, tag: string): string => `${mailbox} ${tag}`;

function groupsOf(tenant: readonly TenantLine[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  const byObject = new Map<string, Group>();
  for (const line of tenant) {
    if (line.event === 'reached') continue;
    const object = `${line.mailbox} ${line.object}`;
    if (line.event === 'away') {
      const group = byObject.get(object);
      if (group?.objects.has(line.object)) group.objects.set(line.object, false);
      continue;
    }
    const group = groupAt(groups, line.mailbox, line.tag);
    byObject.set(object, group);
    if (line.event === 'in') group.objects.set(line.object, true);
  }
  return groups;
}

function groupAt(groups: Map<string, Group>, mailbox: string, tag: string): Group {
  const key = keyOf(mailbox, tag);
  const group = groups.get(key) ?? { mailbox, tag, objects: new Map<number, boolean>(), deliveries: new Set<string>() };
  groups.set(key, group);
  return group;
}

function addDeliveries(groups: Map<string, Group>, consumer: readonly ConsumerLine[]): { readonly mixed: readonly string[]; readonly repeated: number } {
  const seen = new Map<string, string>();
  const mixed = new Set<string>();
  let repeated = 0;
  for (const { delivery, mailbox, tag } of consumer) {
    const key = keyOf(mailbox, tag);
    const before = seen.get(delivery);
    if (before !== undefined) repeated += 1;
    if (before !== undefined && before !== key) mixed.add(delivery);
    seen.set(delivery, key);
    groupAt(groups, mailbox, tag).deliveries.add(delivery);
  }
  return { mixed: [...mixed], repeated };
}
