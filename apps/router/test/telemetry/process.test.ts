import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findCanaries } from '@signalbox/conformance';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import { EXIT, signalbox } from '../io.ts';
import { withConfig } from '../workspace.ts';

const ADDRESS = 'sales@contoso.test';
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const MAIL = { subject: 'canary-of-a-subject 7f3a', body: 'canary-of-a-body', sender: 'canary-of-a-sender@example.org', id: 'canary-of-an-id@example.org' } as const;
const SENT = { subject: 'canary-that-is-sent 91bc', body: 'canary-of-a-sent-body', recipient: 'canary-of-a-recipient@example.org' } as const;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** Takes what is exported to it: OTLP over HTTP, as JSON or as protobuf. */
async function openCollector() {
  const posts: { readonly path: string; readonly type: string; readonly key: string | undefined; readonly body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posts.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', key: request.headers['x-api-key']?.toString(), body: Buffer.concat(chunks) });
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end(request.headers['content-type']?.includes('json') ? '{}' : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  type Exported = { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[] };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    spans: (): readonly Span[] =>
      posts
        .filter(({ path, type }) => path === '/v1/traces' && type.includes('json'))
        .flatMap(({ body }) => (JSON.parse(body.toString()) as Exported).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const configuration = ({ doors, directory }: Tenant): string => `version: 1
organization: contoso
network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: 00000000-0000-0000-0000-000000000001, clientSecret: '\${env:CLIENT_SECRET}' }
auth: { entra: { authority: 'https://localhost:${doors.entra!.port}' } }
servers: { graph: { baseUrl: '${doors.graph!.baseUrl}', pollIntervalMs: 100 } }
mailboxes:
  - { id: sales, address: ${ADDRESS}, flow: o365-client-credentials, backlog: everything, onAck: mark-read }
`;

function start(cwd: string, env: Readonly<Record<string, string>>, argv: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@signalbox/source', main, ...argv], { cwd, env: { ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const gone = once(child, 'exit') as Promise<[number | null]>;
  return {
    stderr: () => stderr,
    async end() {
      child.kill('SIGTERM');
      return (await gone)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('a router that is told to export what it does', () => {
  it('exports each mail as one trace over processes and kills, with nothing of the mail and no secret in it', { timeout: 90_000 }, async () => {
    await using tenant = await startTenant({ mime: 'kept' });
    await using collector = await openCollector();
    await using workspace = await withConfig(configuration(tenant), { 'ca.pem': tenant.certificates.ca });
    const { folder } = workspace;
    const env = {
      SIGNALBOX_DATA: join(folder, 'data', 'store'),
      CLIENT_SECRET: 'adapter-secret',
      PATH: process.env['PATH'] ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=canary-of-an-api-key',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    const named = (name: string): readonly Span[] => collector.spans().filter((span) => span.name === name);
    const comes = async (name: string): Promise<void> => {
      await expect.poll(() => named(name).length, { timeout: 30_000 }).toBeGreaterThan(0);
    };
    expect((await signalbox(['apply'], { cwd: folder, env })).code).toBe(EXIT.ok);
    tenant.store.mailbox(ADDRESS)!.append('inbox', { source: keptSource(Buffer.from(`From: ${MAIL.sender}\r\nSubject: ${MAIL.subject}\r\nMessage-ID: <${MAIL.id}>\r\n\r\n${MAIL.body}\r\n`)) });
    await using first = start(folder, env, ['run', '--', process.execPath, '-e', 'setTimeout(() => {}, 100_000)']);
    await comes('read'); // in the hands of a program that does not end
    await first.kill();

    await using sender = start(folder, env, ['send', 'sales', '--to', SENT.recipient, '--subject', SENT.subject, '--text', SENT.body]);
    await comes('submit');
    await using second = start(folder, env, ['run', '--', process.execPath, '-e', `process.exit(process.env.TRACEPARENT ? 0 : 1)`]);
    await comes('effect');
    await expect.poll(() => tenant.mailFlow.submitted.length, { timeout: 30_000 }).toBe(1);
    expect([await second.end(), sender.stderr()]).toEqual([EXIT.ok, '']);

    const spans = collector.spans();
    const received = spans.filter(({ traceId }) => traceId === named('sweep')[0]?.traceId);
    const [record] = named('record');
    // The handing over that was killed was never told of; what it had read was.
    expect(received.filter(({ name }) => /^[a-z]/.test(name)).map(({ name }) => name).toSorted()).toEqual(['ack', 'deliver', 'effect', 'read', 'read', 'record', 'sweep']);
    expect(named('deliver')[0]?.parentSpanId).toBe(record?.spanId);
    const sent = spans.filter(({ traceId }) => traceId === named('submit')[0]?.traceId);
    expect(sent.filter(({ name }) => /^[a-z]/.test(name)).map(({ name }) => name).toSorted()).toEqual(['attempt', 'dispatch', 'settle', 'stage', 'submit']);
    expect(sent.find(({ name, attributes }) => name === 'POST' && attributes.some(({ key }) => key === 'http.response.header.request-id'))).toBeDefined();

    expect(new Set(collector.posts.map(({ path, key }) => `${path} ${key}`))).toEqual(new Set(['/v1/traces canary-of-an-api-key', '/v1/metrics canary-of-an-api-key']));
    const exported = Buffer.concat(collector.posts.map(({ body }) => body));
    const canaries = [...Object.values(MAIL), ...Object.values(SENT), ADDRESS, 'canary-of-an-api-key'];
    expect(exported.length).toBeGreaterThan(2_000);
    expect(findCanaries(exported, canaries)).toEqual([]);
    expect(exported.includes('adapter-secret')).toBe(false);
    expect(findCanaries(Buffer.concat([exported, Buffer.from(MAIL.subject)]), canaries)).not.toEqual([]);
  });

  it('loads nothing of OpenTelemetry to print its help, whatever the environment asks for', async () => {
    const hook = `import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) { if (name.includes('opentelemetry')) console.error(name); return next(name, context); } });`;
    const asked = async (...argv: readonly string[]): Promise<string> => (await promisify(execFile)(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, '--conditions=@signalbox/source', ...argv], { env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } })).stderr;
    expect(await asked(main, '--help')).toBe('');
    expect(await asked('--input-type=module', '-e', `await import('@opentelemetry/api')`)).toContain('@opentelemetry/api'); // the hook sees what is loaded
  });

  it('says what of the environment it cannot do, and asks nobody for anything where it is not told to', async () => {
    await using workspace = await withConfig('version: 1\norganization: contoso\nmailboxes: []\n');
    const env = { SIGNALBOX_DATA: join(workspace.folder, 'data', 'store'), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const run = (more: object) => signalbox(['run', '--maildir', 'in'], { cwd: workspace.folder, env: { ...env, ...more } });
    expect(await run({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('http/protobuf or http/json') as string });
    expect((await run({ OTEL_TRACES_SAMPLER: 'jaeger' })).stderr).toContain('parentbased_');
    expect((await run({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' })).stderr).toContain('from 0 to 1');
    expect((await run({ OTEL_METRIC_EXPORT_INTERVAL: 'often' })).stderr).toContain('OTEL_METRIC_EXPORT_INTERVAL');
    expect((await run({ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).stderr).toContain('There is no store at');
    expect((await run({ OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).stderr).toContain('There is no store at');
  });
});
