export { plugin, type TokenConfig } from './plugin.ts';
