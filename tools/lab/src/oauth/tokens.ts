import { createPublicKey, generateKeyPair, randomBytes, randomUUID, sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface MintOptions {
  readonly user: string;
  /** Seconds; negative for a token that is over already. 3600 unless told. */
  readonly expiresIn?: number;
  /**
   * `jwt` (about 1 KB, as Entra's) unless told. Dovecot's submission service takes AUTH lines of 1,032 bytes,
   * so a client that puts its token there needs the 27 characters of an `opaque` one.
   */
  readonly format?: TokenFormat;
  /** More claims, or other values for the usual ones (`iss`, `aud`, `scp`, …). */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export type TokenFormat = 'jwt' | 'opaque';

export interface Claims {
  readonly upn: string;
  readonly exp: number;
  readonly scope: string;
  readonly azp: string;
  readonly sub: string;
  readonly [name: string]: unknown;
}

const KEY_ID = 'lab-key';

/** Signs, checks and revokes tokens. */
export class TokenIssuer {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #issuer: string;
  readonly #opaque = new Map<string, string>();
  readonly #revoked = new Set<string>();

  private constructor(privateKey: KeyObject, issuer: string) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    this.#issuer = issuer;
  }

  static async create(issuer: string): Promise<TokenIssuer> {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    return new TokenIssuer(privateKey, issuer);
  }

  get jwks(): unknown {
    return { keys: [{ ...this.#publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }] };
  }

  mint({ user, expiresIn = 3600, format = 'jwt', extra = {} }: MintOptions): string {
    const now = Math.floor(Date.now() / 1000);
    const scope = 'IMAP.AccessAsUser.All SMTP.Send offline_access';
    const jwt = this.#sign({
      iss: this.#issuer,
      aud: 'https://outlook.office.com',
      sub: user,
      upn: user,
      preferred_username: user,
      email: user,
      scp: scope,
      scope,
      azp: 'lab-client',
      iat: now - 1,
      nbf: now - 1,
      exp: now + expiresIn,
      jti: randomUUID(),
      ...extra,
    });
    if (format === 'jwt') return jwt;
    const handle = `op.${randomBytes(18).toString('base64url')}`;
    this.#opaque.set(handle, jwt);
    return handle;
  }

  revoke(token: string): void {
    this.#revoked.add(token);
  }

  /** The claims of a token that is genuine, neither over nor revoked; else undefined. */
  check(token: string): Claims | undefined {
    if (this.#revoked.has(token)) return undefined;
    const [head, body, signature] = (this.#opaque.get(token) ?? token).split('.');
    if (head === undefined || body === undefined || signature === undefined) return undefined;
    if (!verify('sha256', Buffer.from(`${head}.${body}`), this.#publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
    return claims.exp * 1000 > Date.now() ? claims : undefined;
  }

  #sign(claims: unknown): string {
    const signed = `${encode({ typ: 'JWT', alg: 'RS256', kid: KEY_ID })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#privateKey).toString('base64url')}`;
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
