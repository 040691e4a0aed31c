export { type PasswordConfig, plugin } from './plugin.ts';
