// npm run notices: checks the licences of everything the published packages bring along and writes THIRD_PARTY_NOTICES.md.
// With --check it only compares. A licence outside the policy fails either way.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import * as checker from 'license-checker-rseidelsohn';
import { keepGenerated } from './generated-file.ts';
import { ALLOWED_LICENCES, isAllowed } from './licence-policy.ts';
import { type InstalledPackage, productionClosure } from './production-closure.ts';
import { ROOT } from './workspace.ts';

interface Licensed extends InstalledPackage {
  readonly licence: string;
  /** Absent when the package ships no licence file: its package.json names the licence, and that is all there is. */
  readonly text?: string;
}

const scan = promisify(checker.init);

async function readLicences(): Promise<readonly Licensed[]> {
  const scanned = await scan({ start: ROOT });
  return productionClosure().map((found) => {
    const info = scanned[`${found.name}@${found.version}`];
    const licence = [info?.licenses ?? found.license ?? 'none named'].flat().join(' AND ');
    const file = info?.licenseFile;
    if (!file || !/^(?:licen[cs]e|copying)/i.test(basename(file))) return { ...found, licence };
    return { ...found, licence, text: readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim() };
  });
}

function assertAllowed(packages: readonly Licensed[]): void {
  const refused = packages.filter(({ licence }) => !isAllowed(licence));
  if (refused.length === 0) return;
  const list = refused.map(({ name, version, licence }) => `  ${name}@${version}: ${licence}`);
  throw new Error(`${refused.length} of ${packages.length} dependencies have a licence outside the policy (${[...ALLOWED_LICENCES].join(', ')}):\n${list.join('\n')}`);
}

function render(packages: readonly Licensed[]): string {
  const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  const texts = packages.flatMap(({ name, version, licence, text }) => [`### ${name} ${version}`, '', ...(text ? ['```text', text.replaceAll(/[ \t]+$/gm, ''), '```'] : [`${licence}; the package ships no licence file.`]), '']);
  return [
    '# Third-party notices',
    '',
    'What the published packages of Signalbox bring along when they are installed. Written by `npm run notices`; do not edit.',
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...rows,
    '',
    '## Licence texts',
    '',
    ...texts,
  ].join('\n');
}

const packages = await readLicences();
assertAllowed(packages);
console.log(`${packages.length} dependencies, every licence within the policy.`);
keepGenerated({ path: 'THIRD_PARTY_NOTICES.md', script: 'notices', content: render(packages) }, process.argv.includes('--check'));
