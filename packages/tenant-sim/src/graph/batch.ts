import { createLimiter } from '@signalbox/kit';
import { badRequest, GraphError } from './http/graph-error.ts';
import { Dropped } from './http/faults.ts';
import { parsePreferences } from './http/prefer.ts';
import { errorReply, ok, type Reply } from './http/reply.ts';
import { type GraphRequest, jsonBody, type JsonObject } from './http/request.ts';
import { parseTarget } from './http/target.ts';
import { failureFields, isExpected, toGraphError } from './refusals.ts';
import type { RootCall } from './routing.ts';
import { isObject, listIn, textIn } from './write/input.ts';

const MOST_ITEMS = 20;
/** Of a mailbox, Outlook runs as many at once (FACTS.md E11). */
const AT_ONCE = 4;
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly dependsOn: readonly string[];
}

interface Outcome {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** POST $batch. The whole is a 200 whatever becomes of its items. */
export async function batch(call: RootCall): Promise<Reply> {
  const items = itemsOf(await jsonBody(call.request));
  const limiter = createLimiter(AT_ONCE);
  const outcomes = new Map<string, Promise<Outcome>>();
  // Items stand behind what they depend on, so that every promise is there when it is waited for.
  for (const item of inOrder(items)) {
    outcomes.set(item.id, run(call, item, item.dependsOn.flatMap((id) => outcomes.get(id) ?? []), limiter));
  }
  return ok({ responses: await Promise.all(outcomes.values()) });
}

function itemsOf(json: JsonObject): readonly Item[] {
  const items = listIn('requests', json['requests']).map((one) => itemOf(one));
  if (items.length === 0) throw badRequest('Invalid batch payload format.');
  if (items.length > MOST_ITEMS) throw badRequest(`Number of batch request steps exceeds the maximum value of ${MOST_ITEMS}.`);
  const ids = new Set(items.map(({ id }) => id));
  if (ids.size < items.length) throw badRequest('Invalid batch payload format: the id of a request has to be unique.');
  const unknown = items.flatMap(({ dependsOn }) => dependsOn).find((id) => !ids.has(id));
  if (unknown !== undefined) throw badRequest(`Invalid batch payload format: there is no request '${unknown}' to depend on.`);
  return items;
}

function itemOf({ id, method, url, headers, body, dependsOn }: JsonObject): Item {
  const name = textIn('method', method).toUpperCase();
  if (!METHODS.has(name)) throw badRequest(`Invalid batch payload format: the method '${name}' is not supported.`);
  return {
    id: textIn('id', id),
    method: name,
    url: textIn('url', url),
    headers: isObject(headers) ? Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), String(value)])) : {},
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map((one) => textIn('dependsOn', one)) : [],
    ...(body !== undefined && body !== null && { body }),
  };
}

/** Each behind those it depends on; a circle cannot be carried out. */
function inOrder(items: readonly Item[]): readonly Item[] {
  const ordered: Item[] = [];
  let left = items;
  while (left.length > 0) {
    const done = new Set(ordered.map(({ id }) => id));
    const ready = left.filter(({ dependsOn }) => dependsOn.every((id) => done.has(id)));
    if (ready.length === 0) throw badRequest('Invalid batch payload format: requests depend on each other.');
    ordered.push(...ready);
    left = left.filter((item) => !ready.includes(item));
  }
  return ordered;
}

async function run(call: RootCall, item: Item, before: readonly Promise<Outcome>[], limiter: ReturnType<typeof createLimiter>): Promise<Outcome> {
  const outcomes = await Promise.all(before);
  if (outcomes.some(({ status }) => status >= 400)) return outcomeOf(item, failure(call, new GraphError(424, 'FailedDependency', 'A request that this one depends on has failed.')));
  using _place = await limiter.acquire();
  using held = new DisposableStack();
  try {
    return outcomeOf(item, await call.dispatch(requestOf(call.request, item, held)));
  } catch (error) {
    if (error instanceof Dropped || call.request.signal.aborted) throw error;
    if (!isExpected(error)) call.graph.log.log('error', 'graph.failed', failureFields(error));
    return outcomeOf(item, failure(call, toGraphError(error)));
  }
}

const failure = ({ graph, request }: RootCall, error: GraphError): Reply => errorReply(error, graph.clock.now(), request);

function requestOf(whole: GraphRequest, { method, url, headers, body }: Item, held: DisposableStack): GraphRequest {
  if (/^\/?\$batch/i.test(url)) throw badRequest('A batch cannot hold another.');
  if (body !== undefined && headers['content-type'] === undefined) throw badRequest('The Content-Type header is required for a request with a body.');
  const path = `/v1.0${url.startsWith('/') ? '' : '/'}${url}`;
  // What is not JSON comes in base64url.
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(typeof body === 'string' ? Buffer.from(body, 'base64url') : JSON.stringify(body));
  const length = { ...(bytes.byteLength > 0 && { 'content-length': String(bytes.byteLength) }) };
  return { ...whole, ...parseTarget(path), method, url: path, headers: { ...headers, ...length }, held, preferences: parsePreferences(headers['prefer']), body: () => Promise.resolve(bytes) };
}

function outcomeOf({ id }: Item, { status, headers = {}, json, bytes, contentType = 'application/octet-stream' }: Reply): Outcome {
  if (json !== undefined) return { id, status, headers: { 'Content-Type': 'application/json', ...headers }, body: json };
  return { id, status, headers: { ...(bytes && { 'Content-Type': contentType }), ...headers }, ...(bytes && { body: bytes.toString('base64') }) };
}
