import type { Mutate } from '@signalbox/core';
import { KEYWORDS } from '../convert.ts';
import type { Session } from '../session.ts';
import { appendMessage } from './append.ts';
import { deleteMessages } from './delete.ts';
import { updateKeywords } from './keywords.ts';
import { moveMessages } from './move.ts';

export const mutateFacet = (session: Session): Mutate => ({
  traits: { keywords: KEYWORDS, appends: 'drafts' },
  updateKeywords: (refs, patch, options) => updateKeywords(session, refs, patch, options),
  append: (folder, content, options) => appendMessage(session, folder, content, options),
  move: (refs, to, options) => moveMessages(session, refs, to, options),
  delete: (refs, options) => deleteMessages(session, refs, options),
});
