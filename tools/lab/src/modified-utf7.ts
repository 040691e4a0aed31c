/** Folder names on the wire and on disk, RFC 3501 §5.1.3. */
export function toModifiedUtf7(text: string): string {
  return text.replace(/&/gu, '&-').replace(/[^\u0020-\u007e]+/gu, (run) => {
    const base64 = Buffer.from(run, 'utf16le').swap16().toString('base64');
    return `&${base64.replace(/=+$/u, '').replace(/\//gu, ',')}-`;
  });
}

export function fromModifiedUtf7(text: string): string {
  return text.replace(/&([^-]*)-/gu, (_, base64: string) => {
    if (base64 === '') return '&';
    return Buffer.from(base64.replace(/,/gu, '/'), 'base64').swap16().toString('utf16le');
  });
}
