import { once } from 'node:events';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { TenantCertificates } from '../../certificates.ts';

export interface WebhookAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Calls an address of a client. It may show a certificate of the tenant's own authority. */
export type Webhook = (url: string, contentType: string, body: string, signal: AbortSignal) => Promise<WebhookAnswer>;

/** Longer answers are cut: nobody reads them. */
const LONGEST_ANSWER = 65_536;

export function createWebhook({ ca }: TenantCertificates): Webhook {
  // Reading 150 authorities takes ten milliseconds: done for each call, that was most of what a tenant with many subscriptions did.
  const secureContext = createSecureContext({ ca: [...rootCertificates, ca] });
  return async (url, contentType, body, signal) => {
    const isTls = url.startsWith('https:');
    const options = { method: 'POST', headers: { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }, signal, agent: false } as const;
    const secured = { ...options, secureContext };
    const outgoing = isTls ? tlsRequest(url, secured) : plainRequest(url, options);
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of incoming) if (text.length < LONGEST_ANSWER) text += String(chunk);
    return { status: incoming.statusCode ?? 0, contentType: incoming.headers['content-type'] ?? '', text };
  };
}
