/** Why the store does not do something; each door says it in its own words. */
export type RefusalReason = 'folder-not-found' | 'folder-exists' | 'folder-is-well-known' | 'message-not-found' | 'mailbox-full' | 'folder-in-itself';

export class StoreRefusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.name = 'StoreRefusal';
    this.reason = reason;
  }
}
