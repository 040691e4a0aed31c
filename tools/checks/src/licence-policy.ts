/** Licences that ask for no more than their own text to be passed on. Anything else needs a decision first. */
export const ALLOWED_LICENCES: ReadonlySet<string> = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);

/**
 * Whether an SPDX expression lets us use the package under an allowed licence: one side of an OR, both sides of an AND.
 * What cannot be read is refused, and so is a guess (a name with `*`).
 */
export function isAllowed(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const allowed = parseOr(tokens);
  return allowed && tokens.length === 0;
}

function parseOr(tokens: string[]): boolean {
  let allowed = parseAnd(tokens);
  while (tokens[0] === 'OR') {
    tokens.shift();
    allowed = parseAnd(tokens) || allowed;
  }
  return allowed;
}

function parseAnd(tokens: string[]): boolean {
  let allowed = parseTerm(tokens);
  while (tokens[0] === 'AND') {
    tokens.shift();
    allowed = parseTerm(tokens) && allowed;
  }
  return allowed;
}

function parseTerm(tokens: string[]): boolean {
  const token = tokens.shift();
  if (token !== '(') return token !== undefined && ALLOWED_LICENCES.has(token);
  const allowed = parseOr(tokens);
  return tokens.shift() === ')' && allowed;
}
