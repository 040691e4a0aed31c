import type { Keyword } from '@signalbox/core';

/** RFC 9051 §2.3.2 system flags and their keywords; everything else is a keyword already. */
const SYSTEM_FLAGS: Readonly<Record<string, Keyword>> = {
  '\\seen': '$seen',
  '\\answered': '$answered',
  '\\flagged': '$flagged',
  '\\deleted': '$deleted',
  '\\draft': '$draft',
};
const FLAGS = new Map(Object.entries(SYSTEM_FLAGS).map(([flag, keyword]) => [keyword, `\\${flag.charAt(1).toUpperCase()}${flag.slice(2)}`]));

export const keywordOf = (flag: string): Keyword => SYSTEM_FLAGS[flag.toLowerCase()] ?? flag.toLowerCase();
export const flagOf = (keyword: Keyword): string => FLAGS.get(keyword) ?? keyword;

export const keywordsOf = (flags: Iterable<string>): ReadonlySet<Keyword> =>
  new Set([...flags].filter((flag) => flag.toLowerCase() !== '\\recent').map(keywordOf));
