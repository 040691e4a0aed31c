import { Agent, fetch, type RequestInit } from 'undici';
import { connectControl, startTenant, type Tenant, type TenantControl } from '../src/index.ts';

/** A tenant whose control endpoint is open, and a client that knows its secret. */
export interface Controlled extends AsyncDisposable {
  readonly tenant: Tenant;
  readonly control: TenantControl;
  /** As any other program would ask; `secret: undefined` shows none. */
  ask(path: string, init?: RequestInit, secret?: string | null): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }>;
}

export async function openControlled(): Promise<Controlled> {
  await using stack = new AsyncDisposableStack();
  const tenant = stack.use(await startTenant({ doors: ['control', 'imap', 'smtp'] }));
  const { url, secret: own } = tenant.doors.control!;
  const control = stack.use(await connectControl({ url, secret: own, ca: tenant.certificates.ca }));
  const dispatcher = new Agent({ connect: { ca: tenant.certificates.ca } });
  stack.defer(() => dispatcher.destroy());
  const kept = stack.move();
  return {
    tenant,
    control,
    async ask(path, init = {}, secret = own) {
      const answer = await fetch(new URL(path, url), { ...init, dispatcher, headers: { ...(init.headers as Record<string, string> | undefined), ...(secret !== null && { authorization: `Bearer ${secret}` }) } });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers as unknown as Headers };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
