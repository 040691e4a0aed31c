import type { Filter, Literal, Operator, TextFunction } from './filter.ts';

/** What a property has, by its path: a value, or a list for any(). Throws for a property that cannot be filtered by. */
export type ReadPath<T> = (item: T, path: string) => unknown;

/** A filter as a function. */
export function matcher<T>(filter: Filter, read: ReadPath<T>): (item: T) => boolean {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [matcher(filter.left, read), matcher(filter.right, read)];
      return filter.kind === 'and' ? (item) => left(item) && right(item) : (item) => left(item) || right(item);
    }
    case 'not': {
      const inner = matcher(filter.of, read);
      return (item) => !inner(item);
    }
    case 'compare':
      return (item) => compare(read(item, filter.path), filter.operator, filter.value);
    case 'text':
      return (item) => holds(read(item, filter.path), filter.function, filter.value);
    case 'any':
      return anyMatcher(filter, read);
  }
}

function anyMatcher<T>({ path, variable, where }: Extract<Filter, { readonly kind: 'any' }>, read: ReadPath<T>): (item: T) => boolean {
  const listOf = (item: T): readonly unknown[] => {
    const list = read(item, path);
    return Array.isArray(list) ? list : [];
  };
  if (!where) return (item) => listOf(item).length > 0;
  const matches = matcher<unknown>(where, (element, inner) => {
    const [head, ...rest] = inner.split('/');
    return head === variable ? descend(element, rest) : undefined;
  });
  return (item) => listOf(item).some((element) => matches(element));
}

/** A property of a property, whatever the case of its name. */
export function descend(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    const wanted = name.toLowerCase();
    current = Object.entries(current).find(([key]) => key.toLowerCase() === wanted)?.[1];
  }
  return current;
}

function compare(value: unknown, operator: Operator, literal: Literal): boolean {
  const order = orderOf(value, literal);
  if (operator === 'eq') return order === 0;
  if (operator === 'ne') return order !== 0;
  if (order === undefined) return false;
  return { gt: order > 0, ge: order >= 0, lt: order < 0, le: order <= 0 }[operator];
}

/** Exchange compares text without regard to case. */
function orderOf(value: unknown, literal: Literal): number | undefined {
  if (value === undefined || value === null) return literal === null ? 0 : undefined;
  if (literal === null) return undefined;
  return compareValues(value, literal);
}

/** Negative, zero, positive; undefined for what cannot be compared. */
export function compareValues(a: unknown, b: unknown): number | undefined {
  const [left, right] = [comparable(a), comparable(b)];
  if (typeof left === 'string' && typeof right === 'number') return compareNumbers(Date.parse(left), right);
  if (typeof left !== typeof right || left === undefined || right === undefined) return undefined;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const compareNumbers = (a: number, b: number): number | undefined => (Number.isNaN(a) ? undefined : Math.sign(a - b));

function comparable(value: unknown): string | number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'string') return value.toLowerCase();
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

function holds(value: unknown, name: TextFunction, wanted: string): boolean {
  if (typeof value !== 'string') return false;
  const [text, part] = [value.toLowerCase(), wanted.toLowerCase()];
  return { startswith: text.startsWith(part), endswith: text.endsWith(part), contains: text.includes(part) }[name];
}
