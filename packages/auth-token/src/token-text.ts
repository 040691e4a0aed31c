import { z } from 'zod';

/** What a token file, or a token itself, tells. */
export interface KnownToken {
  readonly token: string;
  /** Absent when nothing says so: an opaque token keeps it to itself. */
  readonly expiresAt?: Date;
}

/** RFC 6749 §5.1 answers, as token helpers save them; `expires_on` as Azure's tools write it (seconds since 1970), or their `expiresAt`. */
const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_on: z.coerce.number().optional(),
  expires_in: z.coerce.number().optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

const jwtClaims = z.object({ exp: z.number() });

/**
 * Reads a bare token or a JSON answer of a token endpoint. Absent when the text holds neither.
 * `expires_in` counts from when the answer was given: it says something only where that is known, as `writtenAt`.
 */
export function parseTokenText(text: string, writtenAt?: Date): KnownToken | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return fromResponse(trimmed, writtenAt);
  if (trimmed === '' || /\s/.test(trimmed)) return undefined;
  return withExpiry(trimmed, expiryOfJwt(trimmed));
}

function fromResponse(text: string, writtenAt: Date | undefined): KnownToken | undefined {
  const { success, data } = tokenResponse.safeParse(parseJson(text));
  if (!success) return undefined;
  const { access_token: token, expires_on: on, expires_in: lifetime, expiresAt } = data;
  if (on !== undefined) return withExpiry(token, new Date(on * 1000));
  if (expiresAt !== undefined) return withExpiry(token, new Date(expiresAt));
  if (lifetime !== undefined && writtenAt) return withExpiry(token, new Date(writtenAt.getTime() + lifetime * 1000));
  return withExpiry(token, expiryOfJwt(token));
}

const withExpiry = (token: string, expiresAt: Date | undefined): KnownToken => ({ token, ...(expiresAt && { expiresAt }) });

/** The `exp` claim (RFC 7519 §4.1.4). It is read, never trusted: only the server decides whether a token is good. */
function expiryOfJwt(token: string): Date | undefined {
  const payload = token.split('.');
  if (payload.length !== 3) return undefined;
  const { success, data } = jwtClaims.safeParse(parseJson(Buffer.from(payload[1] ?? '', 'base64url').toString()));
  return success ? new Date(data.exp * 1000) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
