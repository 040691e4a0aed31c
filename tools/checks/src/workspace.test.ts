import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText } from './generated-file.ts';
import { publishablePackages, readManifest, ROOT, workspacePackages } from './workspace.ts';

const FLOORS = ['core', 'kit', 'plugin', 'store', 'router', 'app', 'tool'].map((floor) => `floor:${floor}`);

describe('the workspace', () => {
  it('starts every npm script through the launcher, so that it runs on the pinned Node', () => {
    const past = Object.entries(readManifest('.').scripts ?? {}).filter(([, script]) => !script.startsWith('node tools/launch.mjs '));
    expect(past).toEqual([]);
  });

  it('names only files in its scripts that exist', () => {
    const files = Object.values(readManifest('.').scripts ?? {}).flatMap((script) => script.match(/\S+\.(?:m?js|ts)\b/g) ?? []);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('compiles with TypeScript 7, whichever alias sorts first', () => {
    const version = execFileSync(process.execPath, [join(ROOT, 'node_modules/.bin/../@typescript/compiler/bin/tsc'), '-v'], { encoding: 'utf8' });
    expect(version).toMatch(/^Version 7\./);
    const bin = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { bin?: Record<string, string> }> };
    const providers = Object.entries(bin.packages).filter(([path, { bin: bins }]) => bins?.['tsc'] !== undefined && path.split('node_modules/').length === 2);
    expect(providers.map(([path]) => path).toSorted()[0]).toBe('node_modules/@typescript/compiler');
  });

  it('gives every package one floor', () => {
    const wrong = workspacePackages().filter(({ manifest }) => manifest.nx?.tags?.length !== 1 || !FLOORS.includes(manifest.nx.tags[0] ?? ''));
    expect(wrong.map(({ directory }) => directory)).toEqual([]);
  });

  it('has every package built, type-checked and tested', () => {
    const incomplete = workspacePackages().filter(({ manifest }) => ['build', 'typecheck', 'test'].some((target) => manifest.nx?.targets?.[target] === undefined));
    expect(incomplete.map(({ directory }) => directory)).toEqual([]);
  });

  it('never caches what runs against real servers', () => {
    const { nx } = readManifest('tools/server-tests');
    const cached = Object.entries(nx?.targets ?? {}).filter(([name, { cache }]) => !['build', 'typecheck'].includes(name) && cache !== false);
    expect(cached).toEqual([]);
  });

  it('depends on its own packages as published ones must: by the version they have', () => {
    const versions = new Map(publishablePackages().map(({ manifest }) => [manifest.name, `^${manifest.version}`]));
    const wrong = publishablePackages().flatMap(({ manifest }) =>
      Object.entries(manifest.dependencies ?? {}).filter(([name, range]) => versions.has(name) && versions.get(name) !== range).map(([name, range]) => `${manifest.name}: ${name} ${range}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(publishablePackages())('publishes $directory with licence, read-me, access and provenance', ({ directory, manifest }) => {
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
    expect(readText(`${directory}/LICENSE`)).toBe(readText('LICENSE'));
    expect(readText(`${directory}/README.md`)).toContain(`# ${manifest.name}`);
  });
});
