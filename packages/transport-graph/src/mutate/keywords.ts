import { type CallOptions, type Keyword, type KeywordPatch, MailError, type MessageRef } from '@signalbox/core';
import { KEYWORDS } from '../convert.ts';
import { segment } from '../http/request.ts';
import { enter, type Session } from '../session.ts';
import { changeEach } from './bulk.ts';

export async function updateKeywords(session: Session, refs: readonly MessageRef[], { add = [], remove = [] }: KeywordPatch, options?: CallOptions): Promise<void> {
  enter(session, options);
  const both = add.find((keyword) => remove.includes(keyword));
  if (both !== undefined) throw new MailError('config.invalid', `The keyword "${both}" is both added and removed.`);
  refuseUnknown(add);
  const json = patchOf(add, remove);
  if (refs.length === 0 || Object.keys(json).length === 0) return;
  await changeEach(session, refs, { itemOf: ({ key }) => ({ method: 'PATCH', path: `/messages/${segment(key)}`, json, prefer: 'return=minimal' }), done: (ref) => ref }, options);
}

/** Throws `capability.unsupported`: nothing may have changed by then. What nothing can carry need not be taken away. */
export function refuseUnknown(keywords: readonly Keyword[]): void {
  const unknown = keywords.find((keyword) => !KEYWORDS.includes(keyword));
  if (unknown !== undefined) throw new MailError('capability.unsupported', `Graph cannot keep the keyword "${unknown}".`);
}

export interface StatePatch {
  readonly isRead?: boolean;
  readonly flag?: { readonly flagStatus: 'flagged' | 'notFlagged' };
}

export function patchOf(add: readonly Keyword[], remove: readonly Keyword[]): StatePatch {
  const wish = (keyword: Keyword): boolean | undefined => (add.includes(keyword) ? true : remove.includes(keyword) ? false : undefined);
  const [seen, flagged] = [wish('$seen'), wish('$flagged')];
  return { ...(seen !== undefined && { isRead: seen }), ...(flagged !== undefined && { flag: { flagStatus: flagged ? 'flagged' : 'notFlagged' } }) };
}
