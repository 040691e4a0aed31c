import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';

export interface Letter {
  readonly raw: Buffer;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly from: string;
  readonly subject: string;
}

const SENDERS = ['ada@steam.example', 'brunel@greatwestern.example', 'trevithick@cornwall.example', 'stephenson@rocket.example', 'gresley@mallard.example'];

const SUBJECTS = [
  (n: number) => `Order ${n}: two hundred sleepers, please`,
  (n: number) => `When does the ${8 + (n % 12)}:15 leave?`,
  () => 'Lost: one umbrella, platform 3',
  (n: number) => `Invoice ${n} of the coal merchant`,
  () => 'Gleisänderung: heute von Gleis 7',
  () => 'Points frozen at the north junction ❄️',
  (n: number) => `Claim ${n}: my parcel went to Crewe`,
  () => '時刻表について',
];

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** The `index`-th mail of the demo, from one of its passengers. */
export function writeLetter(to: string, index: number): Promise<Letter> {
  return compose({ from: pick(SENDERS, index * 3 + to.length), to, subject: pick(SUBJECTS, index)(1001 + index), text: 'Yours faithfully,\na passenger\n' });
}

/** An answer in the same conversation. */
export function writeReply(from: string, to: Pick<Letter, 'from' | 'subject' | 'messageId'>): Promise<Letter> {
  const thread = `<${to.messageId}>`;
  return compose({ from, to: to.from, subject: `Re: ${to.subject}`, text: 'Thank you for your message. We are looking into it.\n', inReplyTo: thread, references: thread });
}

interface Sheet {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly inReplyTo?: string;
  readonly references?: string;
}

async function compose(sheet: Sheet): Promise<Letter> {
  const messageId = `${randomUUID()}@${sheet.from.slice(sheet.from.indexOf('@') + 1)}`;
  const raw = await new MailComposer({ ...sheet, messageId: `<${messageId}>`, date: new Date() }).compile().build();
  return { raw, messageId, from: sheet.from, subject: sheet.subject };
}
