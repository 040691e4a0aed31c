import { createRequire } from 'node:module';
import { defineTransport } from '@signalbox/core';
import { type SmtpConfig, smtpConfig } from './config.ts';
import { openSmtp } from './transport.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

export const plugin = defineTransport<SmtpConfig>({
  kind: 'transport',
  name: 'smtp',
  version,
  contract: '^1.0',
  config: smtpConfig,
  facets: ['send'],
  credentials: ['bearer', 'password'],
  open: (context, options) => openSmtp(context, options),
});
