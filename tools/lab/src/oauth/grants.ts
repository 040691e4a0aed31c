import { randomBytes, randomUUID } from 'node:crypto';
import type { TokenFormat, TokenIssuer } from './tokens.ts';

export const CLIENT_ID = 'lab-client';
export const CLIENT_SECRET = 'lab-secret';

export interface GrantReply {
  readonly status: number;
  readonly body: unknown;
}

type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * The token endpoint, worded as Entra's. Three parameters of our own: `lab_user` (whose token client credentials get),
 * `lab_expires_in` and `lab_format`.
 */
export class Grants {
  readonly #tokens: TokenIssuer;
  readonly #refresh = new Map<string, string>();
  readonly #codes = new Map<string, string>();

  constructor(tokens: TokenIssuer) {
    this.#tokens = tokens;
  }

  /** An authorization code for the user, as the sign-in page would hand out. */
  authorize(user: string): string {
    const code = randomUUID();
    this.#codes.set(code, user);
    return code;
  }

  grant(parameters: Parameters): GrantReply {
    const { client_id: client, grant_type: type } = parameters;
    if (client !== CLIENT_ID) {
      return refused(400, 'unauthorized_client', 700_016, `Application with identifier '${client}' was not found in the directory 'lab'.`);
    }
    switch (type) {
      case 'client_credentials':
        return this.#application(parameters);
      case 'password':
        return this.#delegated(parameters['username'], parameters);
      case 'authorization_code':
        return this.#delegated(take(this.#codes, parameters['code']), parameters, 70_008, 'The provided authorization code has expired.');
      case 'refresh_token':
        return this.#delegated(take(this.#refresh, parameters['refresh_token']), parameters, 700_082, 'The refresh token has expired due to inactivity.');
      default:
        return refused(400, 'unsupported_grant_type', 70_003, `The app requested an unsupported grant type '${type}'.`);
    }
  }

  #application(parameters: Parameters): GrantReply {
    if (parameters['client_secret'] !== CLIENT_SECRET) return refused(401, 'invalid_client', 7_000_215, 'Invalid client secret provided.');
    const { expiresIn, format } = wishes(parameters);
    const user = parameters['lab_user'] ?? 'alice@lab.test';
    const token = this.#tokens.mint({ user, expiresIn, format, extra: { roles: ['IMAP.AccessAsApp', 'SMTP.SendAsApp'] } });
    return { status: 200, body: { token_type: 'Bearer', expires_in: expiresIn, ext_expires_in: expiresIn, access_token: token } };
  }

  #delegated(user: string | undefined, parameters: Parameters, code = 50_034, why = 'The user account does not exist.'): GrantReply {
    if (user === undefined) return refused(400, 'invalid_grant', code, why);
    const { expiresIn, format } = wishes(parameters);
    const refresh = `rt.${randomBytes(16).toString('hex')}`;
    this.#refresh.set(refresh, user);
    const scope = 'IMAP.AccessAsUser.All SMTP.Send';
    const token = this.#tokens.mint({ user, expiresIn, format });
    return { status: 200, body: { token_type: 'Bearer', scope, expires_in: expiresIn, access_token: token, refresh_token: refresh } };
  }
}

function wishes(parameters: Parameters): { expiresIn: number; format: TokenFormat } {
  const { lab_expires_in: seconds, lab_format: format } = parameters;
  return { expiresIn: seconds === undefined ? 3599 : Number(seconds), format: format === 'opaque' ? 'opaque' : 'jwt' };
}

function take(from: Map<string, string>, key = ''): string | undefined {
  const value = from.get(key);
  from.delete(key);
  return value;
}

function refused(status: number, error: string, code: number, description: string): GrantReply {
  const ids = { timestamp: new Date().toISOString(), trace_id: randomUUID(), correlation_id: randomUUID() };
  return { status, body: { error, error_description: `AADSTS${code}: ${description}`, error_codes: [code], ...ids } };
}
