import { describe, expect, it } from 'vitest';
import { brokenLinks, brokenLinksIn, linksOf } from './links.ts';

const documents = new Map([
  ['docs/a.md', '# Title\n\n## The *second* one, again\n\n## Twice\n\n## Twice\n'],
  ['docs/b.txt', ''],
]);
const broken = (text: string): readonly string[] =>
  brokenLinksIn('docs/a.md', text, { exists: (path) => path === 'docs' || documents.has(path), read: (path) => documents.get(path) ?? '' });

describe('the documents of this workspace', () => {
  it('link to nothing that does not exist', () => {
    expect(brokenLinks()).toEqual([]);
  });
});

describe('the check of links', () => {
  it.each(['[x](b.txt)', '[x](../docs/b.txt)', '![x](b.txt "title")', '[x](<b.txt>)', '[x]: b.txt', '[x](../docs/)', '[x](#title)', '[x](a.md#the-second-one-again)', '[x](#twice-1)'])('accepts %s', (text) => {
    expect(linksOf(text)).toHaveLength(1);
    expect(broken(text)).toEqual([]);
  });

  it.each(['[x](c.txt)', '![x](c.txt)', '[x]: c.txt', '[x](../b.txt)', '[x](#third)', '[x](a.md#twice-2)', '| [x](c.txt) |'])('finds %s', (text) => {
    expect(broken(text)).toHaveLength(1);
  });

  it.each(['[x](https://example.org/c.txt)', '[x](mailto:a@example.org)', '`[x](c.txt)`', '``a ` [x](c.txt)``', '```md\n[x](c.txt)\n```', '~~~\n[x](c.txt)\n~~~'])('leaves %s alone', (text) => {
    expect(linksOf(text)).toEqual([]);
  });
});
