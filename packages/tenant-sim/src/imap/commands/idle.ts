import { ImapRefusal } from '../refusal.ts';
import type { Session } from '../session.ts';
import { WORDS } from '../words.ts';
import type { Command } from './command.ts';

const LONGEST_LINE = 8_192;

export const idle: Command = {
  in: 'signed-in',
  async run(session, parser) {
    parser.end();
    void session.mailbox;
    await session.writer.write('+ IDLE accepted, awaiting DONE command.\r\n');
    const done = new AbortController();
    const pushing = push(session, done.signal);
    const expiring = expireToken(session, AbortSignal.any([done.signal, session.ended.signal]));
    try {
      await session.writer.flush();
      const line = await session.reader.line(LONGEST_LINE);
      if (line?.toString('latin1').trim().toUpperCase() !== 'DONE') throw new ImapRefusal(WORDS.badArgument);
      return 'OK IDLE completed.';
    } finally {
      done.abort();
      await pushing;
      await expiring;
    }
  },
};

/** Tells what happens, as it happens, until the client has enough. */
async function push(session: Session, done: AbortSignal): Promise<void> {
  const { selection } = session;
  if (!selection) return;
  while (!done.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>();
    selection.onNews = resolve;
    done.addEventListener('abort', () => resolve(), { once: true });
    if (!selection.hasNews && !selection.isVoid) await promise;
    selection.onNews = undefined;
    if (done.aborted) return;
    // Events that come together are told together.
    await new Promise((next) => setImmediate(next));
    await session.hang();
    if (selection.isVoid) return session.socket.end(`* ${WORDS.closed}\r\n`) && undefined;
    for (const line of selection.news({ expunges: true })) await session.writer.write(`${line}\r\n`);
    await session.writer.flush();
  }
}

/** A token that runs out ends the session where it stands (FACTS.md C4). */
async function expireToken(session: Session, done: AbortSignal): Promise<void> {
  const { clock, faults } = session.context;
  const { claims } = session.signedIn ?? {};
  const fault = faults.take('imap.token-expires-in-idle', session.place);
  if (!claims && !fault) return;
  const left = fault ? fault.afterMs : (claims?.exp ?? 0) * 1_000 - clock.now().getTime();
  try {
    await clock.sleep(left, done);
  } catch {
    return; // DONE came first
  }
  session.socket.end(`* BYE ${WORDS.expired}\r\n`);
}
