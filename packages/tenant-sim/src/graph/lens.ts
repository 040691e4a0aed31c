import { isAllowed } from './access/authorise.ts';
import type { MailboxCall } from './routing.ts';
import type { Lens } from './messages/view.ts';

/** How the client of this call sees the mailbox. */
export function lensOf({ graph, mailbox, owner, principal, request: { preferences } }: MailboxCall): Lens {
  return {
    graph,
    mailbox,
    owner,
    immutableIds: preferences.immutableIds,
    basicsOnly: !isAllowed(principal, 'read', owner),
    ...(preferences.bodyType && { bodyType: preferences.bodyType }),
  };
}

/** `…/$metadata#users('id')/messages`: what `@odata.context` begins with. */
export const contextOf = ({ request, owner }: Pick<MailboxCall, 'request' | 'owner'>, path: string): string => `${request.origin}/v1.0/$metadata#users('${owner.id}')/${path}`;
