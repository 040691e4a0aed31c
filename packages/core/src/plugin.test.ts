import { describe, expect, expectTypeOf, it } from 'vitest';
import { CONTRACT_VERSION } from './contract-version.ts';
import { defineAuth, defineTransport, type Plugin } from './plugin.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';

interface Config {
  readonly host: string;
}

const config: StandardSchemaV1<unknown, Config> = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { host: 'mail.example.org' } }) },
};

describe('a plugin definition', () => {
  const transport = defineTransport({
    kind: 'transport',
    name: 'example',
    version: '1.2.3',
    contract: '^1.0',
    config,
    facets: ['receive'],
    credentials: ['password'],
    async open(context) {
      expectTypeOf(context.config).toEqualTypeOf<Config>();
      return { probe: { check: async () => ({ checks: [] }) }, async [Symbol.asyncDispose]() {} };
    },
  });

  it('is the manifest itself, so that nothing is hidden from the host', () => {
    expect(transport).toMatchObject({ kind: 'transport', name: 'example', contract: '^1.0', facets: ['receive'], credentials: ['password'] });
  });

  it('with a configuration of its own can be held as any plugin', () => {
    const auth = defineAuth({ kind: 'auth', name: 'example', version: '1.2.3', contract: '^1.0', config, issues: ['password'], open: async () => { throw new TypeError('not opened here'); } });
    const plugins: readonly Plugin[] = [transport, auth];
    expect(plugins.map(({ kind }) => kind)).toEqual(['transport', 'auth']);
  });

  it('names a range over the contract’s version, which is a full semver version', () => {
    expect(CONTRACT_VERSION).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
