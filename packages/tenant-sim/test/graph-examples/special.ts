import type { Answer } from '../graph-world.ts';
import type { Example } from './example.ts';
import type { Ground } from './ground.ts';

/** Examples that are more than one request to the mailbox. What they say is the answer, or what a client's address was sent. */
export type Special = (ground: Ground, example: Example) => Promise<Answer | { readonly sent: unknown }>;

const SIZE = 3_483_322;
const FIRST = 2_097_152;

async function upload(ground: Ground, pieces: number, method: 'PUT' | 'DELETE' = 'PUT'): Promise<Answer> {
  const { world, token } = ground;
  const id = encodeURIComponent(world.mailbox.ordinaryId(ground.draft()));
  const session = await world.ask('POST', `/me/messages/${id}/attachments/createUploadSession`, { token, body: { AttachmentItem: { attachmentType: 'file', name: 'flower', size: SIZE } } });
  const url = session.json['uploadUrl'] as string;
  const ranges = [
    [0, FIRST],
    [FIRST, SIZE],
  ] as const;
  let answer = method === 'DELETE' ? await world.ask('DELETE', url, { token: '' }) : undefined;
  for (const [from, to] of ranges.slice(0, pieces)) {
    answer = await world.ask('PUT', url, { token: '', body: Buffer.alloc(to - from), headers: { 'content-type': 'application/octet-stream', 'content-range': `bytes ${from}-${to - 1}/${SIZE}` } });
  }
  return answer!;
}

/** What the webhook gets by a subscription of its own. */
async function notified(ground: Ground, more: object, provoke: () => void): Promise<{ readonly sent: unknown }> {
  const id = await ground.subscription(more);
  const { webhook } = ground;
  provoke();
  for (let count = 1; ; count += 1) {
    await webhook.until(count);
    const found = webhook.received.find(({ json }) => json.value.some(({ subscriptionId }) => subscriptionId === id));
    if (found) return { sent: found.json };
  }
}

const lifecycle =
  (event: 'missed' | 'subscriptionRemoved' | 'reauthorizationRequired'): Special =>
  (ground) =>
    notified(ground, {}, () => ground.world.fault('graph.lifecycle', { event }, 1));

const rich: Special = (ground) =>
  notified(ground, { changeType: 'created', resource: 'me/messages?$select=subject', includeResourceData: true, encryptionCertificate: ground.certificate, encryptionCertificateId: 'x' }, () => ground.received());

export const SPECIAL: Readonly<Record<string, Special>> = {
  '080': async (ground) => {
    const { world, token } = ground;
    const gone = ground.received();
    const changed = ground.received();
    const first = await world.ask('GET', '/me/mailFolders/inbox/messages/delta?$select=subject,sender,isRead', { token, headers: { prefer: 'odata.maxpagesize=1000' } });
    world.mailbox.remove(gone, 'recoverable');
    world.mailbox.update(changed, { isRead: true });
    return world.ask('GET', first.json['@odata.deltaLink'] as string, { token });
  },
  '078': (ground) => page(ground, 2),
  '079': (ground) => page(ground, 3),
  '085': (ground) => upload(ground, 1),
  '087': (ground) => upload(ground, 2),
  '091': (ground) => upload(ground, 0, 'DELETE'),
  '092': (ground) => {
    ground.world.fault('http.refuse', { status: 429, retryAfter: 2.128 }, 1);
    return ground.world.ask('GET', '/me/messages', { token: ground.token });
  },
  '097': (ground) => notified(ground, { changeType: 'created' }, () => ground.received()),
  '099': lifecycle('subscriptionRemoved'),
  '100': lifecycle('missed'),
  '101': lifecycle('reauthorizationRequired'),
  '105': rich,
  '106': rich,
  '121': (ground) => {
    ground.world.fault('graph.claims-challenge', {}, 1);
    return ground.world.ask('GET', '/me/messages', { token: ground.token });
  },
  '122': rich,
};

/** The page of a delta of five messages, by two. */
async function page(ground: Ground, nth: number): Promise<Answer> {
  const { world, token } = ground;
  const folder = world.mailbox.createFolder('inbox', crypto.randomUUID());
  for (let index = 0; index < 5; index += 1) world.put(['From: <a@example.net>', `Subject: ${index}`, '', 'x'], { folder: world.mailbox.folderId(folder) });
  let answer = await world.ask('GET', `/me/mailFolders/${world.mailbox.folderId(folder)}/messages/delta?$select=subject,sender,isRead`, { token, headers: { prefer: 'odata.maxpagesize=2' } });
  for (let at = 1; at < nth; at += 1) answer = await world.ask('GET', answer.json['@odata.nextLink'] as string, { token });
  return answer;
}
