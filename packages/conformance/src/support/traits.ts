import type { AppendOptions, Change, MailTransport } from '@signalbox/core';

type Unless = (transport: MailTransport) => string | undefined;

/** Traits that rule a case out, in the words of the table. */
export const reportsNo = (type: Change['type']): Unless => ({ receive }) => (receive?.traits.reports.includes(type) ? undefined : `the trait reports: ${type}`);
export const learnsByItself: Unless = ({ receive }) => (receive?.traits.push ? 'the trait push: false' : undefined);
export const rebuildsRaw: Unless = ({ receive }) => (receive?.traits.raw === 'original' ? undefined : 'the trait raw: original');
export const keepsAnyKeyword: Unless = ({ mutate }) => (mutate?.traits.keywords === 'any' ? 'a keyword that cannot be stored' : undefined);
export const keepsFewKeywords: Unless = ({ mutate }) => (mutate?.traits.keywords === 'any' ? undefined : 'the trait keywords: any');
export const appendsDraftsOnly: Unless = ({ mutate }) => (mutate?.traits.appends === 'drafts' ? 'the trait appends: any' : undefined);
export const appendsAnything: Unless = ({ mutate }) => (mutate?.traits.appends === 'drafts' ? undefined : 'the trait appends: drafts');
/** What every transport that appends at all can append. */
export const draftIfNeeded = ({ mutate }: MailTransport): AppendOptions => (mutate?.traits.appends === 'drafts' ? { keywords: ['$draft'] } : {});
export const envelopeFromHeaders: Unless = ({ send }) => (send?.traits.envelope === 'explicit' ? undefined : 'the trait envelope: explicit');
export const envelopeExplicit: Unless = ({ send }) => (send?.traits.envelope === 'explicit' ? 'the trait envelope: from-headers' : undefined);
export const replacesMessageId: Unless = ({ send }) => (send?.traits.messageId === 'kept' ? undefined : 'the trait messageId: kept');
export const stagesNothing: Unless = ({ send }) => (send?.stage ? undefined : 'send.stage');
export const looksNowhere: Unless = ({ send }) => (send?.outcome ? undefined : 'send.outcome');
export const savesNoCopyOnRequest: Unless = ({ send }) => (send?.traits.sentCopy === 'on-request' ? undefined : 'the trait sentCopy: on-request');

/** The first reason of several. */
export const anyOf = (...reasons: readonly Unless[]): Unless => (transport) => reasons.map((reason) => reason(transport)).find((reason) => reason !== undefined);
