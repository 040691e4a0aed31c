import { parseArgs } from 'node:util';
import { MASTER } from './accounts.ts';
import { describe } from './describe.ts';
import { install } from './install.ts';
import { LabError } from './lab-error.ts';
import { SERVER_NAMES, startLab, type ServerName } from './lab.ts';

const USAGE = `npm run lab -- install                  installs the servers (Debian packages, GreenMail's jar)
npm run lab -- start [servers…] [opts]  starts them and prints where they are, until Ctrl-C

servers:  ${SERVER_NAMES.join(' ')}; all of them, unless named
options:  --json             prints one line of JSON instead of a table
          --directory <dir>  keeps mail, configuration and logs there instead of in a fresh temporary folder
          --keep             leaves that folder when the lab ends`;

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, keep: { type: 'boolean' }, directory: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [command, ...names] = positionals;
  if (values.help === true) return print(USAGE);
  if (command === 'install') return install(print);
  if (command !== 'start') throw new LabError(USAGE);
  const servers = names.map(serverName);

  // Asked for before the servers start: whoever ends the lab meanwhile must not leave any behind.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  await using lab = await startLab({
    ...(servers.length > 0 && { servers }),
    ...(values.directory !== undefined && { directory: values.directory }),
    keep: values.keep ?? false,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const description = describe(lab);
  if (values.json === true) print(JSON.stringify({ ...description, master: MASTER, directory: lab.directory }));
  else {
    console.table(description.addresses);
    print(`users    ${description.users.map(({ user, password }) => `${user} (${password})`).join(', ')}`);
    print(`master   ${MASTER.user} (${MASTER.password}), as <user>*${MASTER.user}, Dovecot only`);
    print(`tokens   ${description.tokenEndpoint} (${description.clientId}, ${description.clientSecret})`);
    print(`CA       ${description.caFile}`);
    print(`folder   ${lab.directory}`);
    print('Ctrl-C ends it.');
  }
  const alive = setInterval(() => {}, 60_000);
  await ended;
  clearInterval(alive);
}

function serverName(name: string): ServerName {
  const found = SERVER_NAMES.find((candidate) => candidate === name);
  if (found === undefined) throw new LabError(`There is no server "${name}". There are: ${SERVER_NAMES.join(' ')}.`);
  return found;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof LabError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// Not left to the event loop: an idle HTTP connection would keep the command alive for seconds.
process.exit();
