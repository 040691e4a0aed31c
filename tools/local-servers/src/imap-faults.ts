import type { Socket } from 'node:net';
import type { HoodiecrowConnection, HoodiecrowServer } from 'hoodiecrow-imap';

/** What can be made to go wrong on a local IMAP server. */
export interface ImapFaults {
  /** The next answer to a FETCH that should show this message leaves it out. */
  hideOnce(uid: number): void;
  /** Cuts every open connection without a word. */
  dropConnections(): void;
  /** Says BYE with this text on every open connection, then closes. */
  sayBye(text: string): void;
  /** Answers nothing until disposed of; what came meanwhile is answered then. */
  hang(): Disposable;
  /** Answers these commands with this line instead of running them: `NO [OVERQUOTA] Quota exceeded`. */
  refuse(commands: RegExp, answer: string): Disposable;
}

export function installImapFaults(server: HoodiecrowServer, sockets: ReadonlySet<Socket>): ImapFaults {
  const hidden = new Set<number>();
  const refusals = new Set<{ readonly commands: RegExp; readonly answer: string }>();
  const connections = new Set<HoodiecrowConnection>();
  let held: (() => void)[] | undefined;
  const later = (step: () => void): void => {
    if (held) held.push(step);
    else step();
  };

  server.connectionHandlers.push((connection) => {
    connections.add(connection);
    connection.socket?.once('close', () => connections.delete(connection));
    const schedule = connection.scheduleCommand.bind(connection);
    const answer = (line: string): void => {
      const [, tag, command] = /^(\S+) (.*)$/s.exec(line) ?? [];
      const refusal = [...refusals].find(({ commands }) => command !== undefined && commands.test(command));
      if (refusal) connection.socket?.write(`${tag} ${refusal.answer}\r\n`);
      else schedule(line);
    };
    const send = connection.send.bind(connection);
    connection.scheduleCommand = (line) => later(() => answer(line));
    connection.send = (...response) => later(() => send(...response));
  });
  server.outputHandlers.push((_connection, response, description) => {
    if (description?.includes('FETCH') && response.tag === '*' && leavesOut(response.attributes, hidden)) response.skipResponse = true;
  });

  return {
    hideOnce: (uid) => void hidden.add(uid),
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
    sayBye(text) {
      for (const { socket } of connections) socket?.end(`* BYE ${text}\r\n`);
    },
    hang() {
      held ??= [];
      return {
        [Symbol.dispose]() {
          const waiting = held ?? [];
          held = undefined;
          for (const answer of waiting) answer();
        },
      };
    },
    refuse(commands, answer) {
      const refusal = { commands, answer };
      refusals.add(refusal);
      return { [Symbol.dispose]: () => void refusals.delete(refusal) };
    },
  };
}

/** `attributes` of a FETCH answer: sequence number, FETCH, [name, value, name, value…]. */
function leavesOut(attributes: readonly unknown[] | undefined, hidden: Set<number>): boolean {
  const items = attributes?.[2];
  if (hidden.size === 0 || !Array.isArray(items)) return false;
  const at = items.findIndex((item: unknown) => typeof item === 'object' && item !== null && 'value' in item && item.value === 'UID');
  return at >= 0 && hidden.delete(Number(items[at + 1]));
}
