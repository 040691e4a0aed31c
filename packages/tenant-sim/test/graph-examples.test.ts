import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from './graph-examples/compare.ts';
import { DOCUMENTED, type Example } from './graph-examples/example.ts';
import { EXCLUDED } from './graph-examples/excluded.ts';
import { type Ground, openGround } from './graph-examples/ground.ts';
import { prepare } from './graph-examples/prepare.ts';
import { SPECIAL } from './graph-examples/special.ts';
import type { Answer } from './graph-world.ts';

// The requests of Microsoft's documentation, sent to a prepared mailbox; status, property names, types and error code compared.

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const replayed = DOCUMENTED.filter(({ id }) => !(id in EXCLUDED) && !id.startsWith('096'));
/** Where an example has no answer: what the documentation says of it in prose (FACTS.md E1). */
const IN_PROSE: Readonly<Record<string, number>> = { '082': 200, '095': 201, '098': 201, '102': 204, '103': 200 };

async function replay(example: Example): Promise<Answer | { readonly sent: unknown }> {
  const special = SPECIAL[example.id.slice(0, 3)];
  if (special) return special(ground, example);
  const { method, path, headers, body } = await prepare(ground, example);
  return ground.world.ask(method, path, { token: ground.token, headers, ...(body !== undefined && { body }) });
}

const codeOf = (body: unknown): unknown => (body as { readonly error?: { readonly code?: string } } | undefined)?.error?.code;

describe('the examples of the documentation', () => {
  it('are all replayed but for twelve at most', () => {
    expect(Object.keys(EXCLUDED).length).toBeLessThanOrEqual(12);
    expect(Object.keys(EXCLUDED).filter((id) => !DOCUMENTED.some((example) => example.id === id))).toEqual([]);
    expect(replayed.length).toBeGreaterThan(90);
  });

  it.each(replayed.map((example) => [example.id, example] as const))('%s', async (id, example) => {
    const answer = await replay(example);
    // What a client's address is sent is an example's request; everything else its response.
    const [expected, actual] = 'sent' in answer ? [example.request.body, answer.sent] : [example.response?.body, answer.text.startsWith('{') ? answer.json : {}];
    const status = 'sent' in answer ? undefined : answer.status;
    const documented = 'sent' in answer ? undefined : (example.response?.documentedStatusInProse ?? example.response?.status ?? IN_PROSE[id.slice(0, 3)]);
    expect([status, expected === undefined ? undefined : codeOf(actual)]).toEqual([documented, codeOf(expected)]);
    expect(differences(expected ?? {}, actual)).toEqual([]);
  });

  it('096-webhook-validation-handshake', async () => {
    const tokens: string[] = [];
    ground.webhook.handshake = (token) => {
      tokens.push(token);
      return {};
    };
    await ground.subscription();
    expect(tokens.length).toBeGreaterThan(0);
    expect(tokens.every((token) => token.includes(' '))).toBe(true);
    delete ground.webhook.handshake;
  });

  it('121-claims-challenge-401 has the documented header', async () => {
    const example = DOCUMENTED.find(({ id }) => id.startsWith('121'));
    ground.world.fault('graph.claims-challenge', {}, 1);
    const { headers } = await ground.world.ask('GET', '/me/messages', { token: ground.token });
    expect(headers['www-authenticate']).toBe(example?.response?.headers['WWW-Authenticate']);
  });
});
