import process from 'node:process';
import { writeFiles } from './command/files.ts';
import { parseOptions } from './command/options.ts';
import { renderDescription } from './command/screen.ts';
import { describeTenant } from './describe.ts';
import { startTenant } from './tenant.ts';

const AGAIN_MS = 500;
const { isJson, folder, tenant: options } = parseOptions(process.argv.slice(2));

// From the first moment: an interrupt while the tenant starts must leave nothing behind either.
const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
let interruptedAt = 0;
const onSignal = (): void => {
  // A launcher passes on what the terminal has sent to everyone already: only a later signal means "now".
  if (interruptedAt > 0 && performance.now() - interruptedAt > AGAIN_MS) process.exit(130);
  interruptedAt ||= performance.now();
  interrupt();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);

try {
  await serve();
} catch (error) {
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  console.error(code === 'EADDRINUSE' ? `signalbox-tenant: Port ${port} is taken. Choose another one, or none to get any free one.` : error);
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  await using tenant = await startTenant(options);
  await using files = await writeFiles(tenant, folder);
  const { caFile, configurationFile } = files;
  const description = describeTenant(tenant, { caFile, configurationFile });
  const { env, stdout } = process;
  const isColored = !env['NO_COLOR'] && (stdout.isTTY || Boolean(env['FORCE_COLOR']));
  stdout.write(isJson ? `${JSON.stringify(description)}\n` : renderDescription(description, isColored));
  await interrupted;
}
