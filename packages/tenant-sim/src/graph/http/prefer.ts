/** What a client wishes for (RFC 7240), as far as Graph's mail API knows it. */
export interface Preferences {
  readonly immutableIds: boolean;
  readonly bodyType?: 'text' | 'html';
  readonly maxPageSize?: number;
  /** `return=minimal`: no body in the answer to a change. */
  readonly minimal: boolean;
  /** What is said to have been heeded. */
  readonly applied: readonly string[];
}

const NONE: Preferences = { immutableIds: false, minimal: false, applied: [] };
const PREFERENCE = /([\w.-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))|([\w.-]+)/g;

export function parsePreferences(header: string | readonly string[] | undefined): Preferences {
  if (header === undefined) return NONE;
  const text = typeof header === 'string' ? header : header.join(',');
  let preferences = NONE;
  for (const [whole, name = '', quoted, token] of text.matchAll(PREFERENCE)) {
    const one = preferenceOf(name.toLowerCase(), (quoted ?? token ?? '').toLowerCase());
    if (one) preferences = { ...preferences, ...one, applied: [...preferences.applied, whole] };
  }
  return preferences;
}

function preferenceOf(name: string, value: string): Partial<Preferences> | undefined {
  if (name === 'idtype' && value === 'immutableid') return { immutableIds: true };
  if (name === 'outlook.body-content-type' && (value === 'text' || value === 'html')) return { bodyType: value };
  if (name === 'odata.maxpagesize' && Number(value) >= 1) return { maxPageSize: Math.floor(Number(value)) };
  if (name === 'return' && value === 'minimal') return { minimal: true };
  return undefined;
}
