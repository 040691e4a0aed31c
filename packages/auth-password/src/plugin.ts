import { createRequire } from 'node:module';
import { defineAuth, type Secret, secret } from '@signalbox/core';
import { z } from 'zod';
import { openPassword } from './provider.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const isSecret = (value: unknown): value is Secret => typeof value === 'object' && value !== null && 'reveal' in value;

const configSchema = z.strictObject({
  /** The account to sign in as; the mailbox address when absent. */
  username: z.string().min(1).optional(),
  password: z.union([z.custom<Secret>(isSecret), z.string().min(1).transform(secret)], 'a password is needed'),
});

export type PasswordConfig = z.output<typeof configSchema>;

export const plugin = defineAuth<PasswordConfig>({
  kind: 'auth',
  name: 'password',
  version,
  contract: '^1.0',
  config: configSchema,
  issues: ['password'],
  open: async ({ config }) => openPassword(config),
});
