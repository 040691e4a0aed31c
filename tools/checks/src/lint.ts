// The lint target: oxlint, and a refusal to pass while the floor rule is off.
// The rule reads nx's cached project graph; without one it prints a warning and lets every import through, with exit code 0.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './workspace.ts';

const OXLINT = join(ROOT, 'node_modules/oxlint/bin/oxlint');
const RULE_OFF = 'No cached ProjectGraph is available';

async function lint(args: readonly string[]): Promise<number> {
  const { FORCE_COLOR = process.stdout.isTTY ? '1' : '0' } = process.env;
  const child = spawn(process.execPath, [OXLINT, '--type-aware', '--deny-warnings', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, FORCE_COLOR },
  });
  const { promise: exited, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject);
  child.on('close', (code) => resolve(code ?? 1));

  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += String(chunk);
  const code = await exited;
  if (!output.includes(RULE_OFF)) {
    process.stdout.write(output);
    return code;
  }
  console.error('The floor rule was off, because nx has no project graph here: nothing was checked. Run lint as `npm run lint`, without NX_CACHE_PROJECT_GRAPH=false.');
  return 1;
}

process.exitCode = await lint(process.argv.slice(2));
