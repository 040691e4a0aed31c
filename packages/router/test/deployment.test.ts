import { describe, expect, it } from 'vitest';
import { createRegistry, type Deployed, describeDeployment, type DeploymentPlan, hasChanges, planDeployment, type PlanInput, resolveRoutes, summarizePlan, withoutMailbox } from '../src/index.ts';
import { bundle, loadText, presets } from './support.ts';

const ENV = { PASS: 'pa55-s3cret', OTHER: 'an0ther-s3cret', CLIENT: 'c1ient-s3cret', HOST: 'imap.contoso.com' };
const HEAD = `version: 1
organization: contoso
entra: { tenant: contoso.example, clientId: "1", clientSecret: "\${env:CLIENT}" }
servers:
  imap: { host: imap.contoso.com, port: 993 }
  smtp: { host: smtp.contoso.com }
`;
const SALES = '{ id: sales, address: sales@contoso.com, flow: basic, password: "${env:PASS}" }';
const SUPPORT = '{ id: support, address: support@contoso.com, flow: cloud }';

const file = (mailboxes: readonly string[], head = HEAD): string => `${head}mailboxes:\n${mailboxes.map((each) => `  - ${each}\n`).join('')}`;

async function deployed(text: string, env: Readonly<Record<string, string>> = ENV): Promise<Deployed> {
  const config = await loadText(text, { env });
  const registry = await createRegistry({ bundled: bundle(), external: [], positions: config.positions });
  return describeDeployment({ config, text, routes: await resolveRoutes({ config, registry, flows: presets }) });
}

type Circumstances = Partial<Pick<PlanInput, 'live' | 'doors'>>;

async function plan(before: string | undefined, after: string, { live = new Set(), doors = new Map() }: Circumstances = {}): Promise<DeploymentPlan> {
  const current = before === undefined ? undefined : { number: 7, deployed: await deployed(before) };
  return planDeployment({ ...(current && { current }), next: await deployed(after), live, doors });
}

const LIVE = new Set(['sales', 'support']);

/** `sales: flow receive basic (imap with password) → cloud (cloud with tenant)` */
const told = ({ mailboxes }: DeploymentPlan): readonly string[] =>
  mailboxes.flatMap((each) =>
    each.kind === 'changed'
      ? each.changes.map((change) => `${each.after.id}: ${change.what} ${'direction' in change ? `${change.direction} ` : ''}${'path' in change ? `${change.path} ` : ''}${String(change.before)} → ${String(change.after)}`)
      : [`${each.kind} ${each.kind === 'added' ? each.after.id : each.before.id}`],
  );

describe('a plan', () => {
  it('adds every mailbox where nothing was deployed', async () => {
    const first = await plan(undefined, file([SALES, SUPPORT]));
    expect([first.base, told(first), first.refusals, summarizePlan(first)]).toEqual([0, ['added sales', 'added support'], [], expect.stringMatching(/^2 added/) as string]);
  });

  it('finds no change in the same configuration, however it is written', async () => {
    const other = `# by hand\n${HEAD}defaults: { folders: [inbox] }\nmailboxes:\n  - id: sales\n    address: sales@contoso.com\n    password: \${env:PASS}\n    receive: basic\n    send: basic\n`;
    const again = await plan(file([SALES]), other);
    expect([hasChanges(again), told(again), again.unchanged]).toEqual([false, [], 1]);
  });

  it('tells mailboxes that come and go', async () => {
    const swapped = await plan(file([SALES]), file([SUPPORT]), { live: LIVE });
    expect(told(swapped)).toEqual(['added support', 'removed sales']);
    expect(swapped.mailboxes[1]?.notes.join()).toContain('erased');
    expect(swapped.refusals).toEqual([]);
  });

  it('takes another address under the same id for the same mailbox', async () => {
    const renamed = await plan(file([SALES]), file([SALES.replace('sales@', 'verkauf@')]), { live: LIVE });
    expect(told(renamed)).toEqual(['sales: address sales@contoso.com → verkauf@contoso.com']);
    expect([renamed.refusals, summarizePlan(renamed)]).toEqual([[], '1 renamed']);
  });

  it('warns where an address comes under another id', async () => {
    const renumbered = await plan(file([SALES]), file([SALES.replace('id: sales', 'id: verkauf')]), { live: LIVE });
    expect(told(renumbered)).toEqual(['added verkauf', 'removed sales']);
    expect(renumbered.mailboxes[0]?.notes.join()).toContain('keep the id "sales"');
  });

  it('tells a flow, a server and a sign-in name that change, by direction', async () => {
    const changed = await plan(file([SALES]), file([SALES.replace('flow: basic', 'receive: cloud, send: basic, username: robot, servers: { smtp: { host: out.contoso.com } }')]));
    expect(told(changed)).toEqual([
      'sales: flow receive basic (imap with password) → cloud (cloud with tenant)',
      'sales: server send smtp.contoso.com implicit → out.contoso.com implicit',
      'sales: username send sales@contoso.com → robot',
      'sales: setting servers.smtp.host undefined → out.contoso.com',
    ]);
  });

  it('notices that a reference leads to another server by now', async () => {
    const text = file([SALES], HEAD.replace('imap.contoso.com', '"${env:HOST}"'));
    const next = await deployed(text, { ...ENV, HOST: 'mail.contoso.com' });
    const moved = planDeployment({ current: { number: 1, deployed: await deployed(text) }, next, live: LIVE, doors: new Map() });
    expect(told(moved)).toEqual(['sales: server receive imap.contoso.com:993 implicit → mail.contoso.com:993 implicit']);
    expect(moved.refusals.map(({ reason }) => reason)).toEqual(['live-server']);
  });

  it('tells defaults where they count, and settings of the organisation once', async () => {
    const changed = await plan(file([SALES, SUPPORT]), file([SALES, SUPPORT], `${HEAD}defaults: { onAck: mark-read }\noutgoing: { from: contact@contoso.com }\n`));
    expect(told(changed)).toEqual(['sales: setting onAck nothing → mark-read', 'support: setting onAck nothing → mark-read']);
    expect(changed.shared).toEqual([{ what: 'setting', path: 'outgoing.from', after: 'contact@contoso.com' }]);
    expect(summarizePlan(changed)).toBe("2 changed, 1 of the organisation's settings");
  });

  it('tells a reference that changes, and of a secret in clear text nothing but that', async () => {
    const reference = await plan(file([SALES]), file([SALES.replace('PASS', 'OTHER')]));
    expect(told(reference)).toEqual(['sales: setting password ${env:PASS} → ${env:OTHER}']);
    const [before, after] = [file([SALES.replace('${env:PASS}', 'first-pa55')]), file([SALES.replace('${env:PASS}', 'second-pa55')])];
    const clear = await plan(before, after);
    expect(told(clear)).toEqual(['sales: setting password undefined → undefined']);
    expect(JSON.stringify(clear)).not.toMatch(/first-pa55|second-pa55/);
  });

  it('holds no secret that a reference led to', async () => {
    const kept = JSON.stringify(await deployed(file([SALES, SUPPORT])));
    expect(Object.values({ ...ENV, HOST: '-'.repeat(9) }).filter((value) => kept.includes(value))).toEqual([]);
  });

  it('says of a mailbox without a route that it has none', async () => {
    const broken = await plan(undefined, file([SUPPORT.replace('cloud', 'clout')]));
    expect(broken.mailboxes[0]?.notes).toEqual(expect.arrayContaining([expect.stringContaining('no route to receive')]));
  });
});

describe('a configuration without one of its mailboxes', () => {
  it('is written as it was otherwise, comments too', () => {
    const text = file(['{ id: a, address: a@b.c, flow: basic } # the first', '{ id: b, address: b@b.c, flow: basic }']);
    const without = withoutMailbox(text, 'b');
    expect(without).toContain('# the first');
    expect(without).not.toContain('b@b.c');
    expect(withoutMailbox(text, 'c')).toBeUndefined();
  });

  it('is none where another is written with its help', () => {
    expect(withoutMailbox(file(['&first { id: a, address: a@b.c, flow: basic }', '{ <<: *first, id: b, address: b@b.c }']), 'a')).toBeUndefined();
  });
});

describe('what a plan refuses', () => {
  it('is another flow of a mailbox that has received, naming the command that switches it', async () => {
    const hard = await plan(file([SALES, SUPPORT]), file([SALES.replace('flow: basic', 'flow: cloud'), SUPPORT]), { live: LIVE });
    expect(hard.refusals).toEqual([expect.objectContaining({ reason: 'live-flow', mailbox: 'sales', remedy: expect.stringContaining('signalbox switch plan sales') as string })]);
  });

  it('is not another flow of one that never has', async () => {
    expect((await plan(file([SALES]), file([SALES.replace('flow: basic', 'flow: cloud')]))).refusals).toEqual([]);
  });

  it('is not another flow to send by', async () => {
    const sending = await plan(file([SALES]), file([SALES.replace('flow: basic', 'receive: basic, send: cloud')]), { live: LIVE });
    expect([told(sending).length, sending.refusals]).toEqual([1, []]);
  });

  it('is not another way of TLS at the same server', async () => {
    const tls = await plan(file([SALES]), file([SALES], HEAD.replace('port: 993', 'port: 993, tls: starttls')), { live: LIVE });
    expect([told(tls).length, tls.refusals]).toEqual([1, []]);
  });

  it('is two entries that sign in to one mailbox of one server', async () => {
    const alias = '{ id: info, address: info@contoso.com, receive: basic, username: SALES@contoso.com, password: "${env:PASS}" }';
    const twice = await plan(undefined, file([SALES, alias]));
    expect(twice.refusals).toEqual([expect.objectContaining({ reason: 'same-mailbox', mailbox: 'info', message: expect.stringMatching(/"sales" and "info" .*info@contoso\.com is another address of sales@contoso\.com/) as string })]);
    const apart = await plan(undefined, file([SALES, alias.replace('receive: basic', 'receive: basic, servers: { imap: { host: other.contoso.com } }')]));
    expect(apart.refusals).toEqual([]);
    expect((await plan(undefined, file([SALES, alias.replace('receive:', 'send:')]))).refusals).toEqual([]);
  });

  it('is two entries of which their transports tell the same door', async () => {
    const doors = new Map([['sales', ['imap:x:993:sales@contoso.com']], ['support', ['imap:x:993:sales@contoso.com']]]);
    expect((await plan(undefined, file([SALES, SUPPORT]), { doors })).refusals.map(({ reason }) => reason)).toEqual(['same-mailbox']);
  });
});
