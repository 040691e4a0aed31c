import { MailError } from '@signalbox/core';

export const storeClosed = (): MailError => new MailError('transport.closed', 'The store is closed.');
