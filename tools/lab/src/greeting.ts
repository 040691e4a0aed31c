import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { INSTALL_HINT, LabError } from './lab-error.ts';
import type { Daemon } from './process.ts';

const PATIENCE_MS = 20_000;

/**
 * Waits until each port greets in plain text (`* OK`, `220`). An open port is no sign of life: Dovecot's master
 * binds it before any service behind it works.
 */
export async function waitForGreetings(daemon: Daemon, ports: readonly number[]): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  await Promise.all(ports.map((port) => waitForGreeting(daemon, port, deadline)));
}

async function waitForGreeting(daemon: Daemon, port: number, deadline: number): Promise<void> {
  for (;;) {
    if (await greets(port)) return;
    const exited = daemon.exited();
    if (exited !== undefined) throw await failure(daemon, `ended while starting (${exited})`);
    if (Date.now() > deadline) throw await failure(daemon, `did not greet on port ${port} within ${PATIENCE_MS / 1000} s`);
    await sleep(25);
  }
}

/** An error that carries the last lines of the server's own log: they nearly always name the cause. */
export async function failure(daemon: Daemon, what: string): Promise<LabError> {
  const log = await readFile(daemon.logFile, 'utf8').catch(() => '');
  const lines = log.trimEnd().split('\n').slice(-12).join('\n');
  return new LabError(`${daemon.name} ${what}. If it is not installed completely: ${INSTALL_HINT} Its log ends with:\n${lines}`);
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(2000, () => answer(false));
    socket.once('data', (data) => answer(/^(\* OK|220|\+OK)/u.test(data.toString('latin1'))));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
