import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { findCanaries } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { EXIT } from './io.ts';
import { withConfig } from './workspace.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const CANARY = 'canary-of-a-token eyJ0eXAiOiJKV1Qi';

/** What happens in the middle of a watch, in code that nobody waits for. */
const CRASHES = {
  'an error that quotes a header': `throw Object.assign(new TypeError('Headers.append: "Bearer ${CANARY}" is an invalid header value.'), { code: 'ERR_HEADER' })`,
  'an error with a credential on it, and one below': `throw Object.assign(new Error('failed', { cause: new Error('${CANARY}') }), { request: { authorization: '${CANARY}' } })`,
  'a promise that nobody waits for': `Promise.reject(new Error('${CANARY}'))`,
  'something that is no error': `throw '${CANARY}'`,
};

/** Once the watch has told of its mailbox. */
const preload = (work: string): string => `const { stderr } = process;
const write = stderr.write.bind(stderr);
let told = false;
stderr.write = (text, ...rest) => {
  if (!told && String(text).includes('sales')) setImmediate(() => { ${work} });
  told ||= String(text).includes('sales');
  return write(text, ...rest);
};
`;

async function crash(work: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const files = { 'crash.mjs': preload(work) };
  await using workspace = await withConfig(`version: 1\norganization: contoso\nservers: { imap: { host: 127.0.0.1, port: 9 } }\nmailboxes:\n  - { id: sales, address: sales@contoso.example, receive: basic, password: '\${env:PASSWORD}' }\n`, files);
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', '--import', pathToFileURL(join(workspace.folder, 'crash.mjs')).href, main, 'watch'], { cwd: workspace.folder, env: { ...process.env, PASSWORD: CANARY }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, output };
}

describe('a crash', () => {
  it.each(Object.entries(CRASHES))('by %s says where it was, and tells no secret', { timeout: 30_000 }, async (_, work) => {
    const { code, output } = await crash(work);
    expect(code).toBe(EXIT.failed);
    expect(output).toMatch(/mistake in the program/);
    expect(output).toContain('sales'); // it had begun
    expect(findCanaries(Buffer.from(output), [CANARY])).toEqual([]);
  });

  it('shows the kind of the error, its code and the lines of the program', async () => {
    const { output } = await crash(CRASHES['an error that quotes a header']);
    expect(output).toMatch(/TypeError \(ERR_HEADER\)\n +at [^]*crash\.mjs:5:/);
  }, 30_000);

  it('as the runtime would print it is found by the same search', () => {
    const printed = inspect(Object.assign(new Error('failed'), { request: { authorization: CANARY } }));
    expect(findCanaries(Buffer.from(printed), [CANARY]).length).toBeGreaterThan(0);
  });
});
