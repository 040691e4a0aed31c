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

  it('is searched for what is there and what is not, by field and through the text', async () => {
    const found = async (search: string): Promise<readonly unknown[]> => (await world.get(`${inbox}?$select=subject&$top=3&$search="${search}"`)).value.map(({ subject }) => subject as unknown);
    const last = world.tenant.facts.headers(world.mailbox.folder('inbox')!.messages.at(-1)!).subject!;
    expect(await found(`subject:${COUNT - 1}`)).toEqual([last]);
    expect(await found(`subject:${COUNT}`)).toEqual([]);
    expect(await found('sesquipedalian')).toEqual([]);
    // Sent most recently, so it comes first.
    expect((await found('regards'))[0]).toBe(last);
    world.put(['From: Ada <ada@example.org>', 'Subject: =?utf-8?B?c2VzcXVpcGVkYWxpYW4=?=', '', 'Hi']);
    world.put(['From: Ada <ada@example.org>', 'Subject: b', 'Content-Transfer-Encoding: base64', '', 'c2VzcXVpcGVkYWxpYW4gd29yZHM=']);
    world.put(['From: Ada <ada@example.org>', 'Subject: c', 'Content-Type: text/html', '', 'sesqui<b>pedalian</b>']);
    world.put(['From: Ada <ada@example.org>', 'Subject: long', ' winded', '', 'Hi']);
    expect(new Set(await found('sesquipedalian'))).toEqual(new Set(['b', 'sesquipedalian']));
    expect(await found('subject:sesquipedalian')).toEqual(['sesquipedalian']);
    expect(await found(String.raw`subject:\"long winded\"`)).toEqual(['long winded']);
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
    expect(ids.size).toBe(world.mailbox.folder('inbox')!.messages.length);
  });
});
