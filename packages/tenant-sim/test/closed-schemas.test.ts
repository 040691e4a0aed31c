import { describe, expect, it } from 'vitest';
import { DOCUMENTED_MESSAGE, faultsOf, type SeenAnswer } from './graph-fidelity.ts';

const answer = (body: unknown, query: Record<string, string> = {}): SeenAnswer => ({
  method: 'GET',
  segments: ['me', 'messages', 'AAMk='],
  query: new Map(Object.entries(query)),
  status: 200,
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(body)),
  isPartial: false,
});

describe('the check of answers', () => {
  it('finds an empty object wanting, by all that is documented', () => {
    expect(faultsOf(answer({}))).toEqual(['id', ...DOCUMENTED_MESSAGE].map((name) => `${name} is missing`));
  });

  it('finds a misspelt property, also deep within', () => {
    expect(faultsOf(answer({ id: 'a', subjekt: 'x' }, { $select: 'id' }))).toEqual([expect.stringContaining('subjekt')]);
    expect(faultsOf(answer({ id: 'a', from: { emailAddress: { adress: 'x' } } }, { $select: 'from' })).join(' ')).toContain('adress');
  });

  it('finds a wrong type, and what was selected and did not come', () => {
    expect(faultsOf(answer({ id: 'a', isRead: 'true' }, { $select: 'isRead' }))).toEqual([expect.stringContaining('must be boolean')]);
    expect(faultsOf(answer({ id: 'a' }, { $select: 'subject' }))).toEqual(['subject is missing']);
    expect(faultsOf(answer({ id: 'a', subject: null, '@odata.etag': 'x' }, { $select: 'subject' }))).toEqual([]);
  });

  it('finds an answer that nobody described', () => {
    expect(faultsOf({ ...answer({}), segments: ['me', 'mesages'] })).toEqual(['no operation is described for me/mesages']);
    expect(faultsOf({ ...answer({ error: { code: 'x', message: 'y', innerError: {} } }), status: 404 })).not.toEqual([]);
  });
});
