import { refsIn, silently } from './bulk.ts';
import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withMutate } from './wrap.ts';

export const KEYWORD_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'replaces-keywords',
    title: 'takes the flag off a message when it adds another keyword',
    caughtBy: ['mutate/adds-keywords'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({ updateKeywords: (refs, { add = [], remove = add.includes('$flagged') ? [] : ['$flagged'] }, options) => inner.updateKeywords(refs, { add, remove }, options) })),
  },
  {
    id: 'only-adds-keywords',
    title: 'adds keywords and removes none',
    caughtBy: ['mutate/removes-keywords'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        updateKeywords: (refs, { add = [], remove = [] }, options) => inner.updateKeywords(refs, { add, remove: remove.filter((keyword) => add.includes(keyword)) }, options),
      })),
  },
  {
    id: 'changes-the-neighbours-too',
    title: 'changes the keywords of every message in the folder when two are named',
    caughtBy: ['mutate/keywords-of-many'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        async updateKeywords(refs, patch, options) {
          await inner.updateKeywords(refs, patch, options);
          const [first, second, third] = refs;
          if (first && second && !third) await inner.updateKeywords(await refsIn(transport, first.folder), patch);
        },
      })),
  },
  {
    id: 'lets-removal-win',
    title: 'removes a keyword that is both added and removed',
    caughtBy: ['mutate/contradicting-patch'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        updateKeywords: (refs, { add = [], remove = [] }, options) => inner.updateKeywords(refs, { add: add.filter((keyword) => !remove.includes(keyword)), remove }, options),
      })),
  },
  {
    id: 'drops-custom-keywords',
    title: 'drops keywords of its own accord that are not the usual ones',
    caughtBy: ['mutate/custom-keyword', 'mutate/unsupported-keyword'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({ updateKeywords: (refs, { add = [], ...patch }, options) => inner.updateKeywords(refs, { ...patch, add: add.filter((keyword) => keyword.startsWith('$')) }, options) })),
  },
  {
    id: 'changes-before-it-refuses',
    title: 'stores the keywords it can before it refuses the one it cannot',
    caughtBy: ['mutate/unsupported-keyword'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        async updateKeywords(refs, patch, options) {
          await whenFailing(inner.updateKeywords(refs, patch, options), 'capability.unsupported', async (error) => {
            await inner.updateKeywords(refs, { ...patch, add: (patch.add ?? []).filter((keyword) => keyword.startsWith('$')) }, options);
            throw error;
          });
        },
      })),
  },
  {
    id: 'passes-over-gone-messages',
    title: 'passes in silence over messages that are gone when it changes keywords',
    caughtBy: ['mutate/keywords-of-gone-message'],
    sabotage: (transport) => withMutate(transport, (inner) => ({ updateKeywords: (...args) => silently(inner.updateKeywords(...args)) })),
  },
];
