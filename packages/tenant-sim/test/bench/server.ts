import process from 'node:process';
import { startTenant } from '../../src/index.ts';
import { contoso } from '../../src/accounts.ts';

// A tenant in a process of its own, with a large mailbox and without limits; tells its parent how to reach it.

const now = new Date();
const { users, apps, tenant: settings } = contoso(now);
const unlimited = { graphConcurrency: 1_000, graphRequests: Infinity, graphUploadBytes: Infinity };
const tenant = await startTenant({ doors: ['graph'], tenant: { ...settings, limits: unlimited }, ...(users && { users }), ...(apps && { apps }) });
const mailbox = tenant.store.mailbox('sales@contoso.test')!;
tenant.store.fill(mailbox, { count: 10_000 });
const { token } = await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, resource: 'graph' });

process.send?.({ baseUrl: tenant.doors.graph!.baseUrl, ca: tenant.certificates.ca, token, mailbox: mailbox.address });
process.once('disconnect', () => void tenant[Symbol.asyncDispose]());
