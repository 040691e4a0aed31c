import { describe, expect, it } from 'vitest';
import { keptSource, startTenant, type TenantOptions } from '../src/index.ts';
import { createDoorView } from '../src/store/door-view.ts';

async function ground(options: TenantOptions = {}) {
  const tenant = await startTenant({ doors: [], ...options });
  const mailbox = tenant.store.mailbox('sales@contoso.test')!;
  const message = mailbox.append('inbox', { source: keptSource(Buffer.from('Message-ID: <one@x>\r\nX-Own: 1\r\n\r\nHi\r\n')) });
  const [imap, graph] = (['imap', 'graph'] as const).map((door) => createDoorView(door, tenant));
  return { tenant, mailbox, message, imap: imap!, graph: graph! };
}

describe('two doors into one mailbox', () => {
  it('show other bytes, or the kept ones when asked to', async () => {
    const { mailbox, message, imap, graph } = await ground();
    expect(imap.mime(mailbox, message).raw.equals(graph.mime(mailbox, message).raw)).toBe(false);
    const kept = await ground({ mime: 'kept' });
    for (const door of [kept.imap, kept.graph]) expect(door.mime(kept.mailbox, kept.message).raw).toBe(kept.message.source.read());
  });

  it('agree on the arrival, until they are made to disagree', async () => {
    const { tenant, mailbox, message, imap, graph } = await ground();
    expect(imap.arrivedAt(mailbox, message)).toEqual(graph.arrivedAt(mailbox, message));
    tenant.faults.set('door.arrival-shift', { door: 'graph', ms: 3_600_000 });
    expect(graph.arrivedAt(mailbox, message).getTime() - imap.arrivedAt(mailbox, message).getTime()).toBe(3_600_000);
  });

  it.each([['rewritten', '<rewritten.one@x>'], ['without-brackets', 'one@x']] as const)('show a Message-ID that is %s at one of them when the fault is set', async (as, expected) => {
    const { tenant, mailbox, message, imap, graph } = await ground({ mime: 'kept' });
    tenant.faults.set('door.message-id', { door: 'graph', as });
    expect(graph.mime(mailbox, message).raw.toString()).toContain(`Message-ID: ${expected}\r\n`);
    expect(imap.mime(mailbox, message).raw.toString()).toContain('Message-ID: <one@x>\r\n');
  });

  it('strip own X-headers at Graph when the fault is set', async () => {
    const { tenant, mailbox, message, imap, graph } = await ground();
    tenant.faults.set('graph.strip-x-headers');
    expect(graph.mime(mailbox, message).raw.toString()).not.toContain('X-Own');
    expect(graph.mime(mailbox, message).raw.toString()).toContain('X-MS-Has-Attach');
    expect(imap.mime(mailbox, message).raw.toString()).toContain('X-Own: 1');
  });
});
