import type { Socket } from 'node:net';
import { abortable } from './abortable.ts';

/** The socket, once it can be used. Rejects with Node's error or the signal's reason, and then nothing of it is left. */
export async function openedSocket<T extends Socket>(socket: T, event: 'connect' | 'secureConnect', signal?: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
  socket.once(event, resolve);
  socket.once('error', reject);
  socket.once('close', onClose);
  try {
    await abortable(promise, signal);
    socket.off('error', reject).off('close', onClose);
    return socket;
  } catch (error) {
    socket.on('error', () => {}); // nobody is left to be told
    socket.destroy();
    throw error;
  }
}
