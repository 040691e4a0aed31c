export type { SmtpConfig } from './config.ts';
export { plugin } from './plugin.ts';
