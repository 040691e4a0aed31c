import { keptSource, type Mailbox, type Message, StoreRefusal, type Tenant } from '@signalbox/tenant-sim';
import { letter, type LetterFacts, malformedLetter } from '../plan/letters.ts';
import type { PlannedMailbox } from '../plan/population.ts';
import type { TrafficEvent, TrafficKind } from '../plan/traffic.ts';
import { AWAY_FOLDER } from './folders.ts';
import { mailboxAt, tagOf, type Truth } from './truth.ts';

const A_DAY = 86_400_000;
const BACK_MS = 300;

interface Scene {
  readonly tenant: Tenant;
  readonly truth: Truth;
  readonly mailbox: Mailbox;
  readonly address: string;
  readonly tags: readonly string[];
  /** The newest object that an earlier letter is, if it still lies in the inbox. */
  readonly earlier: Message | undefined;
}

/** Carries out what a plan says, past every door. A mailbox that is full takes nothing: that mail was never accepted. */
export function playTraffic(tenant: Tenant, truth: Truth, { address }: PlannedMailbox, { kind, tags, earlier }: TrafficEvent): void {
  const mailbox = mailboxAt(tenant, address);
  const found = earlier === undefined ? undefined : mailbox.folder('inbox')?.messages.findLast((message) => tagOf(message) === earlier);
  try {
    PLAYS[kind]({ tenant, truth, mailbox, address, tags, earlier: found });
  } catch (error) {
    if (!(error instanceof StoreRefusal && error.reason === 'mailbox-full')) throw error;
  }
}

const PLAYS: Readonly<Record<TrafficKind, (scene: Scene) => void>> = {
  plain: (scene) => deliverEach(scene, (tag) => ({ messageId: idOf(tag) })),
  large: (scene) => deliverEach(scene, (tag) => ({ messageId: idOf(tag), size: 200_000 })),
  'without-id': (scene) => deliverEach(scene, () => ({})),
  burst: (scene) => deliverEach(scene, (tag) => ({ messageId: idOf(tag) })),
  malformed: ({ tenant, mailbox, tags }) => tags.forEach((tag) => tenant.mailFlow.deliver(mailbox, malformedLetter(tag, Number(tag.slice(1))))),
  robot: (scene) => deliverEach(scene, () => ({ messageId: `robot.${scene.tags[0]}@elsewhere.example` })),
  alerts: (scene) => deliverEach(scene, (tag) => ({ ...alert(scene), messageId: idOf(tag) })),
  'alerts-without-ids': (scene) => deliverEach(scene, () => alert(scene)),
  twice: (scene) => [1, 2].forEach(() => deliverEach(scene, (tag) => ({ messageId: idOf(tag) }))),
  'list-and-direct': (scene) => [[], ['List-Id: <list.elsewhere.example>']].forEach((more) => deliverEach(scene, (tag) => ({ messageId: idOf(tag), more }))),
  'old-append': (scene) => appendEach(scene, 'inbox'),
  'moved-in'(scene) {
    const { truth, mailbox } = scene;
    const messages = appendEach(scene, AWAY_FOLDER);
    for (const message of messages) truth.acting(() => mailbox.move(message, 'inbox'));
  },
  copy: ({ mailbox, earlier }) => earlier && mailbox.copy(earlier, 'inbox'),
  'out-and-back'({ tenant, truth, mailbox, earlier }) {
    if (!earlier) return;
    const back = (): void => {
      const message = mailbox.byNumber(earlier.number);
      if (message?.folder.wellKnown === AWAY_FOLDER) truth.acting(() => mailbox.move(message, 'inbox'));
    };
    truth.acting(() => mailbox.move(earlier, AWAY_FOLDER));
    // Every other one is back before anybody can have looked.
    if (earlier.number % 2 === 0) back();
    else void tenant.clock.sleep(BACK_MS).then(back);
  },
  leave: ({ truth, mailbox, earlier }) => earlier && truth.acting(() => mailbox.move(earlier, AWAY_FOLDER)),
  read: ({ mailbox, earlier }) => earlier && mailbox.update(earlier, { isRead: true }),
};

const idOf = (tag: string): string => `${tag}@elsewhere.example`;

const alert = ({ address, tags }: Scene): Partial<LetterFacts> => ({ from: 'alerts@elsewhere.example', subject: `Alert for ${address} (${tags[0]})` });

function deliverEach({ tenant, mailbox, address, tags }: Scene, facts: (tag: string) => Partial<LetterFacts>): void {
  const sentAt = tenant.clock.now();
  for (const tag of tags) tenant.mailFlow.deliver(mailbox, letter({ tag, to: address, sentAt, ...facts(tag) }));
}

/** As a client files mail: its arrival is told, not taken. */
function appendEach({ tenant, mailbox, address, tags }: Scene, folder: string): readonly Message[] {
  const sentAt = new Date(tenant.clock.now().getTime() - 3 * A_DAY);
  return tags.map((tag) => mailbox.append(folder, { source: keptSource(letter({ tag, to: address, sentAt, messageId: idOf(tag) })), arrivedAt: sentAt }));
}
