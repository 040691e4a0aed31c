import { EntraError } from './error.ts';

/** Parameters of a request, each once. */
export type Form = Readonly<Record<string, string | undefined>>;

/** RFC 6749 §3.2: parameters must not be included more than once. Empty ones count as absent. */
export function readForm(given: unknown): Form {
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries((given ?? {}) as Record<string, unknown>)) {
    if (Array.isArray(value)) throw new EntraError(9000411, { values: { name } });
    if (typeof value === 'string' && value !== '') form[name] = value;
  }
  return form;
}

/** HTTP Basic names the client as well as the body does; both parts are form-encoded (RFC 6749 §2.3.1). */
export function withBasic(form: Form, authorization: string | undefined): Form {
  const encoded = /^Basic ([\w+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return form;
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s).map(decode);
  return { ...form, client_id: id, client_secret: secret };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new EntraError(9002313, { error: 'invalid_request' });
  }
}

/** Throws AADSTS900144. */
export function required(form: Form, name: string): string {
  const value = form[name];
  if (value === undefined) throw new EntraError(900144, { values: { name } });
  return value;
}
