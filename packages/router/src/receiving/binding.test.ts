import { describe, expect, it } from 'vitest';
import { type Binding, bind, type BindOptions, contested, type KnownObject, refsToAsk, type Sighting } from './binding.ts';

const T0 = Date.parse('2026-11-25T10:00:00Z');
const [IMAP, GRAPH] = ['imap:host:993:a@b.c', 'graph:a@b.c'];

interface Seen {
  readonly id?: string | undefined;
  readonly facts?: string;
  readonly at?: number;
  readonly door?: string;
  readonly folder?: string;
  readonly holds?: string;
}

const seen = (key: string, { id = 'id-1', facts = 'facts', at = 0, door = IMAP, folder = 'INBOX', holds }: Seen = {}): Sighting => ({
  door,
  folder,
  key,
  factsKey: facts,
  arrivedAt: T0 + at,
  ...(id !== '' && { idKey: id }),
  ...(holds !== undefined && { contentKey: holds }),
});

/** What the ledger holds once a sighting was recorded. */
const known = (sighting: Sighting, extra: { kind?: KnownObject['kind']; gone?: boolean } = {}): KnownObject => ({
  id: `of ${sighting.key}`,
  kind: extra.kind ?? 'delivery',
  factsKey: sighting.factsKey,
  arrivedAt: sighting.arrivedAt,
  ...(sighting.idKey !== undefined && { idKey: sighting.idKey }),
  ...(sighting.contentKey !== undefined && { contentKey: sighting.contentKey }),
  refs: [{ door: sighting.door, folder: sighting.folder, key: sighting.key, gone: extra.gone ?? false }],
});

interface Scene extends Partial<Omit<BindOptions, 'isPresent'>> {
  readonly ledger?: readonly KnownObject[];
  /** Known keys that are still there when asked. */
  readonly present?: readonly string[];
  /** Seen keys that are not there any more when asked. */
  readonly passed?: readonly string[];
}

function bindIn({ ledger = [], present = [], passed = [], refsSurviveMove = false, rewritesIds = false }: Scene, ...sightings: Sighting[]): readonly Binding[] {
  const asked = new Set(refsToAsk(sightings, ledger, { refsSurviveMove }).map(({ key }) => key));
  const isPresent: BindOptions['isPresent'] = (ref) => {
    if (!asked.has(ref.key)) throw new Error(`Nobody asked for ${ref.key}.`);
    return present.includes(ref.key) || (sightings.some(({ key }) => key === ref.key) && !passed.includes(ref.key));
  };
  return bind(sightings, ledger, { isPresent, refsSurviveMove, rewritesIds });
}

const outcome = (bindings: readonly Binding[]): string[] =>
  bindings.map((binding) => {
    if (binding.is !== 'new') return `${binding.is} ${binding.object.id}`;
    const { sameMessageAs } = binding;
    return sameMessageAs ? `new, as ${'id' in sameMessageAs ? sameMessageAs.id : sameMessageAs.key}` : 'new';
  });

describe('binding within a door', () => {
  it('delivers different mails with a reused id that come a second apart', () => {
    expect(outcome(bindIn({}, seen('1', { facts: 'a' }), seen('2', { facts: 'b', at: 1000 })))).toEqual(['new', 'new, as 1']);
    const ledger = [known(seen('1', { facts: 'a' }))];
    expect(outcome(bindIn({ ledger, present: ['1'] }, seen('2', { facts: 'b', at: 1000 })))).toEqual(['new, as of 1']);
  });

  it('delivers the second of them also when the first has gone meanwhile', () => {
    const ledger = [known(seen('1', { facts: 'a' }))];
    expect(outcome(bindIn({ ledger }, seen('2', { facts: 'b', at: 1000 })))).toEqual(['new, as of 1']);
  });

  it('delivers what came through a list and directly in one second twice, marked', () => {
    expect(outcome(bindIn({}, seen('1'), seen('2')))).toEqual(['new', 'new, as 1']);
  });

  it('delivers a copy that a person made in the folder, marked, since the original is still there', () => {
    expect(outcome(bindIn({ ledger: [known(seen('1'))], present: ['1'] }, seen('9')))).toEqual(['new, as of 1']);
  });

  it('knows what was moved after it was listed, and takes it for no copy', () => {
    const moved = [known(seen('5', { folder: 'Archive' }))];
    expect(outcome(bindIn({ ledger: moved, present: ['5'], passed: ['1'] }, seen('1')))).toEqual(['passed of 5']);
    expect(outcome(bindIn({ ledger: moved, present: ['5'] }, seen('1')))).toEqual(['new, as of 5']);
    const withoutId = [known(seen('5', { id: '', folder: 'Archive' }))];
    expect(outcome(bindIn({ ledger: withoutId, present: ['5'], passed: ['1'] }, seen('1', { id: '' })))).toEqual(['passed of 5']);
  });

  it('takes for it nothing that says something else, though it is gone as well', () => {
    const robots = [known(seen('5', { folder: 'Archive', facts: 'first' }))];
    expect(outcome(bindIn({ ledger: robots, present: ['5'], passed: ['1'] }, seen('1', { facts: 'second' })))).toEqual(['new, as of 5']);
  });

  it('knows what was moved out and back again', () => {
    const [binding] = bindIn({ ledger: [known(seen('1'))] }, seen('9'));
    expect(binding).toMatchObject({ is: 'rebound', object: { id: 'of 1' }, replaces: [{ key: '1' }] });
  });

  it('knows it also where the key survives moves, and asks nobody then', () => {
    const ledger = [known(seen('x', { door: GRAPH, folder: 'archive' }))];
    expect(refsToAsk([seen('x', { door: GRAPH })], ledger, { refsSurviveMove: true })).toEqual([]);
    expect(outcome(bindIn({ ledger, refsSurviveMove: true }, seen('x', { door: GRAPH })))).toEqual(['rebound of x']);
    expect(outcome(bindIn({ ledger, refsSurviveMove: true }, seen('y', { door: GRAPH })))).toEqual(['new, as of x']);
  });

  it('binds a renumbered folder one to one, copies included, and delivers what is left over', () => {
    const old = ['1.1', '1.2', '1.3'].map((key, index) => known(seen(key, { at: index * 500 }), { kind: index === 0 ? 'baseline' : 'delivery' }));
    const now = ['2.1', '2.2', '2.3', '2.4'].map((key, index) => seen(key, { at: index * 500 }));
    expect(outcome(bindIn({ ledger: old }, ...now))).toEqual(['rebound of 1.1', 'rebound of 1.2', 'rebound of 1.3', 'new, as of 1.3']);
  });

  it('takes the nearest arrival first', () => {
    const ledger = [known(seen('1', { at: 0 })), known(seen('2', { at: 1900 }))];
    expect(outcome(bindIn({ ledger }, seen('9', { at: 2000 }), seen('8', { at: 100 })))).toEqual(['rebound of 2', 'rebound of 1']);
  });

  it('binds nothing that arrived more than two seconds apart', () => {
    expect(outcome(bindIn({ ledger: [known(seen('1'))] }, seen('9', { at: 2001 })))).toEqual(['new, as of 1']);
  });

  it('tells alerts with equal facts and second by their ids', () => {
    const ledger = [known(seen('1', { id: 'id-1' }))];
    expect(outcome(bindIn({ ledger }, seen('2', { id: 'id-2' })))).toEqual(['new']);
  });

  it('knows mail without an id by its facts, one to one', () => {
    const ledger = [known(seen('1', { id: '' })), known(seen('2', { id: '' }))];
    expect(outcome(bindIn({ ledger }, seen('8', { id: '' }), seen('9', { id: '' }), seen('10', { id: '' })))).toEqual(['rebound of 1', 'rebound of 2', 'new']);
  });

  it('delivers what may be a copy of one without an id or its twin that came back', () => {
    const [gone, there] = [known(seen('1', { id: '' })), known(seen('2', { id: '' }))];
    expect(outcome(bindIn({ ledger: [gone, there], present: ['2'] }, seen('3', { id: '' })))).toEqual(['new']);
    expect(outcome(bindIn({ ledger: [gone, there] }, seen('3', { id: '' }), seen('4', { id: '' })))).toEqual(['rebound of 1', 'rebound of 2']);
    expect(outcome(bindIn({ ledger: [gone], present: [] }, seen('3', { id: '' })))).toEqual(['rebound of 1']);
  });

  it('tells mails without an id by what they hold: one came back, the other was copied', () => {
    const alert = (key: string, holds: string): Sighting => seen(key, { id: '', holds });
    const ledger = [known(alert('1', 'disk full')), known(alert('2', 'disk failed'))];
    expect(outcome(bindIn({ ledger, present: ['2'] }, alert('3', 'disk failed'), alert('4', 'disk full')))).toEqual(['new', 'rebound of 1']);
    expect(outcome(bindIn({ ledger, present: ['2'] }, alert('3', 'disk lost')))).toEqual(['new']);
    expect(outcome(bindIn({ ledger, present: ['2'] }, alert('3', 'disk failed')))).toEqual(['new']);
  });

  it('knows a copy that came back, of which another is still there, as it does with an id', () => {
    const alert = (key: string): Sighting => seen(key, { id: '', holds: 'disk full' });
    expect(outcome(bindIn({ ledger: [known(alert('1')), known(alert('2'))], present: ['1'] }, alert('3')))).toEqual(['rebound of 2']);
    expect(outcome(bindIn({ ledger: [known(alert('1')), known(alert('2'))], present: ['1', '2'] }, alert('3')))).toEqual(['new']);
    expect(outcome(bindIn({ ledger: [known(seen('1')), known(seen('2'))], present: ['1'] }, seen('3')))).toEqual(['rebound of 2']);
  });

  it('takes no proof from what another door shows of it', () => {
    const ledger = [known(seen('1', { id: '', holds: 'as IMAP shows it' }))];
    expect(outcome(bindIn({ ledger }, seen('x', { id: '', door: 'imap:elsewhere', holds: 'as another server shows it' })))).toEqual(['rebound of 1']);
  });

  it('does not trust a ref that was given to another message after a restore', () => {
    const ledger = [known(seen('7', { id: 'old', facts: 'old', at: -60_000 }))];
    expect(outcome(bindIn({ ledger }, seen('7', { id: 'fresh', facts: 'fresh' })))).toEqual(['new']);
    expect(outcome(bindIn({ ledger }, seen('7', { id: 'old', facts: 'old', at: -60_000 })))).toEqual(['known of 7']);
  });

  it('finds the object again whose ref another message has got', () => {
    const ledger = [known(seen('7', { id: 'old', facts: 'old' }))];
    const sightings = [seen('7', { id: 'fresh', facts: 'fresh' }), seen('8', { id: 'old', facts: 'old' })];
    expect(outcome(bindIn({ ledger, present: ['7'] }, ...sightings))).toEqual(['new', 'rebound of 7']);
  });
});

describe('binding between doors', () => {
  const graph = (key: string, about: Seen = {}): Sighting => seen(key, { ...about, door: GRAPH });

  it('binds the same id, whatever the doors make of the rest', () => {
    expect(outcome(bindIn({ ledger: [known(seen('1', { facts: 'a' }))] }, graph('x', { facts: 'b', at: 1500 })))).toEqual(['rebound of 1']);
  });

  it('binds mail without an id by its facts', () => {
    expect(outcome(bindIn({ ledger: [known(seen('1', { id: '' }))] }, graph('x', { id: 'made by the door' })))).toEqual(['rebound of 1']);
  });

  it('binds a rewritten id by its facts, where the door is known to rewrite', () => {
    const ledger = [known(seen('1', { id: 'id-1' }))];
    expect(outcome(bindIn({ ledger, rewritesIds: true }, graph('x', { id: 'id-2' })))).toEqual(['rebound of 1']);
    expect(outcome(bindIn({ ledger }, graph('x', { id: 'id-2' })))).toEqual(['new']);
  });

  it('takes the same id before the same facts, so that the second of two equal alerts is delivered', () => {
    const ledger = [known(seen('1', { id: 'id-1' }))];
    expect(outcome(bindIn({ ledger, rewritesIds: true }, graph('y', { id: 'id-2' }), graph('x', { id: 'id-1' })))).toEqual(['new', 'rebound of 1']);
  });

  it('binds no facts to an object that is known to be gone', () => {
    const ledger = [known(seen('1', { id: 'id-1' }), { gone: true })];
    expect(outcome(bindIn({ ledger, rewritesIds: true }, graph('x', { id: 'id-2' })))).toEqual(['new']);
  });
});

describe('reading', () => {
  it('is done only for what has no id and looks like something that was read', () => {
    const ledger = [known(seen('1', { id: '', holds: 'a' })), known(seen('2', { id: '', facts: 'never read' }))];
    const sightings = [seen('1', { id: '' }), seen('3', { id: '' }), seen('4'), seen('5', { id: '', facts: 'never read' }), seen('6', { id: '', at: 9000 })];
    expect(contested(sightings, ledger, { refsSurviveMove: false }).map(({ key }) => key)).toEqual(['3']);
    expect(contested(sightings, ledger, { refsSurviveMove: true })).toEqual([]);
  });
});

describe('asking', () => {
  it('is done only for refs on which something depends', () => {
    const ledger = [known(seen('1')), known(seen('2', { id: 'other' })), known(seen('3'), { gone: true }), known(seen('4', { at: 9000 }))];
    expect(refsToAsk([seen('9')], ledger, { refsSurviveMove: false }).map(({ key }) => key)).toEqual(['1', '9']);
    expect(refsToAsk([seen('1')], ledger, { refsSurviveMove: false })).toEqual([]);
  });
});
