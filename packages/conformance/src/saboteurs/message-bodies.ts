import { collectBytes } from '@signalbox/kit';
import { bendRaw, bendText } from './bytes.ts';
import type { Saboteur } from './saboteur.ts';
import { withReceive } from './wrap.ts';

const PIECE = 64 * 1024;

const breakLine = (line: string): string => (line.length > 998 ? line.replaceAll(/.{998}/g, '$&\r\n') : line);

export const BODY_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'trims-lines',
    title: 'takes spaces off the ends of lines',
    caughtBy: ['message/original-bytes'],
    sabotage: (transport) => withReceive(transport, (inner) => bendRaw(inner, bendText((text) => text.replaceAll(/ +\r\n/g, '\r\n')))),
  },
  {
    id: 'fills-empty-bodies',
    title: 'adds a line to a message that has no body',
    caughtBy: ['message/empty-body'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendRaw(inner, async function* (bytes) {
          let end = '';
          for await (const chunk of bytes) {
            end = `${end}${Buffer.from(chunk.subarray(-4)).toString('latin1')}`.slice(-4);
            yield chunk;
          }
          if (end === '\r\n\r\n') yield Buffer.from('\r\n');
        }),
      ),
  },
  {
    id: 'breaks-long-lines',
    title: 'breaks lines after 998 octets',
    caughtBy: ['message/long-lines'],
    sabotage: (transport) => withReceive(transport, (inner) => bendRaw(inner, bendText((text) => text.split('\r\n').map(breakLine).join('\r\n')))),
  },
  {
    id: 'stops-at-nul',
    title: 'ends a message at its first NUL',
    caughtBy: ['message/nul'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendRaw(inner, async function* (bytes) {
          for await (const chunk of bytes) {
            const end = chunk.indexOf(0);
            if (end !== -1) return yield chunk.subarray(0, end);
            yield chunk;
          }
        }),
      ),
  },
  {
    id: 'loses-unclosed-parts',
    title: 'hands out of a malformed message only what its boundaries close',
    caughtBy: ['message/malformed-tree'],
    sabotage: (transport) => withReceive(transport, (inner) => bendRaw(inner, bendText((text) => text.replace(/\r\nContent-Type text\/plain without a colon[^]*/, '\r\n')))),
  },
  {
    id: 'reads-all-at-once',
    title: 'hands out a message in one piece',
    caughtBy: ['message/large-in-chunks', 'message/large-in-bounded-memory'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendRaw(inner, async function* (bytes) {
          yield await collectBytes(bytes);
        }),
      ),
  },
  {
    id: 'buffers-everything',
    title: 'reads a whole message before it hands out the first piece',
    caughtBy: ['message/large-in-bounded-memory'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendRaw(inner, async function* (bytes) {
          const whole = await collectBytes(bytes);
          for (let at = 0; at < whole.byteLength; at += PIECE) yield whole.subarray(at, at + PIECE);
        }),
      ),
  },
  {
    id: 'loses-the-last-octets',
    title: 'loses the last octets of a large message',
    caughtBy: ['message/large-in-chunks'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendRaw(inner, async function* (bytes) {
          let before = 0;
          for await (const chunk of bytes) {
            if (before < 1024 * 1024 || chunk.byteLength === PIECE) yield chunk;
            before += chunk.byteLength;
          }
        }),
      ),
  },
];
