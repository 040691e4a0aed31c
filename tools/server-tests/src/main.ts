import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// `npm run test:servers -- <vitest's own arguments>`; `startLab` says what to install where a server is missing.
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
const config = fileURLToPath(new URL('../vitest.config.ts', import.meta.url));

const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
