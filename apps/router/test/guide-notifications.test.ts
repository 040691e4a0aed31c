import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@signalbox/router';
import { describe, expect, it } from 'vitest';

const page = (path: string): string => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');
const guide = page('docs/guides/change-notifications.md');
const sections = ['docs/guides/change-notifications.md', 'apps/router/README.md'].flatMap((path) => [...page(path).matchAll(/```yaml\n(?:#.*\n)?(notifications:\n.*?)\n```/gs)].map((match) => [path, match[1] ?? ''] as const));

describe('what is said of change notifications', () => {
  it.each(sections)('shows in %s a section that loads', async (_path, section) => {
    const text = `version: 1\norganization: contoso\n${section}\nmailboxes:\n  - { id: sales, address: sales@contoso.com, flow: o365-client-credentials }\n`;
    const { notifications, warnings } = await loadConfig({ file: '/signalbox.yaml', text, env: {}, readFile: async () => '' });
    expect([notifications, warnings]).toEqual([{ publicUrl: 'https://mail.contoso.example/signalbox', listen: { host: '127.0.0.1', port: 8085 } }, []]);
  });

  it('is said in both places', () => expect(sections).toHaveLength(2));

  it('names no source that it does not link', () => {
    const linked = new Set([...guide.matchAll(/^\[([\w-]+)\]: https:/gm)].map((match) => match[1]));
    expect(new Set([...guide.matchAll(/\]\[([\w-]+)\]/g)].map((match) => match[1]))).toEqual(linked);
  });
});
