import { MailError } from '@signalbox/core';

/** A claims challenge as JSON, which is what Entra wants back: servers send it in base64 (FACTS.md A11). Throws `protocol.violation`. */
export function readChallenge(challenge: string): string {
  for (const text of [challenge, Buffer.from(challenge, 'base64').toString('utf8')]) {
    if (isObject(text)) return text;
  }
  throw new MailError('protocol.violation', 'The mail server asks for claims in a form that cannot be read.', { retry: 'never' });
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
