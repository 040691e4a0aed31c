import { type FaultInput, type FaultName, type FaultOptions, FAULTS } from './catalogue.ts';

/** Where a door stands when it asks for faults. A fault that names another mailbox, app, folder or door does not strike there. */
export interface FaultPlace {
  readonly mailbox?: string;
  readonly app?: string;
  readonly folder?: string;
  readonly door?: string;
}

export interface FaultState {
  readonly id: number;
  readonly name: FaultName;
  readonly options: Readonly<Record<string, unknown>>;
  /** How often it may still strike; absent for one that stands until it is cleared. */
  readonly left?: number;
  /** How often it has struck. */
  readonly struck: number;
  readonly active: boolean;
}

/** Disposing of it, either way, clears the fault. */
export interface SetFault extends Disposable, AsyncDisposable {
  readonly id: number;
  readonly struck: number;
}

/** The switches for everything that can go wrong: set by tests, taken by doors, counted for both. */
export interface FaultRegistry {
  /** Stands until cleared or disposed of, or strikes `times` times. Throws a ZodError for options that make no sense. */
  set<N extends FaultName>(name: N, options?: FaultInput<N>, use?: { readonly times?: number }): SetFault;
  /** The options of the oldest fault that strikes here, counted as struck; the door has to carry it out. */
  take<N extends FaultName>(name: N, place?: FaultPlace, accepts?: (options: FaultOptions<N>) => boolean): FaultOptions<N> | undefined;
  /** Like `take`, but not counted: for what is asked again and again while it stands. */
  peek<N extends FaultName>(name: N, place?: FaultPlace, accepts?: (options: FaultOptions<N>) => boolean): FaultOptions<N> | undefined;
  /** All of them, those of one name, or the one with this id. */
  clear(which?: FaultName | number): void;
  /** Clears all, and forgets that they ever were. */
  reset(): void;
  /** Every fault ever set, oldest first, and how often each has struck. */
  list(): readonly FaultState[];
  /** Called for every fault of this name the moment it is set, and for those that stand already. What it answers with `true` has struck. */
  onSet<N extends FaultName>(name: N, apply: (options: FaultOptions<N>) => boolean): Disposable;
  /** Called when a fault of this name is cleared, disposed of or used up. */
  onEnd(name: FaultName, listener: () => void): Disposable;
}

interface Entry {
  readonly id: number;
  readonly name: FaultName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly times: number;
  struck: number;
  cleared: boolean;
}

type Apply = (options: never) => boolean;

export function createFaultRegistry(): FaultRegistry {
  const entries: Entry[] = [];
  let ids = 0;
  const handlers = new Map<FaultName, Set<Apply>>();
  const enders = new Map<FaultName, Set<() => void>>();

  const isActive = ({ cleared, struck, times }: Entry): boolean => !cleared && struck < times;
  const ended = ({ name }: Entry): void => {
    for (const listener of enders.get(name) ?? []) listener();
  };
  const strike = (entry: Entry): void => {
    entry.struck += 1;
    if (!isActive(entry)) ended(entry);
  };
  const clear = (entry: Entry): void => {
    if (!isActive(entry)) return;
    entry.cleared = true;
    ended(entry);
  };
  const find = (name: FaultName, place: FaultPlace = {}, accepts?: (options: never) => boolean): Entry | undefined =>
    entries.find((entry) => entry.name === name && isActive(entry) && strikesAt(entry.options, place) && (accepts?.(entry.options as never) ?? true));
  const applyTo = (entry: Entry, apply: Apply): void => {
    if (isActive(entry) && apply(entry.options as never)) strike(entry);
  };

  return {
    set(name, options, { times = Infinity } = {}) {
      const entry: Entry = { id: (ids += 1), name, options: FAULTS[name].parse(options ?? {}), times, struck: 0, cleared: false };
      entries.push(entry);
      for (const apply of handlers.get(name) ?? []) applyTo(entry, apply);
      return {
        id: entry.id,
        get struck() {
          return entry.struck;
        },
        [Symbol.dispose]: () => clear(entry),
        [Symbol.asyncDispose]: async () => clear(entry),
      };
    },
    take(name, place, accepts) {
      const entry = find(name, place, accepts);
      if (entry) strike(entry);
      return entry?.options as never;
    },
    peek: (name, place, accepts) => find(name, place, accepts)?.options as never,
    clear(which) {
      for (const entry of entries) if (which === undefined || entry.name === which || entry.id === which) clear(entry);
    },
    reset() {
      for (const entry of entries.splice(0)) clear(entry);
    },
    list: () =>
      entries.map((entry) => {
        const { id, name, options, times, struck } = entry;
        return { id, name, options, struck, active: isActive(entry), ...(times !== Infinity && { left: Math.max(times - struck, 0) }) };
      }),
    onSet(name, apply) {
      for (const entry of entries) if (entry.name === name) applyTo(entry, apply);
      return listen(handlers, name, apply);
    },
    onEnd: (name, listener) => listen(enders, name, listener),
  };
}

function listen<L>(lists: Map<FaultName, Set<L>>, name: FaultName, listener: L): Disposable {
  const list = lists.get(name) ?? new Set();
  lists.set(name, list);
  list.add(listener);
  return { [Symbol.dispose]: () => void list.delete(listener) };
}

const FILTERS = ['mailbox', 'app', 'folder', 'door'] as const;

/** A door that does not know yet whose request it is asks without a mailbox, and is not meant by a fault of one mailbox. */
function strikesAt(options: Readonly<Record<string, unknown>>, place: FaultPlace): boolean {
  return FILTERS.every((filter) => {
    const wanted = options[filter];
    return typeof wanted !== 'string' || wanted.toLowerCase() === place[filter]?.toLowerCase();
  });
}
