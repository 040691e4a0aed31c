import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { presets, routesOf } from './support.ts';

it('shows a configuration in the README that routes every mailbox as it says', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const text = /```yaml\r?\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const routes = await routesOf(text, { flows: presets, env: { SALES_PASSWORD: 'xxxx', ROBOT_PASSWORD: 'yyyy' }, files: { '/run/secrets/faxes': 'zzzz\n' } });
  expect(routes.flatMap(({ problems }) => problems)).toEqual([]);
  expect(routes.map(({ mailbox, receive, send }) => [mailbox.id, receive?.transport.name, send?.transport.name])).toEqual([
    ['sales', 'imap', 'smtp'],
    ['faxes', 'imap', undefined],
    ['robot', undefined, 'smtp'],
  ]);
});
