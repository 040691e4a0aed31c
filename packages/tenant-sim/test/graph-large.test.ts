import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphWorld, openGraph, SALES } from './graph-world.ts';

const COUNT = 20_000;

let world: GraphWorld;
beforeAll(async () => {
  world = await openGraph();
  world.tenant.store.fill(world.mailbox, { count: COUNT });
});
afterAll(() => world[Symbol.asyncDispose]());

const inbox = `/users/${SALES}/mailFolders/inbox/messages`;

describe('a large mailbox', () => {
  it('is counted, paged through deep down, and searched by Message-ID', async () => {
    expect((await world.get(`${inbox}/$count`)).text).toBe(String(COUNT));
    expect((await world.get(`${inbox}?$skip=${COUNT - 5}&$select=id`)).value).toHaveLength(5);
    const { value } = await world.get(`${inbox}?$select=internetMessageId&$filter=internetMessageId eq '<1.777@generated.example.net>'`);
    expect(value.map(({ internetMessageId }) => internetMessageId as unknown)).toEqual(['<1.777@generated.example.net>']);
  });

  it('is told whole by a delta, each message once', async () => {
    const ids = new Set<unknown>();
    let next = `${inbox}/delta?$select=id`;
    for (;;) {
      const { json, value } = await world.get(next, { prefer: 'odata.maxpagesize=1000' });
      for (const { id } of value) ids.add(id);
      if (json['@odata.deltaLink']) break;
      next = json['@odata.nextLink'] as string;
    }
    expect(ids.size).toBe(COUNT);
  });
});
