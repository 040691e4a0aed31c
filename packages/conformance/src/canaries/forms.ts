/** One way in which a secret may have been written down. */
export interface CanaryForm {
  /** `base64, offset 1` */
  readonly name: string;
  readonly octets: Uint8Array;
}

type Encoder = (value: string) => readonly [name: string, text: string | Uint8Array][];

const everyOctet = (value: string, write: (octet: number) => string): string => [...Buffer.from(value)].map(write).join('');
const hexOf = (octet: number): string => octet.toString(16).padStart(2, '0');

/**
 * base64 has three faces, by where in its groups of three octets the value begins. The digits at either edge also hold bits of
 * whatever stands beside the value, and are left out.
 */
function base64(value: string): [string, string][] {
  const octets = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), octets]);
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor((whole.length * 8) / 6);
    const text = whole.toString('base64').slice(first, last);
    const names = [[`base64, offset ${offset}`, text], [`base64url, offset ${offset}`, text.replaceAll('+', '-').replaceAll('/', '_')]] as const;
    return names.map(([name, form]): [string, string] => [name, form]);
  });
}

const hex: Encoder = (value) => {
  const lower = everyOctet(value, hexOf);
  return [['hex', lower], ['hex, capitals', lower.toUpperCase()]];
};

/** As `encodeURIComponent` has it, as forms have it, with all that RFC 3986 §2.2 reserves, and with every octet escaped. */
const percent: Encoder = (value) => {
  const component = encodeURIComponent(value);
  const reserved = component.replaceAll(/[!'()*]/g, (sign) => `%${hexOf(sign.charCodeAt(0)).toUpperCase()}`);
  const forms = [component, reserved, component.replaceAll('%20', '+'), new URLSearchParams([['', value]]).toString().slice(1), everyOctet(value, (octet) => `%${hexOf(octet).toUpperCase()}`)];
  return forms.flatMap((form): [string, string][] => [['percent-encoded', form], ['percent-encoded, small', form.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())]]);
};

/** Inside the quotes: as JSON has it, once more inside a JSON string, with slashes escaped, and in ASCII only. */
const json: Encoder = (value) => {
  const inner = (text: string): string => JSON.stringify(text).slice(1, -1);
  const once = inner(value);
  const ascii = once.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [['JSON', once], ['JSON in JSON', inner(once)], ['JSON with escaped slashes', once.replaceAll('/', '\\/')], ['JSON in ASCII', ascii]];
};

const wide: Encoder = (value) => {
  const little = Buffer.from(value, 'utf16le');
  return [['UTF-16 LE', little], ['UTF-16 BE', Buffer.from(little).swap16()]];
};

const latin: Encoder = (value) => [['UTF-8', value], ['Latin-1', Buffer.from(value, 'latin1')], ['backwards', Array.from(value).reverse().join('')]];

const ENCODERS: readonly Encoder[] = [latin, base64, hex, percent, json, wide];

/** Every form of a secret that a search looks for, each once. */
export function canaryForms(value: string): readonly CanaryForm[] {
  const forms = new Map<string, CanaryForm>();
  for (const [name, text] of ENCODERS.flatMap((encode) => encode(value))) {
    const octets = Buffer.from(text as string);
    const face = octets.toString('latin1');
    if (!forms.has(face)) forms.set(face, { name, octets });
  }
  return [...forms.values()];
}
