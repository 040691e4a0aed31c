import { type Secret, secret, type TokenChange, type TokenStore } from '@signalbox/core';
import { createMemoryTokenStore } from '@signalbox/kit';
import type { TokenStoreSaboteur } from './case.ts';
import { reveal } from './support.ts';

const wrap = (store: TokenStore, change: Partial<TokenStore>): TokenStore => ({
  read: (...args) => store.read(...args),
  write: (...args) => store.write(...args),
  delete: (...args) => store.delete(...args),
  update: (...args) => store.update(...args),
  ...change,
});

/** Keeps its first answer instead of asking again, where what came in between is like this. */
const asksOnce = (when: (before: string | undefined, now: string | undefined) => boolean) => (store: TokenStore): TokenStore =>
  wrap(store, {
    update(key, change, options) {
      let first: { readonly current: string | undefined; readonly answer: Secret | undefined } | undefined;
      const asked: TokenChange = async (current) => {
        if (first && when(first.current, reveal(current))) return first.answer;
        const answer = await change(current);
        first ??= { current: reveal(current), answer };
        return answer;
      };
      return store.update(key, asked, options);
    },
  });

/** How often each record was changed, by all processes of a world. */
const counted = (shared: Map<string, unknown>, key: string): number => Number(shared.get(key) ?? 0);
const count = (shared: Map<string, unknown>, key: string): void => void shared.set(key, counted(shared, key) + 1);

/** Takes turns in its own process alone. `looks`: notices what others have updated meanwhile, when it stores. */
function turnsAtHome(store: TokenStore, shared: Map<string, unknown>, looks: boolean): TokenStore {
  const turns = createMemoryTokenStore();
  const attempt = async (key: string, change: TokenChange): Promise<{ readonly stored: Secret | undefined } | undefined> => {
    const before = counted(shared, key);
    const current = await store.read(key);
    const next = await change(current);
    let stands = true;
    await store.update(key, async (now) => {
      stands = counted(shared, key) === before && (!looks || reveal(now) === reveal(current));
      if (stands && looks) count(shared, key);
      return stands ? next : now;
    });
    return stands ? { stored: next } : undefined;
  };
  return wrap(store, {
    write(key, ...rest) {
      count(shared, key);
      return store.write(key, ...rest);
    },
    delete(key, ...rest) {
      count(shared, key);
      return store.delete(key, ...rest);
    },
    update: (key, change, options) =>
      turns.update(
        key,
        async () => {
          for (;;) {
            const done = await attempt(key, change);
            if (done) return done.stored;
          }
        },
        options,
      ),
  });
}

export const TOKEN_STORE_SABOTEURS: readonly TokenStoreSaboteur[] = [
  {
    id: 'remembers-what-it-wrote',
    title: 'answers from memory what another process has replaced',
    caughtBy: ['tokens/keeps-what-is-written', 'tokens/write-wins', 'tokens/delete-wins'],
    sabotage(store) {
      const written = new Map<string, Secret>();
      return wrap(store, {
        read: async (key, options) => (options?.signal?.aborted ? store.read(key, options) : (written.get(key) ?? store.read(key))),
        async write(key, value, options) {
          await store.write(key, value, options);
          written.set(key, value);
        },
        async delete(key, options) {
          await store.delete(key, options);
          written.delete(key);
        },
        update: (key, ...rest) => store.update(key, ...rest).finally(() => key !== 'key' && written.delete(key)),
      });
    },
  },
  {
    id: 'trims',
    title: 'trims what it keeps',
    caughtBy: ['tokens/keeps-any-text'],
    sabotage: (store) => wrap(store, { write: (key, value, options) => store.write(key, secret(value.reveal().trim()), options) }),
  },
  {
    id: 'ignores-case',
    title: 'takes keys for the same that differ in case',
    caughtBy: ['tokens/tells-keys-apart'],
    sabotage: (store) => wrap(store, { read: (key, ...rest) => store.read(key.toLowerCase(), ...rest), write: (key, ...rest) => store.write(key.toLowerCase(), ...rest) }),
  },
  {
    id: 'deletes-for-itself',
    title: 'hides what it should delete',
    caughtBy: ['tokens/deletes', 'tokens/delete-wins', 'tokens/delete-of-nothing-wins'],
    sabotage(store) {
      const hidden = new Set<string>();
      return wrap(store, {
        read: async (key, options) => (hidden.has(key) ? undefined : store.read(key, options)),
        async delete(key, options) {
          options?.signal?.throwIfAborted();
          hidden.add(key);
        },
      });
    },
  },
  {
    id: 'answers-bare-values',
    title: 'answers values that print themselves',
    caughtBy: ['tokens/answers-secrets'],
    sabotage(store) {
      const bare = (value: Secret | undefined): Secret | undefined => value && Object.assign({ reveal: () => value.reveal() }, { value: value.reveal() });
      return wrap(store, { read: async (...args) => bare(await store.read(...args)), update: async (...args) => bare(await store.update(...args)) });
    },
  },
  {
    id: 'ignores-the-signal',
    title: 'does not look at the signal',
    caughtBy: ['tokens/aborted-beforehand', 'tokens/aborted-while-waiting', 'tokens/stores-after-an-abort'],
    sabotage: (store) => ({
      read: (key) => store.read(key),
      write: (key, value) => store.write(key, value),
      delete: (key) => store.delete(key),
      update: (key, change) => store.update(key, change),
    }),
  },
  {
    id: 'cannot-update-to-nothing',
    title: 'keeps what is stored when a change answers that nothing shall be',
    caughtBy: ['tokens/update-answers-what-is-stored'],
    sabotage: (store) => wrap(store, { update: (key, change, options) => store.update(key, async (current) => (await change(current)) ?? current, options) }),
  },
  {
    id: 'takes-turns-at-home',
    title: 'takes turns in its own process only, and notices the other process when it stores',
    caughtBy: ['tokens/one-request-for-two-processes', 'tokens/aborted-while-waiting'],
    sabotage: (store, shared) => turnsAtHome(store, shared, true),
  },
  {
    id: 'lets-the-last-update-win',
    title: 'overwrites what another process has updated meanwhile',
    caughtBy: ['tokens/one-request-for-two-processes', 'tokens/loses-no-update', 'tokens/aborted-while-waiting'],
    sabotage: (store, shared) => turnsAtHome(store, shared, false),
  },
  {
    id: 'puts-the-old-back',
    title: 'stores a renewal over what was written meanwhile',
    caughtBy: ['tokens/write-wins'],
    sabotage: asksOnce((before, now) => before !== undefined && now !== undefined && before !== now),
  },
  {
    id: 'compares-values',
    title: 'does not notice a write of the same value',
    caughtBy: ['tokens/same-value-written'],
    sabotage: asksOnce((before, now) => before !== undefined && before === now),
  },
  {
    id: 'raises-the-dead',
    title: 'stores a renewal after what was renewed has been deleted',
    caughtBy: ['tokens/delete-wins'],
    sabotage: asksOnce((before, now) => before !== undefined && now === undefined),
  },
  {
    id: 'overlooks-an-early-delete',
    title: 'does not notice a delete where nothing was stored yet',
    caughtBy: ['tokens/delete-of-nothing-wins'],
    sabotage: asksOnce((before, now) => before === undefined && now === undefined),
  },
  {
    id: 'swallows-failures',
    title: 'takes a change that failed for one that changes nothing',
    caughtBy: ['tokens/failed-change'],
    sabotage: (store) => wrap(store, { update: (key, change, options) => store.update(key, (current) => change(current).catch(() => current), options) }),
  },
  {
    id: 'one-turn-for-all',
    title: 'lets a slow change of one key hold up the others',
    caughtBy: ['tokens/other-keys-go-on'],
    sabotage(store) {
      const turns = createMemoryTokenStore();
      return wrap(store, { update: (key, change, options) => turns.update('all', () => store.update(key, change, options), options) });
    },
  },
  {
    id: 'does-not-let-go',
    title: 'keeps a caller who gives up waiting',
    caughtBy: ['tokens/aborted-while-waiting', 'tokens/stores-after-an-abort'],
    sabotage: (store) =>
      wrap(store, {
        async update(key, change, options) {
          options?.signal?.throwIfAborted();
          return store.update(key, change);
        },
      }),
  },
  {
    id: 'drops-what-comes-late',
    title: 'forgets what a change has learned when its caller has left',
    caughtBy: ['tokens/stores-after-an-abort'],
    sabotage: (store) =>
      wrap(store, {
        update: (key, change, options) =>
          store.update(
            key,
            async (current) => {
              const next = await change(current);
              return options?.signal?.aborted ? current : next;
            },
            options,
          ),
      }),
  },
  {
    id: 'leaves-half',
    title: 'leaves behind what a dead process had half done',
    caughtBy: ['tokens/survives-a-death'],
    sabotage: (store) => store,
    sabotageDeath: (store, key) => store.write(key, secret('half')),
  },
];
