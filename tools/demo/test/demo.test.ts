import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { runDemo } from '../src/demo.ts';

interface Shown {
  readonly code: number;
  readonly text: string;
}

/** Runs the demo on an 80-column screen; `onOutput` may stop it. */
async function show(options: { readonly seconds?: number; readonly everyMs: number }, onOutput?: (text: string, stop: () => void) => void): Promise<Shown> {
  const stop = new AbortController();
  const stdout = Object.assign(new PassThrough(), { columns: 80 });
  const stderr = new PassThrough();
  let text = '';
  let errors = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    onOutput?.(text, () => stop.abort());
  });
  stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const code = await runDemo({ io: { stdout, stderr, env: {}, signal: stop.signal }, ...options });
  expect(errors).toBe('');
  return { code, text };
}

const configuration = (text: string): string => /Configuration: (\S+)/.exec(text)?.[1] ?? '';

it('delivers and receives over four routes, answers by the fifth, and removes everything', async () => {
  let existed = false;
  const { code, text } = await show({ seconds: 3, everyMs: 50 }, (text) => {
    existed ||= existsSync(configuration(text));
  });
  expect(code).toBe(0);
  expect(text).toMatch(/sales +← imap · password/);
  expect(text).toMatch(/orders +← graph · bearer/);
  expect(text).toMatch(/support +← imap · bearer/);
  expect(text).toMatch(/press +← memory · password/);
  expect(text).toMatch(/sales +→ smtp · password +Re: /);
  for (const mailbox of ['sales', 'orders', 'support', 'press']) expect(text).toMatch(new RegExp(`✔ ${mailbox} +[1-9]\\d* of [1-9]`));
  expect(text.split('\n').filter((line) => line.length > 80 && !line.includes('Configuration'))).toEqual([]);
  expect(existed).toBe(true);
  expect(existsSync(configuration(text))).toBe(false);
});

it('ends at once and cleanly when it is interrupted', async () => {
  const { code, text } = await show({ everyMs: 60_000 }, (text, stop) => {
    if (text.includes('←')) stop();
  });
  expect(code).toBe(0);
  expect(existsSync(configuration(text))).toBe(false);
});
