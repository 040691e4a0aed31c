import type { Secret } from '@signalbox/core';
import { isProxyUrl } from '@signalbox/kit';
import { z } from 'zod';
import { isSecret } from './secret-fields.ts';

interface Rule {
  readonly expected: string;
  readonly remedy: string;
}

/** A text that `accepts`; zod hands `params` on, and the problem takes its remedy from there. */
const textThat = (accepts: (text: string) => boolean, { expected, remedy }: Rule) =>
  z.string().refine(accepts, { error: `Expected ${expected}.`, params: { remedy } });

const matching = (pattern: RegExp, rule: Rule) => textThat((text) => pattern.test(text), rule);

export const filledText = matching(/\S/, { expected: 'a text that is not empty', remedy: 'Fill in a value, or remove the line.' });

export const folderName = matching(/[^\s/]/, { expected: 'the role or the path of a folder', remedy: 'Write a role such as inbox, or a path such as Archive/2026.' });

/** By now references are resolved and secret fields wrapped; in the file it is a text. */
export const secretText = z
  .custom<Secret>(isSecret, { error: 'Expected a text or a reference.', params: { remedy: 'Write ${env:NAME} or ${file:/run/secrets/name}, or put quotes around the value.' } })
  .meta({ type: 'string', description: 'A secret, best as a reference: ${env:NAME} or ${file:/run/secrets/name}.', examples: ['${env:NAME}', '${file:/run/secrets/name}'] });

// RFC 5322 dot-atom (and RFC 6531: any character above ASCII) at a domain or host name. Quoted local parts and literals are not mail that routes.
const LOCAL_PART = /^[^\s"(),:;<>@[\\\].\u007f]+(?:\.[^\s"(),:;<>@[\\\].\u007f]+)*$/;
const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*$/u;

function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  return at > 0 && text.length <= 254 && local.length <= 64 && LOCAL_PART.test(local) && DOMAIN.test(domain);
}

export const address = textThat(isAddress, {
  expected: 'an email address such as sales@contoso.com',
  remedy: 'Write the address alone, without a display name or angle brackets.',
}).meta({ description: 'An email address, without display name.', examples: ['sales@contoso.com'] });

export const mailboxId = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  expected: 'a name of at most 64 letters, digits, dots, hyphens or underscores that begins with a letter or digit',
  remedy: 'Choose a short name such as sales; it stays when the address changes.',
});

/** Of a plugin, a flow or a tenant. */
export const name = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  expected: 'a name of letters, digits, dots, hyphens or underscores',
  remedy: 'Write the name as the plugin or flow spells it.',
});

export const host = textThat((text) => DOMAIN.test(text) || /^\[?[0-9a-f:]+:[0-9a-f:.]*\]?$/i.test(text), {
  expected: 'a host name or an IP address',
  remedy: 'Write the host alone, without protocol, port or path: outlook.office365.com.',
}).meta({ description: 'Host name or IP address.', examples: ['outlook.office365.com'] });

/** In the file it may also be a reference, which is a text: editors have to know. */
const numberOrReference = { type: ['integer', 'string'], pattern: String.raw`^\$\{.+\}$` };

export const port = z.int().min(1).max(65_535).meta(numberOrReference);

export const concurrency = z.int().min(1).max(64).meta(numberOrReference);

/** How many. */
export const count = z.int().min(1).max(1_000_000).meta(numberOrReference);

export const tlsMode = z
  .enum(['implicit', 'starttls'])
  .meta({ description: 'implicit: TLS from the first byte (993, 465). starttls: plain first, then TLS (143, 587).' });

export const certificates = z
  .union([filledText, z.array(filledText).min(1)])
  .meta({ description: 'PEM certificates: paths of files, relative to this one, or the text itself.' });

export const packageName = matching(/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/, {
  expected: 'the name of a package, such as @acme/signalbox-transport-ews',
  remedy: 'Write the name that the package is installed under.',
});

export const proxy = textThat((text) => text === 'direct' || isProxyUrl(text), {
  expected: 'a proxy such as http://proxy.example:3128 or socks5://proxy.example:1080, or the word direct',
  remedy: 'Begin with http://, https:// or socks5://.',
});

export const isoDate = textThat((text) => /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)), {
  expected: 'a date such as 2026-11-01 or 2026-11-01T08:00:00Z',
  remedy: 'Write year, month and day with hyphens; a time needs its zone.',
});

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const LONGEST_MS = 100 * 366 * 86_400_000;

/** A length of time as people write it; in milliseconds from here on. */
export const duration = textThat((text) => durationMs(text) !== undefined, {
  expected: 'a length of time such as 30d, 12h, 15m or 45s',
  remedy: 'Write a whole number of at least 1 and d, h, m or s behind it.',
}).meta({ description: 'A length of time: 30d, 12h, 15m, 45s.', examples: ['30d', '12h', '15m', '45s'] });

export function durationMs(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d{1,9})([dhms])$/.exec(text) ?? [];
  const ms = Number(number) * UNITS[unit as keyof typeof UNITS];
  return ms >= UNITS.s && ms <= LONGEST_MS ? ms : undefined;
}

export const httpsAddress = textThat((text) => URL.canParse(text) && new URL(text).protocol === 'https:', {
  expected: 'an address that begins with https://',
  remedy: 'Write the address with https://, host and port, without the tenant.',
});

export const publicAddress = textThat(isPublicAddress, {
  expected: 'an address that begins with https:// and has no user name, query or fragment',
  remedy: 'Write the address under which the reverse proxy is reached from outside, such as https://mail.contoso.com/signalbox.',
}).meta({ examples: ['https://mail.contoso.com/signalbox'] });

/** Paths are put behind it, and it is told to others: nothing may follow the path, and no password may stand in it. */
function isPublicAddress(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && !/[?#\s]/.test(text);
}

export const timeZone = textThat(isTimeZone, {
  expected: 'an IANA time zone such as Europe/Vienna',
  remedy: 'Write the name of a time zone: Europe/Vienna, America/New_York, UTC.',
}).meta({ examples: ['Europe/Vienna', 'UTC'] });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const options = z.record(z.string(), z.unknown());
