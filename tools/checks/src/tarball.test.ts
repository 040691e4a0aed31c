import { describe, expect, it } from 'vitest';
import { defectsOf, type Tarball } from './tarball.ts';
import type { Manifest } from './workspace.ts';

const good: Manifest & { exports: object } = {
  name: '@signalbox/example',
  version: '0.1.0',
  license: 'MIT',
  exports: { '.': { '@signalbox/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
  publishConfig: { access: 'public', provenance: true },
  dependencies: { '@signalbox/core': '^0.1.0', zod: '4.6.7' },
};
const files = ['package.json', 'README.md', 'LICENSE', 'src/index.ts', 'dist/index.js', 'dist/index.d.ts'];
const versions = new Map([['@signalbox/core', '0.1.0']]);

const defects = (manifest: Partial<Manifest>, contents: readonly string[] = files): readonly string[] => {
  const tarball: Tarball = { directory: 'packages/example', file: 'example.tgz', manifest: { ...good, ...manifest }, contents };
  return defectsOf(tarball, versions);
};

describe('the check of a tarball', () => {
  it('finds nothing wrong with a good one', () => {
    expect(defects({})).toEqual([]);
  });

  it.each(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'])('finds that %s is missing', (path) => {
    expect(defects({}, files.filter((name) => name !== path))).toEqual([`${path} is missing`]);
  });

  it('finds that the command is missing', () => {
    expect(defects({ bin: { example: './bin/example.js' } })).toEqual(['bin/example.js is missing']);
  });

  it.each(['dist/index.test.js', 'src/index.test.ts', 'dist/tsconfig.lib.tsbuildinfo', 'test/world.ts'])('finds that %s is one file too many', (path) => {
    expect(defects({}, [...files, path])).toEqual([`${path} should not be published`]);
  });

  it.each(['*', 'latest', 'workspace:*', 'file:../core'])('refuses the range %s', (range) => {
    expect(defects({ dependencies: { '@signalbox/core': range } })).toHaveLength(1);
  });

  it('refuses a range that the package of this workspace does not meet, and a package that is not published', () => {
    expect(defects({ dependencies: { '@signalbox/core': '^0.0.9' } })).toEqual(['@signalbox/core is asked for as "^0.0.9" and is 0.1.0']);
    expect(defects({ dependencies: { '@signalbox/lab': '^0.1.0' } })).toEqual(['@signalbox/lab is not published']);
  });

  it('wants a licence, public access and provenance', () => {
    const { license: _, publishConfig: __, ...rest } = good;
    const tarball: Tarball = { directory: 'packages/example', file: 'example.tgz', manifest: rest, contents: files };
    expect(defectsOf(tarball, versions)).toHaveLength(3);
  });
});
