import { describe, expect, it } from 'vitest';
import { SABOTEURS, saboteursForServers } from '../saboteurs/index.ts';
import { CASES } from './index.ts';

const ids = CASES.map(({ id }) => id);

describe('the cases', () => {
  it('have ids of their own, in a group and in lower case', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^(lifecycle|abort|receive|message|mutate|send|auth|errors|plugin)\/[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  it('say each in a sentence of its own what a transport does', () => {
    expect(new Set(CASES.map(({ title }) => title)).size).toBe(ids.length);
  });

  it('cover every group', () => {
    expect(new Set(ids.map((id) => id.split('/')[0]))).toEqual(new Set(['lifecycle', 'abort', 'receive', 'message', 'mutate', 'send', 'auth', 'errors', 'plugin']));
  });
});

describe('the saboteurs', () => {
  it('name one to three cases that exist', () => {
    expect(SABOTEURS.filter(({ caughtBy }) => caughtBy.length < 1 || caughtBy.length > 3 || !caughtBy.every((id) => ids.includes(id))).map(({ id }) => id)).toEqual([]);
  });

  it('leave no case without one', () => {
    const named = new Set(SABOTEURS.flatMap(({ caughtBy }) => caughtBy));
    expect(ids.filter((id) => !named.has(id))).toEqual([]);
  });

  it('change something', () => {
    expect(SABOTEURS.filter((each) => !('sabotage' in each || 'sabotageOpen' in each || 'sabotagePlugin' in each || 'logs' in each))).toEqual([]);
    expect(new Set(SABOTEURS.map(({ id }) => id)).size).toBe(SABOTEURS.length);
  });

  it('lend ten to real servers, that need receive, mutate and a second door only', () => {
    const served = saboteursForServers.flatMap(({ caughtBy }) => caughtBy).filter((id) => !/^(receive|message|mutate)\//.test(id));
    expect([saboteursForServers.length, served]).toEqual([10, []]);
  });
});
