import { createRequire } from 'node:module';
import { defineAuth, type Secret, secret } from '@signalbox/core';
import { z } from 'zod';
import { openTokens } from './provider.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const isSecret = (value: unknown): value is Secret => typeof value === 'object' && value !== null && 'reveal' in value;

const configSchema = z
  .strictObject({
    /** The mailbox to open; its address when absent. */
    username: z.string().min(1).optional(),
    token: z.union([z.custom<Secret>(isSecret), z.string().min(1).transform(secret)]).optional(),
    /** Read anew for every request. */
    tokenFile: z.string().min(1).optional(),
  })
  .refine(({ token, tokenFile }) => (token === undefined) !== (tokenFile === undefined), {
    message: 'exactly one of token and tokenFile is needed',
    path: ['tokenFile'],
  });

export type TokenConfig = z.output<typeof configSchema>;

export const plugin = defineAuth<TokenConfig>({
  kind: 'auth',
  name: 'token',
  version,
  contract: '^1.0',
  config: configSchema,
  issues: ['bearer'],
  open: async ({ config, clock }) => openTokens(config, clock),
});
