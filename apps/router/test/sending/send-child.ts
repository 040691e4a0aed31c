import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SendingSettings } from '@signalbox/router';
import type { SendingPlace } from './sending-world.ts';

/** Where a sender can be stopped. `before-dot`: the content has been handed over, its end has not. `before-send`, `answered`: around Graph's request. `filing`: the copy for Sent was read, and nothing of it is on the wire. */
export type Step = 'claimed' | 'staging' | 'staged' | 'at-wire' | 'before-dot' | 'before-send' | 'answered' | 'accepted' | 'filing';

export interface SendChildSettings {
  /** Absent: it sends until somebody else ends it. */
  readonly step?: Step;
  /** At the first mail that comes so far, or at a later one. */
  readonly at?: number;
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
  readonly control: { readonly url: string; readonly secret: string; readonly ca: string };
  readonly config: string;
  /** That the configuration names, beside the `ca.pem` of the tenant. */
  readonly files?: Readonly<Record<string, string>>;
  readonly place: SendingPlace;
  readonly settings?: Partial<SendingSettings>;
}

/** A sender in a process of its own. Disposal kills it. */
export interface SendChild extends AsyncDisposable {
  /** Resolves once it has come to its step. */
  readonly reached: Promise<void>;
  wake(): void;
  /** `kill -9`. Resolves once it is dead. */
  kill(): Promise<void>;
}

export function startSender(settings: SendChildSettings): SendChild {
  const script = fileURLToPath(new URL('../child/send.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', script, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const reach = async (): Promise<void> => {
    for await (const line of createInterface({ input: child.stdout })) if (line === settings.step) return settings.signal === 'SIGKILL' ? void (await closed) : undefined;
    throw new Error(`The sender ended before "${settings.step}": ${stderr}`);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  const reached = reach();
  reached.catch(() => {}); // told to whoever waits for it
  return {
    reached,
    wake: () => void child.kill('SIGCONT'),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
