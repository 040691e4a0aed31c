import { describe, expect, it } from 'vitest';
import { closureOf, type LockedPackages, productionClosure } from './production-closure.ts';

const names = (packages: LockedPackages): readonly string[] => closureOf(packages, ['packages/a']).map(({ name, version }) => `${name}@${version}`);

describe('the production closure', () => {
  it('holds what dependencies need in turn, and no development dependency', () => {
    const packages = {
      'packages/a': { dependencies: { one: '1' }, devDependencies: { tool: '1' } },
      'node_modules/one': { version: '1.0.0', dependencies: { two: '1' } },
      'node_modules/two': { version: '1.0.0' },
      'node_modules/tool': { version: '1.0.0' },
    };
    expect(names(packages)).toEqual(['one@1.0.0', 'two@1.0.0']);
  });

  it('takes the innermost copy, as Node does', () => {
    const packages = {
      'packages/a': { dependencies: { one: '1', two: '2' } },
      'node_modules/one': { version: '1.0.0', dependencies: { two: '1' } },
      'node_modules/one/node_modules/two': { version: '1.5.0' },
      'node_modules/two': { version: '1.0.0' },
      'packages/a/node_modules/two': { version: '2.0.0' },
    };
    expect(names(packages)).toEqual(['one@1.0.0', 'two@1.5.0', 'two@2.0.0']);
  });

  it('follows a link to a package of the workspace without listing it', () => {
    const packages = {
      'packages/a': { dependencies: { b: '*' } },
      'node_modules/b': { link: true, resolved: 'packages/b' },
      'packages/b': { dependencies: { one: '1' } },
      'node_modules/one': { version: '1.0.0' },
    };
    expect(names(packages)).toEqual(['one@1.0.0']);
  });

  it('leaves out a peer that may be absent, and keeps one that may not', () => {
    const packages = {
      'packages/a': { peerDependencies: { one: '1', two: '1' }, peerDependenciesMeta: { two: { optional: true } } },
      'node_modules/one': { version: '1.0.0' },
      'node_modules/two': { version: '1.0.0' },
    };
    expect(names(packages)).toEqual(['one@1.0.0']);
  });

  it('of this workspace holds the libraries and none of the tools', () => {
    const all = productionClosure().map(({ name }) => name);
    expect(all).toEqual(expect.arrayContaining(['imapflow', 'nodemailer', 'zod']));
    expect(all.filter((name) => name.startsWith('@signalbox/') || ['nx', 'vitest', 'typescript'].includes(name))).toEqual([]);
  });
});
