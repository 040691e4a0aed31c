import { badRequest, tooComplex, unreadableQuery } from '../http/graph-error.ts';
import { type Filter, parseFilter, propertiesOf } from './filter.ts';

export interface Order {
  readonly path: string;
  readonly descending: boolean;
}

export interface Expand {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

/** System query options, read and checked; what the resource makes of the names is its own business. */
export interface QueryOptions {
  readonly select?: readonly string[];
  readonly filter?: Filter;
  readonly orderby: readonly Order[];
  readonly top?: number;
  readonly skip: number;
  readonly count: boolean;
  readonly search?: string;
  readonly expand: readonly Expand[];
}

/** Documented for messages: 1 to 1,000 (FACTS.md E2). */
const LARGEST_PAGE = 1_000;

export function parseOptions(query: ReadonlyMap<string, string>): QueryOptions {
  const [select, filter, top, search] = ['$select', '$filter', '$top', '$search'].map((name) => query.get(name));
  const orderby = ordersOf(query.get('$orderby') ?? '');
  const options: QueryOptions = {
    orderby,
    skip: numberOf('$skip', query.get('$skip') ?? '0', 0, Number.MAX_SAFE_INTEGER),
    count: query.get('$count')?.toLowerCase() === 'true',
    expand: expandsOf(query.get('$expand') ?? ''),
    ...(select !== undefined && select !== '' && { select: listOf(select) }),
    ...(filter !== undefined && filter !== '' && { filter: parseFilter(filter) }),
    ...(top !== undefined && { top: numberOf('$top', top, 1, LARGEST_PAGE) }),
    ...(search !== undefined && { search }),
  };
  checkTogether(options);
  return options;
}

/** What may not stand together: `$search` with others, and an order that the filter does not begin with (FACTS.md E2). */
function checkTogether({ filter, orderby, search }: QueryOptions): void {
  if (search !== undefined && filter) throw badRequest("The query parameter '$filter' is not supported with '$search'.", 'SearchWithFilter');
  if (search !== undefined && orderby.length > 0) throw badRequest("The query parameter '$orderBy' is not supported with '$search'.", 'SearchWithOrderBy');
  if (!filter) return;
  const filtered = propertiesOf(filter).map((name) => name.toLowerCase());
  if (!orderby.every(({ path }, index) => filtered[index] === path.toLowerCase())) throw tooComplex();
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw badRequest(`Invalid value '${text}' for ${name} query option found. It has to be between ${least} and ${most}.`);
  return value;
}

function ordersOf(text: string): readonly Order[] {
  return listOf(text).map((one) => {
    const [path, direction = 'asc', ...more] = one.split(/\s+/);
    if (path === undefined || more.length > 0 || !/^(asc|desc)$/i.test(direction)) throw unreadableQuery(`Syntax error in '${text}'.`);
    return { path, descending: direction.toLowerCase() === 'desc' };
  });
}

/** `a,b($select=x;$filter=…)` */
function expandsOf(text: string): readonly Expand[] {
  return splitOutside(text, ',').map((one) => {
    const open = one.indexOf('(');
    if (open === -1) return { name: one, options: new Map() };
    if (!one.endsWith(')')) throw unreadableQuery(`Syntax error in '${text}'.`);
    const options = splitOutside(one.slice(open + 1, -1), ';').map((option) => {
      const equals = option.indexOf('=');
      return [option.slice(0, equals).trim().toLowerCase(), option.slice(equals + 1).trim()] as const;
    });
    return { name: one.slice(0, open), options: new Map(options) };
  });
}

/** Splits where neither a parenthesis nor a quotation is open. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [depth, quoted, part] = [0, false, ''];
  for (const char of text) {
    if (char === "'") quoted = !quoted;
    if (!quoted && char === '(') depth += 1;
    if (!quoted && char === ')') depth -= 1;
    if (char === separator && depth === 0 && !quoted) {
      parts.push(part.trim());
      part = '';
    } else part += char;
  }
  return [...parts, part.trim()].filter((one) => one !== '');
}
