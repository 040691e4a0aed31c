import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseDataPlace, type DataPlaceChoice } from './data-place.ts';

const choose = (choice: Partial<DataPlaceChoice>): string | undefined => chooseDataPlace({ env: {}, cwd: '/srv', platform: 'linux', ...choice }).directory;
const HOME = '/home/ada';
const URL = 'postgresql://signalbox:s3cret@db/signalbox';

describe('the data directory', () => {
  it('is the option, then the environment, then where the system keeps state', () => {
    const env = { HOME, XDG_STATE_HOME: '/state', SIGNALBOX_DATA: 'from-env' };
    expect(choose({ option: 'from-option', env })).toBe(posix.resolve('/srv/from-option'));
    expect(choose({ env })).toBe(posix.resolve('/srv/from-env'));
    expect(choose({ env: { ...env, SIGNALBOX_DATA: '' } })).toBe('/state/signalbox');
    expect(choose({ env: { HOME } })).toBe('/home/ada/.local/state/signalbox');
    expect(choose({ env: { HOME }, platform: 'darwin' })).toBe('/home/ada/Library/Application Support/signalbox');
    expect(choose({ env: { HOME, LOCALAPPDATA: '/local' }, platform: 'win32' })).toBe('/local/signalbox');
  });

  it('has to be named where there is no home', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) expect(() => choose({ platform })).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('is opened with the key of the environment, or with the file that it names, or with its own', () => {
    const place = (env: Record<string, string>) => chooseDataPlace({ env: { HOME, ...env }, cwd: '/srv', platform: 'linux' }).key;
    const given = place({ SIGNALBOX_KEY: 'text', SIGNALBOX_KEY_FILE: 'ignored' });
    expect(given && 'text' in given && given.text.reveal()).toBe('text');
    expect(place({ SIGNALBOX_KEY_FILE: 'store.key' })).toEqual({ file: '/srv/store.key' });
    expect(place({})).toBeUndefined();
  });
});

describe('a database server', () => {
  const place = (env: Record<string, string>, option?: string) => chooseDataPlace({ env: { HOME, ...env }, cwd: '/srv', platform: 'linux', option });

  it('is what DATABASE_URL says, with the key that is given', () => {
    const { url, directory, key } = place({ DATABASE_URL: URL, SIGNALBOX_KEY_FILE: 'store.key' });
    expect([url?.reveal(), directory, key]).toEqual([URL, undefined, { file: '/srv/store.key' }]);
  });

  it('gives way to a directory that is named for this one call', () => {
    expect(place({ DATABASE_URL: URL }, 'here')).toEqual({ directory: '/srv/here' });
  });

  it('is refused without a key, and where a directory is named beside it, and its address is not told', () => {
    const refusal = (words: string) => expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(words), remedy: expect.objectContaining({ who: 'operator' }) });
    expect(() => place({ DATABASE_URL: URL })).toThrow(refusal('nothing names the key'));
    expect(() => place({ DATABASE_URL: URL, SIGNALBOX_DATA: 'data', SIGNALBOX_KEY: 'text' })).toThrow(refusal('Both DATABASE_URL and SIGNALBOX_DATA'));
    expect(() => place({ DATABASE_URL: URL })).toThrow(expect.not.objectContaining({ message: expect.stringContaining('s3cret') }));
  });
});
