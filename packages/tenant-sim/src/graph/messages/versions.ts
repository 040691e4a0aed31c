import type { Mailbox } from '../../store/mailbox.ts';

/** changeKey of Exchange: as long, another after every change, and the same for everybody until then. */
export function changeKeyOf({ id }: Pick<Mailbox, 'id'>, sequence: number): string {
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(9, 0);
  bytes.writeUInt32LE(22, 4);
  bytes.write(id.replaceAll('-', ''), 8, 'hex');
  bytes.writeUIntBE(sequence, 24, 6);
  return bytes.toString('base64');
}

export const etagOf = (mailbox: Pick<Mailbox, 'id'>, sequence: number): string => `W/"${changeKeyOf(mailbox, sequence)}"`;
