import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@signalbox/lab';

// `npm run test:servers -- <vitest's own arguments>`; `startLab` and `startPostgres` say what to install where a server is missing.
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
const config = fileURLToPath(new URL('../vitest.config.ts', import.meta.url));

// The tests of the store find it by this variable, and go to SQLite without.
await using postgres = await startPostgres();
const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, SIGNALBOX_TEST_POSTGRES: postgres.url } });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
