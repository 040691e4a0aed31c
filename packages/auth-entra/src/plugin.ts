import { createRequire } from 'node:module';
import { defineAuth } from '@signalbox/core';
import { configSchema, type EntraConfig } from './config.ts';
import { openEntra } from './provider.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

export const plugin = defineAuth<EntraConfig>({
  kind: 'auth',
  name: 'entra',
  version,
  contract: '^1.0',
  config: configSchema,
  issues: ['bearer'],
  open: (context) => openEntra(context),
});
