import { systemClock } from '@signalbox/kit';
import { addKey, defaultKeyFile, keepKeys, type RotateOptions, type Store, TAKEN_UP_MS } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { DataPlace } from '../session/data-place.ts';
import { currentUser } from '../session/deploying.ts';
import { UsageError } from '../usage-error.ts';
import { plural } from '../view/text.ts';

/** A statement that was begun with the old key is over by then (the store gives up after 5 s). */
const SETTLED_MS = 2 * TAKEN_UP_MS;
const OLDEST_ROUND = 30;
const HOUR_MS = 3_600_000;

export async function rotateKey(call: Call): Promise<ExitCode> {
  const place = await call.dataPlace();
  // With any other key nothing of the store is touched.
  await using before = await call.openStore();
  const file = place.directory === undefined ? undefined : keyFileOf(place);
  if (file === undefined) await demandTwoKeys(before, place);
  else await addKey(file, systemClock.now());
  await using store = await call.openStore();
  using progress = call.terminal.progress('Sealing everything anew…');
  const count = await sealAll(store, { signal: call.io.signal, onSealed: (sealed) => progress.update(`Sealing everything anew… ${plural(sealed, 'record')}`) });
  progress[Symbol.dispose]();
  const { current } = await store.keys();
  await store.audit.write({ who: currentUser(), what: 'key-rotated', subject: 'store', detail: { key: current, records: count } });
  if (call.options.json) call.terminal.json({ ok: true, key: current, records: count, ...(file !== undefined && { file }) });
  else {
    const { out } = call.terminal;
    const next = file === undefined ? 'The old key can be taken out wherever it is given.' : `The old key is still in ${file}, for backups; in a day "signalbox store forget-keys" takes it out. Back the file up.`;
    out.tell(out.colors.green(`${plural(count, 'record is', 'records are')} sealed anew, with the key ${current}. ${next}`));
  }
  return EXIT.ok;
}

/** Until nobody seals with an old key any more: processes that run take the new one up by themselves. */
async function sealAll(store: Store, { signal, onSealed }: Required<RotateOptions>): Promise<number> {
  let count = 0;
  const rotate = (): Promise<number> => store.rotate({ signal, onSealed: (sealed) => onSealed(count + sealed) });
  for (let round = 0; round < OLDEST_ROUND; round += 1) {
    count += await rotate();
    await systemClock.sleep(SETTLED_MS, signal);
    const late = await rotate();
    count += late;
    if (late === 0) return count;
  }
  throw new UsageError('Something goes on sealing with the old key.', 'End processes that were started before this release, and repeat this.');
}

/** `undefined`: the key is given as a text. */
function keyFileOf({ directory, key }: DataPlace): string | undefined {
  if (key === undefined) return directory === undefined ? undefined : defaultKeyFile(directory);
  return 'file' in key ? key.file : undefined;
}

async function demandTwoKeys(store: Store, place: DataPlace): Promise<void> {
  const { current, needed } = await store.keys();
  if (needed.length > 0) return;
  const where = place.key && 'file' in place.key ? place.key.file : 'SIGNALBOX_KEY';
  throw new UsageError(`Everything is sealed with the key ${current} already, which is the first of ${where}.`, `Make a key with "openssl rand -base64 32", and put it before the old one in ${where} of every process; then repeat this.`);
}

export async function forgetKeys(call: Call): Promise<ExitCode> {
  const file = keyFileOf(await call.dataPlace());
  if (file === undefined) throw new UsageError('The key is SIGNALBOX_KEY, which only you can change.', 'Take the old keys out wherever it is set.');
  await using store = await call.openStore();
  const { current, currentSince, needed } = await store.keys();
  const oldEnough = new Date(currentSince.getTime() + HOUR_MS);
  if (oldEnough > systemClock.now()) throw new UsageError(`The key ${current} is new: a process that stood still may yet come with something that the old one sealed.`, `Repeat this after ${oldEnough.toISOString()}.`);
  const forgotten = await keepKeys(file, [current, ...needed]);
  if (forgotten > 0) await store.audit.write({ who: currentUser(), what: 'keys-forgotten', subject: 'store', detail: { kept: [current, ...needed] } });
  if (call.options.json) call.terminal.json({ ok: true, forgotten, kept: [current, ...needed] });
  else call.terminal.out.tell(call.terminal.out.colors.green(forgotten === 0 ? `Every key in ${file} is needed.` : `${plural(forgotten, 'key is', 'keys are')} forgotten. A backup from before the rotation does not open any more.`));
  return EXIT.ok;
}
