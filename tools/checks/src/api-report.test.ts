import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeApiReport } from './api-report.ts';
import { coreApiReport } from './core-api.ts';
import { assertUpToDate } from './generated-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'signalbox-api-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function reportOf(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return makeApiReport('example', join(directory, 'index.ts'));
}

describe('the API report', () => {
  it('of core is what the sources say', () => {
    assertUpToDate(coreApiReport());
  });

  it('follows an export to the file that declares it and leaves comments out', () => {
    const report = reportOf({ 'index.ts': "export { type Shape } from './shape.ts';", 'shape.ts': '/** Round. */ export interface Shape { readonly size: number }' });
    expect(report).toContain('### Shape');
    expect(report).toContain('readonly size: number;');
    expect(report).not.toContain('Round');
  });

  it('shows what an export needs without being exported itself, through other files too', () => {
    const report = reportOf({
      'index.ts': "export type { Shape } from './shape.ts';",
      'shape.ts': "import type { Size } from './size.ts'; export interface Shape { readonly size: Size }",
      'size.ts': 'type Unit = "mm"; export interface Size { readonly unit: Unit } export interface Unused { readonly a: 1 }',
    });
    const [, hidden] = report.split('## Referenced, not exported');
    expect(hidden).toContain('### Size');
    expect(hidden).toContain('### Unit');
    expect(report).not.toContain('Unused');
  });

  it('changes when a member becomes optional', () => {
    const index = "export type { Shape } from './shape.ts';";
    const before = reportOf({ 'index.ts': index, 'shape.ts': 'export interface Shape { readonly size: number }' });
    const after = reportOf({ 'index.ts': index, 'shape.ts': 'export interface Shape { readonly size?: number }' });
    expect(after).not.toBe(before);
  });

  it('refuses an export by star, which would hide what becomes public', () => {
    const files = { 'index.ts': "export * from './shape.ts';", 'shape.ts': 'export interface Shape { readonly size: number }' };
    expect(() => reportOf(files)).toThrow('named exports');
  });

  it('refuses sources with type errors', () => {
    expect(() => reportOf({ 'index.ts': "export { a } from './a.ts';", 'a.ts': 'export const a: string = 1;' })).toThrow('not assignable');
  });
});

describe('a generated file', () => {
  it('that differs is reported with the line and the command', () => {
    const report = coreApiReport();
    const changed = { ...report, content: report.content.replace('## Exported', '## Exported!') };
    expect(() => assertUpToDate(changed)).toThrow(/core\.api\.md is out of date from line 5 on; run `npm run api`/);
  });

  it('that is longer or shorter is out of date', () => {
    const report = coreApiReport();
    expect(() => assertUpToDate({ ...report, content: `${report.content}\nmore` })).toThrow('out of date');
    expect(() => assertUpToDate({ ...report, content: report.content.slice(0, -20) })).toThrow('out of date');
  });
});
