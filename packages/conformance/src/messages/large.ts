import { message } from './build.ts';

const built = new Map<number, Buffer>();

/** A large message: text lines of 76 octets, all different, so that lost or doubled chunks show. Built once per size. */
export function largeMessage(subject: string, octets: number): Buffer {
  const known = built.get(octets);
  if (known) return known;
  const body = Buffer.alloc(octets, 'x');
  for (let offset = 0, line = 0; offset + 78 <= octets; offset += 78, line += 1) {
    body.write(line.toString(36).padStart(8, '0'), offset, 'latin1');
    body.write('\r\n', offset + 76, 'latin1');
  }
  body.write('\r\n', octets - 2, 'latin1');
  const large = message({ subject, messageId: 'large-message@conformance.example', body });
  built.set(octets, large);
  return large;
}
