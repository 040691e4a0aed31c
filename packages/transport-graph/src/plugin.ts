import { defineTransport } from '@signalbox/core';
import { graphConfig } from './config.ts';
import { openGraph } from './transport.ts';
import { VERSION } from './version.ts';

export const plugin = defineTransport({
  kind: 'transport',
  name: 'graph',
  version: VERSION,
  contract: '^1.0',
  config: graphConfig,
  facets: ['receive', 'mutate', 'send'],
  credentials: ['bearer'],
  open: (context, options) => openGraph(context, options),
});
