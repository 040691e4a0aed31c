import { type CallOptions, MailError, type MailTransport, type Send, type TransportContext } from '@signalbox/core';
import type { SmtpConfig } from './config.ts';
import { createConnector } from './connection/connector.ts';
import { Pool } from './connection/pool.ts';
import { dispatch } from './dispatch.ts';
import { createProbe } from './probe.ts';

/** Opens the first connection, so that a transport that opens also works. */
export async function openSmtp(context: TransportContext<SmtpConfig>, options?: CallOptions): Promise<MailTransport> {
  options?.signal?.throwIfAborted();
  const { config } = context;
  const connector = createConnector(context);
  const pool = new Pool(connector, context.clock, config);
  const maxBytes = await firstLimit(pool, config, options);

  const send: Send = {
    traits: { envelope: 'explicit', messageId: 'kept', sentCopy: config.sentCopy, ...(maxBytes !== undefined && { maxBytes }) },
    async dispatch(what, callOptions) {
      callOptions?.signal?.throwIfAborted();
      pool.closing.throwIfAborted();
      if ('handle' in what) throw new MailError('capability.unsupported', 'SMTP stages nothing, so this handle is not from here.');
      return dispatch(pool, config, what, callOptions);
    },
  };
  return {
    probe: createProbe(context, connector, pool.closing),
    send,
    async [Symbol.asyncDispose]() {
      pool.close();
    },
  };
}

async function firstLimit(pool: Pool, config: SmtpConfig, options?: CallOptions): Promise<number | undefined> {
  using loan = await pool.take({ signal: options?.signal });
  return config.maxBytes ?? loan.session.capabilities.maxBytes;
}
