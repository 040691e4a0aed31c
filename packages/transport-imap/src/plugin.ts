import { defineTransport } from '@signalbox/core';
import { imapConfig } from './config.ts';
import { openImap } from './transport.ts';

export const plugin = defineTransport({
  kind: 'transport',
  name: 'imap',
  version: '0.1.0',
  contract: '^1.0',
  config: imapConfig,
  facets: ['receive', 'mutate'],
  credentials: ['bearer', 'password'],
  open: (context, options) => openImap(context, options),
});
