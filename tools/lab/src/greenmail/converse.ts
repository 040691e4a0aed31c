import { connect } from 'node:net';
import { LabError } from '../lab-error.ts';

/** One response of the server: its text with each literal cut out, and the literals. */
export interface ImapResponse {
  readonly text: string;
  readonly literals: readonly Buffer[];
}

/** A command without its tag, and the literal that ends it. */
export type ImapCommand = string | readonly [command: string, literal: Uint8Array];

/**
 * As much IMAP as a second door needs, sharing no code with the client under test: logs in, sends all commands at once,
 * and resolves to the responses of each. At once, because GreenMail leaves Nagle's algorithm on: every answer that is
 * waited for costs 40 ms.
 */
export async function converse(port: number, user: string, password: string, commands: readonly ImapCommand[]): Promise<readonly ImapResponse[][]> {
  const all: readonly ImapCommand[] = [`LOGIN ${quoted(user)} ${quoted(password)}`, ...commands, 'LOGOUT'];
  const responses = parse(await exchange(port, Buffer.concat(all.map(encode))));
  const answers = all.map((command, index): ImapResponse[] => {
    const end = responses.findIndex((response) => response.text.startsWith(`${tag(index)} `));
    const answer = responses.splice(0, end + 1);
    const text = answer.at(-1)?.text;
    if (text?.startsWith(`${tag(index)} OK`) === true) return answer;
    const verb = typeof command === 'string' ? command : command[0];
    throw new LabError(`GreenMail refused ${index === 0 ? 'LOGIN' : verb}: ${text ?? 'it closed the connection'}`);
  });
  return answers.slice(1, -1);
}

/** An IMAP quoted string. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/gu, '\\$&')}"`;

const tag = (index: number): string => `d${index}`;

function encode(command: ImapCommand, index: number): Buffer {
  if (typeof command === 'string') return Buffer.from(`${tag(index)} ${command}\r\n`);
  const [text, literal] = command;
  return Buffer.concat([Buffer.from(`${tag(index)} ${text} {${literal.length}+}\r\n`), literal, Buffer.from('\r\n')]);
}

function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(parts)));
  });
}

function parse(bytes: Buffer): ImapResponse[] {
  const responses: ImapResponse[] = [];
  let text = '';
  let literals: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf('\r\n', at);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(at, end).toString();
    at = end + 2;
    const size = /\{(\d+)\}$/u.exec(line)?.[1];
    if (size === undefined) {
      responses.push({ text: text + line, literals });
      text = '';
      literals = [];
      continue;
    }
    text += line.slice(0, line.lastIndexOf('{'));
    literals.push(bytes.subarray(at, at + Number(size)));
    at += Number(size);
  }
  return responses;
}
