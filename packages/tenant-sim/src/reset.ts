import type { TenantContext } from './door.ts';

/** What leads back to the state in which the tenant is now. */
export function createReset({ clock, directory, faults, mailFlow, store, tokens }: Omit<TenantContext, 'reset' | 'onReset'>): Pick<TenantContext, 'reset' | 'onReset'> {
  const restoreDirectory = directory.remember();
  const listeners = new Set<() => void>();
  return {
    reset() {
      faults.reset();
      clock.reset();
      restoreDirectory();
      tokens.revoke();
      store.reset();
      mailFlow.reset();
      for (const listener of listeners) listener();
    },
    onReset(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
