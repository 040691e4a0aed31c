import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { authenticate } from '../access/principal.ts';
import { dispatch, dispatchUpload } from '../dispatch.ts';
import type { GraphContext } from '../graph-context.ts';
import { isUpload } from '../uploads/receive.ts';
import { failureFields, isExpected, toGraphError } from '../refusals.ts';
import { Dropped } from './faults.ts';
import { bodyTooLarge } from './graph-error.ts';
import { parsePreferences } from './prefer.ts';
import { errorReply, type Reply } from './reply.ts';
import { type GraphRequest, header } from './request.ts';
import { parseTarget } from './target.ts';

/** Documented for JSON and MIME alike (FACTS.md E6). */
const LARGEST_BODY = 4 * 1_024 * 1_024;
const CHUNK = 65_536;
/** Beyond the Azure front ends' minute, so that a client finds its connection alive. */
const KEEP_ALIVE = 120_000;
const JSON_TYPE = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export function createGraphServer(graph: GraphContext): Server {
  const { certificates, log } = graph;
  return createServer({ key: certificates.key, cert: certificates.certificate, keepAliveTimeout: KEEP_ALIVE }, (incoming, response) => {
    serve(graph, incoming, response).catch((error: unknown) => {
      // A client that leaves in the middle is no failure of the tenant.
      log.log('debug', 'graph.connection-failed', { name: error instanceof Error ? error.name : 'unknown' });
      response.destroy();
    });
  });
}

async function serve(graph: GraphContext, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const ids = { requestId: crypto.randomUUID(), clientRequestId: header(incoming, 'client-request-id') ?? crypto.randomUUID() };
  using held = new DisposableStack();
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  try {
    await write(graph, response, await answer(graph, incoming, { ...ids, held, signal: leaving.signal }), ids);
  } catch (error) {
    if (error instanceof Dropped || response.headersSent || leaving.signal.aborted) {
      incoming.socket.destroy();
      return;
    }
    if (!isExpected(error)) graph.log.log('error', 'graph.failed', failureFields(error));
    await write(graph, response, errorReply(toGraphError(error), graph.clock.now(), ids), ids);
  }
}

type RequestIds = Pick<GraphRequest, 'requestId' | 'clientRequestId'>;

async function answer(graph: GraphContext, incoming: IncomingMessage, given: RequestIds & Pick<GraphRequest, 'held' | 'signal'>): Promise<Reply> {
  const { headers, method = 'GET', url = '/' } = incoming;
  const common = { ...given, method, url, headers, origin: `https://${headers.host ?? 'localhost'}`, body: (limit = LARGEST_BODY) => readBody(incoming, limit) };
  if (isUpload(url)) return dispatchUpload(graph, common);
  const principal = await authenticate(graph, headers.authorization);
  const request: GraphRequest = { ...common, ...parseTarget(url), preferences: parsePreferences(headers['prefer']) };
  const reply = await dispatch(graph, request, principal);
  const { applied } = request.preferences;
  return applied.length === 0 ? reply : { ...reply, headers: { 'Preference-Applied': applied.join(', '), ...reply.headers } };
}

async function write({ clock }: GraphContext, response: ServerResponse, { status, headers, json, bytes, contentType }: Reply, { requestId, clientRequestId }: RequestIds): Promise<void> {
  const body = json === undefined ? bytes : Buffer.from(JSON.stringify(json));
  response.writeHead(status, {
    Date: clock.now().toUTCString(),
    'request-id': requestId,
    'client-request-id': clientRequestId,
    'x-ms-ags-diagnostic': '{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"TENANTSIM"}}',
    ...(body && { 'Content-Type': json === undefined ? (contentType ?? 'application/octet-stream') : JSON_TYPE }),
    ...(status !== 204 && { 'Content-Length': body?.byteLength ?? 0 }),
    ...(json !== undefined && { 'OData-Version': '4.0' }),
    ...headers,
  });
  if (!body || body.byteLength <= CHUNK) await ended(response, body);
  else await pipeline(chunksOf(body), response);
}

function* chunksOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.byteLength; at += CHUNK) yield body.subarray(at, at + CHUNK);
}

/** A request runs until its answer is out: only then does its slot go to another. */
function ended(response: ServerResponse, body: Buffer | undefined): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.end(body, resolve);
  });
}

/** To its end also when it is too large: a client that is still sending does not read the answer. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw bodyTooLarge();
  return Buffer.concat(chunks);
}
