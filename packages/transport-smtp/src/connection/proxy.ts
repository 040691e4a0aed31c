import type { Socket } from 'node:net';
import { MailError } from '@signalbox/core';
import { abortable } from '@signalbox/kit';
import httpProxyClient from 'nodemailer/lib/smtp-connection/http-proxy-client';

/** A socket that reaches the server through a proxy with CONNECT (RFC 9110 §9.3.6). */
export async function connectThroughProxy(proxy: string, host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  if (!/^https?:/i.test(proxy)) {
    throw new MailError('config.invalid', 'SMTP goes through HTTP proxies only, and this proxy is of another kind.', {
      remedy: { who: 'operator', action: 'fix-config', text: 'Give an http:// proxy for the SMTP server, or let its host be reached directly.' },
    });
  }
  const connecting = new Promise<Socket>((resolve, reject) => {
    httpProxyClient(proxy, port, host, (error, socket) => (error || !socket ? reject(error ?? new Error('No connection')) : resolve(socket)));
  });
  try {
    return await abortable(connecting, signal);
  } catch (error) {
    connecting.then((socket) => socket.destroy()).catch(() => {}); // nobody waits for it any more
    signal?.throwIfAborted();
    throw Object.assign(new Error('The proxy did not connect.', { cause: error }), { code: 'EPROXY' });
  }
}
