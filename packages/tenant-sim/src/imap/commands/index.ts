import { capability, enable, id, logout, noop } from './any.ts';
import { append } from './append.ts';
import type { Command } from './command.ts';
import { copy, move, uidCopy, uidMove } from './copy.ts';
import { expunge, uidExpunge } from './expunge.ts';
import { fetch, uidFetch } from './fetch.ts';
import { create, list, lsub, namespace, remove, rename, status, subscribe, unsubscribe } from './folders.ts';
import { idle } from './idle.ts';
import { search, uidSearch } from './search.ts';
import { check, close, examine, select, unselect } from './select.ts';
import { authenticate, login, startTls } from './sign-in.ts';
import { store, uidStore } from './store.ts';

export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    APPEND: append,
    AUTHENTICATE: authenticate,
    CAPABILITY: capability,
    CHECK: check,
    CLOSE: close,
    COPY: copy,
    CREATE: create,
    DELETE: remove,
    ENABLE: enable,
    EXAMINE: examine,
    EXPUNGE: expunge,
    FETCH: fetch,
    ID: id,
    IDLE: idle,
    LIST: list,
    LOGIN: login,
    LOGOUT: logout,
    LSUB: lsub,
    MOVE: move,
    NAMESPACE: namespace,
    NOOP: noop,
    RENAME: rename,
    SEARCH: search,
    SELECT: select,
    STARTTLS: startTls,
    STATUS: status,
    STORE: store,
    SUBSCRIBE: subscribe,
    'UID COPY': uidCopy,
    'UID EXPUNGE': uidExpunge,
    'UID FETCH': uidFetch,
    'UID MOVE': uidMove,
    'UID SEARCH': uidSearch,
    'UID STORE': uidStore,
    UNSELECT: unselect,
    UNSUBSCRIBE: unsubscribe,
  }),
);
