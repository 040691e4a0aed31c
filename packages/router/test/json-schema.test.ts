import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../src/index.ts';

const FILE = join(import.meta.dirname, '..', 'schema', 'signalbox.schema.json');

it('publishes the schema that is checked against (write it anew with UPDATE_SCHEMA=1)', async () => {
  const schema = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, schema);
  expect((await readFile(FILE, 'utf8')).replaceAll('\r\n', '\n')).toBe(schema);
});

it('tells editors that a secret is a text', () => {
  const text = JSON.stringify(configJsonSchema());
  expect(text).toContain('"password":{"type":"string"');
  expect(text).toContain('"$schema":"https://json-schema.org/draft/2020-12/schema"');
});
