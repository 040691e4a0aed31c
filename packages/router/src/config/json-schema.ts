import { z } from 'zod';
import type { ConfigPath } from './positions.ts';
import { configSchema } from './schema.ts';

type Node = Readonly<Record<string, unknown>>;

/** The configuration's JSON Schema (draft 2020-12), for editors. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'Signalbox configuration',
  };
}

/** Made once, when the first unknown setting is met: it is the same every time. */
let rootNode: Node | undefined;

/** The settings that may stand at a path, for saying what was probably meant. */
export function knownKeys(path: ConfigPath): readonly string[] {
  rootNode ??= configJsonSchema();
  let nodes: readonly Node[] = [rootNode];
  for (const step of path) nodes = nodes.flatMap(alternatives).flatMap((node) => below(node, step));
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(asNode(node['properties']) ?? {})))];
}

const alternatives = (node: Node): readonly Node[] =>
  Array.isArray(node['anyOf']) ? node['anyOf'].flatMap((branch) => alternatives(branch as Node)) : [node];

function below(node: Node, step: string | number): readonly Node[] {
  const properties = asNode(node['properties']) ?? {};
  const next = typeof step === 'number' ? node['items'] : Object.hasOwn(properties, step) ? properties[step] : node['additionalProperties'];
  const found = asNode(next);
  return found ? [found] : [];
}

const asNode = (value: unknown): Node | undefined => (typeof value === 'object' && value !== null ? (value as Node) : undefined);
