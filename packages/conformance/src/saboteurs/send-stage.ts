import type { MailTransport, Receipt, Send, Staged, Submission } from '@signalbox/core';
import type { World } from '../world.ts';
import type { Saboteur } from './saboteur.ts';
import { withSend } from './wrap.ts';

const isStaged = (what: unknown): what is Staged => typeof what === 'object' && what !== null && 'handle' in what;

async function stageOf(inner: Send, ...args: Parameters<NonNullable<Send['stage']>>): Promise<Staged> {
  const staged = await inner.stage?.(...args);
  if (!staged) throw new TypeError('The transport inside stages nothing.');
  return staged;
}

/** Whatever the transport can stage; unchanged where it stages nothing. */
const withStage = (transport: MailTransport, change: (inner: Send) => Partial<Send>): MailTransport => (transport.send?.stage ? withSend(transport, change) : transport);

/** What the saboteur says of a copy. */
const denied = (receipt: Receipt): Receipt => ({ ...receipt, sentCopy: receipt.sentCopy === 'saved' ? 'not-saved' : 'saved' });

const receipts = new WeakMap<World, Map<string, Receipt>>();

export const STAGE_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'sends-what-it-stages',
    title: 'sends a message when it is staged',
    caughtBy: ['send/stage-sends-nothing', 'send/outcome'],
    sabotage(transport, world) {
      const sent = receipts.get(world) ?? new Map<string, Receipt>();
      receipts.set(world, sent);
      return withStage(transport, (inner) => ({
        async stage(...args) {
          const staged = await stageOf(inner, ...args);
          sent.set(staged.handle, await inner.dispatch(staged));
          return staged;
        },
        dispatch: async (what, options) => ('handle' in what ? sent.get(what.handle) : undefined) ?? inner.dispatch(what, options),
      }));
    },
  },
  {
    id: 'keeps-handles-in-memory',
    title: 'hands out handles that only it itself understands',
    caughtBy: ['send/staged-survives-restart'],
    sabotage(transport) {
      const handles = new Map<string, string>();
      const unwrap = <T>(what: T | Staged): T | Staged => (isStaged(what) ? { ...what, handle: handles.get(what.handle) ?? what.handle } : what);
      return withStage(transport, (inner) => ({
        async stage(...args) {
          const staged = await stageOf(inner, ...args);
          const handle = `handle-${handles.size}`;
          handles.set(handle, staged.handle);
          return { ...staged, handle };
        },
        dispatch: (what, options) => inner.dispatch(unwrap(what), options),
        outcome: async (what, options) => (await inner.outcome?.(unwrap(what), options)) ?? 'cannot-tell',
      }));
    },
  },
  {
    id: 'sends-staged-again',
    title: 'sends a staged message again when it was sent before',
    caughtBy: ['send/staged-at-most-once'],
    sabotage(transport) {
      const submissions = new Map<string, Submission>();
      return withStage(transport, (inner) => ({
        async stage(submission, options) {
          const staged = await stageOf(inner, submission, options);
          submissions.set(staged.handle, submission);
          return staged;
        },
        dispatch: (what, options) =>
          inner.dispatch(what, options).catch((error: unknown) => {
            const again = 'handle' in what ? submissions.get(what.handle) : undefined;
            if (!again) throw error;
            return inner.dispatch(again, options);
          }),
      }));
    },
  },
  {
    id: 'hopes-for-the-best',
    title: 'claims that a message it does not know was sent',
    caughtBy: ['send/outcome-of-unknown'],
    sabotage: (transport) =>
      withSend(transport, (inner) => ({
        async outcome(...args) {
          const outcome = (await inner.outcome?.(...args)) ?? 'cannot-tell';
          return outcome === 'not-found' ? 'sent' : outcome;
        },
      })),
  },
  {
    id: 'denies-its-copy',
    title: 'says of a copy in Sent the opposite of what is true',
    caughtBy: ['send/sent-copy'],
    sabotage: (transport) => withSend(transport, (inner) => ({ dispatch: async (...args) => denied(await inner.dispatch(...args)) })),
  },
  {
    id: 'always-saves-a-copy',
    title: 'files a copy in Sent although none is wanted',
    caughtBy: ['send/no-sent-copy-wanted'],
    sabotage: (transport) => 
      withSend(transport, (inner) => ({
        dispatch(what, options) {
          if ('handle' in what) return inner.dispatch(what, options);
          const { saveSentCopy: _, ...submission } = what;
          return inner.dispatch(submission, options);
        },
      })),
  },
];
