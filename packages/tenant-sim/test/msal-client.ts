import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthenticationResult } from '@azure/msal-node';
import type { Tenant } from '../src/index.ts';
import type { Question, Told, ToldError } from './msal-process.ts';

export type DeviceCode = { readonly userCode: string; readonly verificationUri: string };

export class MsalFailure extends Error {
  readonly told: ToldError;
  constructor(told: ToldError) {
    super(told.message);
    this.told = told;
  }
}

export interface Msal extends AsyncDisposable {
  /** Calls a method of MSAL; what throws there rejects here with MsalFailure. */
  call<T = AuthenticationResult>(app: Question['app'], method: string, request: Question['request'], onDeviceCode?: (code: DeviceCode) => void): Promise<T>;
}

interface Waiting {
  readonly hear: (told: Told) => void;
  readonly reject: (reason: Error) => void;
}

/** Starts the process in which MSAL runs, trusting this tenant. */
export async function startMsal(tenant: Tenant): Promise<Msal> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-msal-'));
  const caFile = join(folder, 'ca.pem');
  await tenant.certificates.writeCa(caFile);
  const child = fork(join(import.meta.dirname, 'msal-process.ts'), { env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile }, execArgv: ['--conditions=@signalbox/source'], serialization: 'advanced' });
  const waiting = new Map<number, Waiting>();
  child.on('message', (told: Told) => waiting.get(told.id)?.hear(told));
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('The process of MSAL ended.'));
  });
  let asked = 0;
  return {
    call<T>(app: Question['app'], method: string, request: Question['request'], onDeviceCode?: (code: DeviceCode) => void) {
      const id = (asked += 1);
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const hear = (told: Told): void => {
        if ('deviceCode' in told) return onDeviceCode?.(told.deviceCode);
        waiting.delete(id);
        if ('error' in told) reject(new MsalFailure(told.error));
        else resolve(told.result as T);
      };
      waiting.set(id, { hear, reject });
      child.send({ id, app, method, request } satisfies Question);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(folder, { recursive: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
