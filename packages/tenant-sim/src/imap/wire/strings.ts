/** A string as the server sends it: quoted where that can hold it, as a literal otherwise, NIL for nothing. One character per octet. */
export function imapString(value: string | undefined): string {
  if (value === undefined) return 'NIL';
  if (/^[ !#-[\]-~]*$/.test(value)) return `"${value}"`;
  if (/^[ -~]*$/.test(value)) return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `{${value.length}}\r\n${value}`;
}

/** A folder's name: an atom where it can be one. */
export const imapName = (name: string): string => (/^[!#$&'+-[^-z|}~]+$/.test(name) && name.toUpperCase() !== 'NIL' ? name : imapString(name));
