/** A structured field such as Content-Type, in the words of the message: nothing is decoded. */
export interface StructuredValue {
  readonly value: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const TOKEN = /[^\s()<>@,;:\\"/[\]?=]+/y;
const VALUE = /[^\s;"(]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"?/sy;

/** RFC 2045 §5.1, without its comments; what makes no sense is skipped up to the next semicolon. */
export function parseStructured(text: string): StructuredValue {
  const clean = withoutComments(text);
  const [head = '', ...rest] = splitAtSemicolons(clean);
  return { value: head.replaceAll(/\s+/g, ''), parameters: rest.flatMap((part) => parameterOf(part)) };
}

export const parameter = ({ parameters }: StructuredValue, name: string): string | undefined => parameters.find(([key]) => key.toLowerCase() === name)?.[1];

function parameterOf(part: string): readonly (readonly [string, string])[] {
  const equals = part.indexOf('=');
  if (equals === -1) return [];
  const name = matchAt(TOKEN, part.slice(0, equals).trim(), 0);
  const text = part.slice(equals + 1).trim();
  const quoted = matchGroup(QUOTED, text);
  const value = quoted === undefined ? matchAt(VALUE, text, 0) : quoted.replaceAll(/\\(.)/gs, '$1');
  return name === undefined || value === undefined ? [] : [[name, value]];
}

function splitAtSemicolons(text: string): readonly string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"?|[^;"])+/gs) ?? [];
}

function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let [depth, quoted, kept] = [0, false, ''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') {
      if (depth === 0) kept += text.slice(at, at + 2);
      at += 1;
    } else if (char === '"' && depth === 0) {
      quoted = !quoted;
      kept += char;
    } else if (char === '(' && !quoted) depth += 1;
    else if (char === ')' && !quoted && depth > 0) depth -= 1;
    else if (depth === 0) kept += char;
  }
  return kept;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function matchGroup(pattern: RegExp, text: string): string | undefined {
  pattern.lastIndex = 0;
  return pattern.exec(text)?.[1];
}
