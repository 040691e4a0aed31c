// npm run release:dry: what a release made now would do. Changes nothing, needs no network and no earlier release.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { publishablePackages, ROOT } from './workspace.ts';

const NX = join(ROOT, 'node_modules/nx/dist/bin/nx.js');

/** Before the first tag nx has to be told that there is none; afterwards the flag would hide a lost tag. */
function firstRelease(): boolean {
  const tags = execFileSync('git', ['tag', '--list', 'core@*', 'v*'], { cwd: ROOT, encoding: 'utf8' });
  return tags.trim() === '';
}

const args = ['release', '--dry-run', '--skip-publish', ...(firstRelease() ? ['--first-release'] : [])];
const { status, stdout, stderr } = spawnSync(process.execPath, [NX, ...args], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } });
process.stdout.write(stdout + stderr);
if (status !== 0) throw new Error(`nx release ended with exit code ${status}.`);

const silent = publishablePackages().filter(({ manifest }) => !stdout.includes(`\n${manifest.name} `));
if (silent.length > 0) throw new Error(`The release says nothing of ${silent.map(({ manifest }) => manifest.name).join(', ')}: they are in no release group.`);
