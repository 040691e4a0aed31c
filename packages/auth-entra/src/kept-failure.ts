import { MailError, type MailErrorCode, type Remedy } from '@signalbox/core';
import { z } from 'zod';

/** A refusal as it is remembered: what a person has to read, and nothing of what was sent. */
export const keptFailure = z.object({
  code: z.custom<MailErrorCode>((value) => typeof value === 'string'),
  message: z.string(),
  remedy: z.custom<Remedy>((value) => typeof value === 'object' && value !== null).optional(),
  status: z.string().optional(),
});
export type KeptFailure = z.output<typeof keptFailure>;

export const keepFailure = ({ code, message, remedy, detail }: MailError): KeptFailure => ({ code, message, ...(remedy && { remedy }), ...(detail?.status !== undefined && { status: detail.status }) });

export const restoreFailure = ({ code, message, remedy, status }: KeptFailure): MailError =>
  new MailError(code, message, { ...(remedy && { remedy }), ...(status !== undefined && { detail: { protocol: 'oauth', status } }) });
