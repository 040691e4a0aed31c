import type { Filter } from '../odata/filter.ts';
import type { Principal } from '../access/principal.ts';
import type { Folder } from '../../store/folder.ts';
import type { Mailbox } from '../../store/mailbox.ts';
import type { TenantUser } from '../../directory/user.ts';

export type ChangeType = 'created' | 'updated' | 'deleted';
export type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed';

/** Whom to tell, of what, until when (FACTS.md E14). */
export interface Subscription {
  readonly id: string;
  /** As the client wrote it. */
  readonly resource: string;
  readonly changeTypes: ReadonlySet<ChangeType>;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl?: string;
  readonly clientState?: string;
  readonly latestSupportedTlsVersion: string;
  readonly encryption?: { readonly certificate: string; readonly certificateId: string };
  readonly principal: Principal;
  readonly mailbox: Mailbox;
  readonly owner: TenantUser;
  readonly folder?: Folder;
  readonly filter?: Filter;
  readonly select?: readonly string[];
  readonly immutableIds: boolean;
  expiresAt: number;
}

export function showSubscription(subscription: Subscription): Readonly<Record<string, unknown>> {
  const { principal, encryption } = subscription;
  return {
    id: subscription.id,
    resource: subscription.resource,
    applicationId: principal.app.clientId,
    changeType: [...subscription.changeTypes].join(','),
    clientState: subscription.clientState ?? null,
    notificationUrl: subscription.notificationUrl,
    notificationQueryOptions: null,
    lifecycleNotificationUrl: subscription.lifecycleNotificationUrl ?? null,
    expirationDateTime: new Date(subscription.expiresAt).toISOString(),
    creatorId: principal.user?.id ?? principal.app.servicePrincipalId,
    includeResourceData: encryption !== undefined,
    latestSupportedTlsVersion: subscription.latestSupportedTlsVersion,
    encryptionCertificate: encryption?.certificate ?? null,
    encryptionCertificateId: encryption?.certificateId ?? null,
    notificationUrlAppId: null,
  };
}
