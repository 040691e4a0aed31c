import { describe, expect, it } from 'vitest';
import { fieldsOf, flowsIn, withFlowFields } from '../src/deployment/with-flows.ts';

const file = (...mailboxes: readonly string[]): string => `version: 1 # one\norganization: contoso\nmailboxes:\n${mailboxes.map((each) => `  - ${each}\n`).join('')}`;

describe('the flows in the entry of a mailbox', () => {
  it('are written, and everything else stays as it is', () => {
    const text = file('{ id: sales, address: a@b.c, flow: basic } # busy', '{ id: faxes, address: f@b.c, flow: basic }');
    expect(withFlowFields(text, 'sales', () => ({ flow: 'cloud' }))).toEqual({ text: text.replace('flow: basic } # busy', 'flow: cloud } # busy'), before: { flow: 'basic' } });
    expect(withFlowFields(text, 'faxes', (before) => ({ receive: 'cloud', ...(before.flow !== undefined && { send: before.flow }) }))?.text).toContain('f@b.c, receive: cloud, send: basic }');
  });

  it.each([
    [{ id: 'sales', flow: 'basic' }],
    [{ id: 'sales', receive: 'basic', send: 'relay' }],
    [{ id: 'sales', receive: 'basic' }],
    [{ id: 'sales' }],
  ])('are put back as they were: %o', (entry) => {
    const text = file(`{ ${Object.entries(entry).map(([key, value]) => `${key}: ${value}`).join(', ')} }`);
    const there = withFlowFields(text, 'sales', () => ({ flow: 'cloud' }));
    expect(withFlowFields(there?.text ?? '', 'sales', () => there?.before ?? {})?.text).toBe(text);
  });

  it('are not touched where the entry shares its text with another, or is not there', () => {
    const shared = file('&one { id: sales, flow: basic }', '{ <<: *one, id: faxes }');
    for (const id of ['sales', 'faxes', 'nobody']) expect(withFlowFields(shared, id, () => ({ flow: 'cloud' }))).toBeUndefined();
  });

  it('say what each direction goes by', () => {
    expect([flowsIn({ flow: 'a' }), flowsIn({ flow: 'a', send: 'b' }), flowsIn({ receive: 'a' }), flowsIn({})]).toEqual([{ receive: 'a', send: 'a' }, { receive: 'a', send: 'b' }, { receive: 'a' }, undefined]);
    expect([fieldsOf({ receive: 'a', send: 'a' }), fieldsOf({ receive: 'a', send: 'b' }), fieldsOf({ send: 'a' })]).toEqual([{ flow: 'a' }, { receive: 'a', send: 'b' }, { send: 'a' }]);
  });
});
