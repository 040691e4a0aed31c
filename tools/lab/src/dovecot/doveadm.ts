import { Agent, request } from 'node:http';
import { LabError } from '../lab-error.ts';
import { DOVEADM_API_KEY } from './config.ts';

export type Row = Readonly<Record<string, string>>;
export type Parameters = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Dovecot's administration API over HTTP: a millisecond or two for what takes a `doveadm` process thirty. */
export class Doveadm {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(port: number) {
    this.#port = port;
  }

  /** Command and parameters are spelled as in `GET /doveadm/v1`: `mailboxCreate`, `{ user, mailbox: [...] }`. */
  async call(command: string, parameters: Parameters): Promise<readonly Row[]> {
    const body = await this.#post(JSON.stringify([[command, parameters, 'lab']]));
    const [reply] = JSON.parse(body) as [[string, unknown, string]];
    if (reply[0] !== 'doveadmResponse') {
      throw new LabError(`doveadm ${command} ${JSON.stringify(parameters)} failed: ${JSON.stringify(reply[1])}`);
    }
    return reply[1] as readonly Row[];
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = {
      authorization: `X-Dovecot-API ${Buffer.from(DOVEADM_API_KEY).toString('base64')}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const call = request(
      { agent: this.#agent, host: '127.0.0.1', port: this.#port, path: '/doveadm/v1', method: 'POST', headers },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new LabError(`Dovecot's administration API answered ${response.statusCode}: ${text}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
    return promise;
  }
}
