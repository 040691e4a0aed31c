import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

export interface Schema {
  readonly [key: string]: unknown;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly nullable?: boolean;
  readonly required?: readonly string[];
}

interface Media {
  readonly schema: Schema;
}

interface ResponseObject {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly responses: Readonly<Record<string, ResponseObject>> };
}

const DOCUMENT = JSON.parse(readFileSync(new URL('vectors/graph-mail-openapi.json', import.meta.url), 'utf8')) as OpenApi;
const PREFIX = '#/components/schemas/';
/** Annotations: `@odata.type`, `item@odata.context`, and `@removed` of deltas. */
const ANNOTATIONS = { '@odata\\.': {}, '^@removed$': { type: 'object', properties: { reason: { enum: ['deleted', 'changed'] } }, required: ['reason'], additionalProperties: false } };

/** Where the description names a base type, and answers have one of the types derived from it. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  'microsoft.graph.attachment': ['microsoft.graph.fileAttachment', 'microsoft.graph.itemAttachment', 'microsoft.graph.referenceAttachment'],
  'microsoft.graph.outlookItem': ['microsoft.graph.message'],
};

/** The documentation, and every answer anybody saw, spell it this way; the generated description does not (FACTS.md E13). */
const INNER_ERROR: Schema = {
  type: 'object',
  properties: { date: { type: 'string', pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$` }, 'request-id': { type: 'string', format: 'uuid' }, 'client-request-id': { type: 'string' }, ...Object.fromEntries(['code', 'message', 'status'].map((name) => [name, { type: 'string' }])) },
  required: ['date', 'request-id', 'client-request-id'],
};

const nameOf = (ref: string): string => ref.slice(PREFIX.length);

/** All own and inherited properties in one object that has no others. */
function flattened(schema: Schema): { readonly properties: Readonly<Record<string, Schema>>; readonly required: readonly string[] } {
  if (schema.$ref !== undefined) return flattened(DOCUMENT.components.schemas[nameOf(schema.$ref)] ?? {});
  const parts = (schema.allOf ?? []).map((part) => flattened(part));
  return {
    properties: Object.assign({}, ...parts.map(({ properties }) => properties), schema.properties) as Record<string, Schema>,
    required: [...parts.flatMap(({ required }) => required), ...(schema.required ?? [])],
  };
}

const isNull = ({ nullable, type, properties, $ref }: Schema): boolean => nullable === true && type === 'object' && !properties && $ref === undefined;

/** JSON Schema that takes what OpenAPI describes, and no property more. */
export function closed(schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const derived = DERIVED[nameOf(schema.$ref)];
    return derived ? { anyOf: derived.map((name) => ({ $ref: `${PREFIX}${name}` })) } : { $ref: schema.$ref };
  }
  if (isNull(schema)) return { type: 'null' };
  if (schema.anyOf) return { anyOf: schema.anyOf.map((one) => closed(one)) };
  if (schema.allOf || schema.properties) return closedObject(schema);
  const { type, items, enum: values, format, pattern, minimum, maximum } = schema;
  return {
    ...(type !== undefined && { type: schema.nullable ? [type, 'null'] : type }),
    ...(items && { items: closed(items) }),
    ...(values !== undefined && { enum: values }),
    // Base64 is what Graph sends, whatever the generated description calls it.
    ...(format !== undefined && { format: format === 'base64url' ? 'byte' : format }),
    ...(pattern !== undefined && { pattern }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  } as Schema;
}

function closedObject(schema: Schema): Schema {
  const { properties, required } = flattened(schema);
  const entries = Object.entries(properties).map(([name, property]) => [name, closed(property)] as const);
  return { type: 'object', properties: Object.fromEntries(entries), patternProperties: ANNOTATIONS, required, additionalProperties: false };
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'graph', components: { schemas: componentSchemas() } });

function componentSchemas(): Readonly<Record<string, Schema>> {
  const schemas = Object.fromEntries(Object.entries(DOCUMENT.components.schemas).map(([name, schema]) => [name, closed(schema)]));
  const error = schemas['microsoft.graph.ODataErrors.MainError'] as { properties: Record<string, Schema> };
  const { innererror: _innererror, ...properties } = error.properties;
  error.properties = { ...properties, innerError: { ...INNER_ERROR, additionalProperties: false } };
  return schemas;
}

/** A check for a schema of the description, by name. */
export const validatorOf = (name: string): ValidateFunction => ajv.compile({ $ref: `graph${PREFIX}${name}` });

const compiled = new Map<string, ValidateFunction>();

const templates = Object.keys(DOCUMENT.paths).map((template) => ({ template, segments: template.split('/').slice(1) }));

/** The operation behind the segments of a request: `/me` is `/users/{user-id}`. */
export function templateOf(segments: readonly string[]): string | undefined {
  const path = withoutAncestors(segments[0]?.toLowerCase() === 'me' ? ['users', 'me', ...segments.slice(1)] : segments);
  const fits = (pattern: string, segment: string | undefined): boolean => pattern.toLowerCase() === segment?.toLowerCase() || (pattern.startsWith('{') && segment !== undefined);
  const matching = templates.filter(({ segments: patterns }) => patterns.length === path.length && patterns.every((pattern, index) => fits(pattern, path[index])));
  const literals = ({ segments: patterns }: (typeof templates)[number]): number => patterns.filter((pattern) => !pattern.startsWith('{')).length;
  return matching.toSorted((a, b) => literals(b) - literals(a))[0]?.template;
}

/** Folders in folders are described to the first level only. */
function withoutAncestors(path: readonly string[]): readonly string[] {
  const isNested = path[2]?.toLowerCase() === 'mailfolders' && path[4]?.toLowerCase() === 'childfolders' && path.length > 6;
  return isNested ? withoutAncestors([...path.slice(0, 3), ...path.slice(5)]) : path;
}

export interface DescribedAnswer {
  readonly contentType: string;
  readonly schema: Schema;
  readonly validate: ValidateFunction;
}

/** What the description says about an answer; undefined when it describes none of this status. `'empty'` when it has no body. */
export function describedAnswer(template: string, method: string, status: number): DescribedAnswer | 'empty' | undefined {
  const responses = DOCUMENT.paths[template]?.[method.toLowerCase()]?.responses;
  if (!responses) return undefined;
  const given = responses[status] ?? responses[`${String(status)[0]}XX`];
  if (!given) return undefined;
  const response = given.$ref === undefined ? given : DOCUMENT.components.responses[given.$ref.slice('#/components/responses/'.length)];
  const [contentType, media] = Object.entries(response?.content ?? {})[0] ?? [];
  if (contentType === undefined || !media) return 'empty';
  const key = JSON.stringify(media.schema);
  const validate = compiled.get(key) ?? ajv.compile(absolute(closed(media.schema)));
  compiled.set(key, validate);
  return { contentType, schema: media.schema, validate };
}

function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll(`"${PREFIX}`, `"graph${PREFIX}`)) as Schema;
}

/** Names of the schemas an answer's schema refers to, through whatever it is wrapped in. */
export const namesIn = (schema: Schema): readonly string[] => [...JSON.stringify(schema).matchAll(/#\/components\/schemas\/([\w.]+)/g)].map(([, name = '']) => name);
