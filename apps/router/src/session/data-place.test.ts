import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseDataPlace, type DataPlaceChoice } from './data-place.ts';

const choose = (choice: Partial<DataPlaceChoice>): string => chooseDataPlace({ env: {}, cwd: '/srv', platform: 'linux', ...choice }).directory;
const HOME = '/home/ada';

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
