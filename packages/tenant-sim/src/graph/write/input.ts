import { badRequest } from '../http/graph-error.ts';
import type { JsonObject } from '../http/request.ts';
import type { Mailbox as Address } from '../../mime/facts.ts';

// Reading what clients send, property by property, with Graph's words for what makes no sense.

const wrongType = (name: string): Error => badRequest(`Cannot convert the literal to the expected type: property '${name}'.`, 'RequestBodyRead');

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export function textIn(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name);
  return value;
}

/** Documentation samples have booleans in quotes, and the service takes them (FACTS.md E2). */
export function booleanIn(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw wrongType(name);
}

export function listIn(name: string, value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value) || !value.every((one) => isObject(one))) throw wrongType(name);
  return value;
}

export function choiceIn<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice.toLowerCase() === textIn(name, value).toLowerCase());
  if (found === undefined) throw badRequest(`Requested value '${String(value)}' was not found.`, 'RequestBodyRead');
  return found;
}

export function addressIn(name: string, value: unknown): Address {
  const email = isObject(value) ? value['emailAddress'] : undefined;
  if (!isObject(email)) throw wrongType(name);
  const address = textIn(name, email['address']);
  const display = email['name'];
  return { address, ...(typeof display === 'string' && display !== '' && { name: display }) };
}

export const addressesIn = (name: string, value: unknown): readonly Address[] => listIn(name, value).map((one) => addressIn(name, one));
